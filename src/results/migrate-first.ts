// Documents of schema 1 as documents of schema 2.
import { type Json, json, list } from "./json.ts";

/** 1 to 2: kinds, merged results, histograms of intervals and queues, and counts beside figures. */
export function fromFirst(document: Json): Json {
  if ("phasebit" in document)
    return { ...document, phasebit: firstRun(json(document["phasebit"])) };
  const conditions = firstConditions(json(document["conditions"]));
  const about = { ...document, schema: 2, conditions };
  if ("points" in document) {
    return { ...about, kind: "sweep", points: firstPoints(list(document["points"]), conditions) };
  }
  const modes = Object.entries(json(document["modes"])).map(([name, mode]) => {
    const blocks = list(json(mode)["blocks"]).map((block) => firstBlock(block, conditions));
    return [name, { ...json(mode), blocks }] as const;
  });
  const named = { ...conditions, modes: firstModes(conditions) };
  return { ...about, conditions: named, kind: "compare", modes: Object.fromEntries(modes) };
}

function firstRun(details: Json): Json {
  return {
    ...firstConditions(details),
    schema: 2,
    kind: "run",
    series: list(details["series"]).map((entry) => ({ ...entry, source: 0, latencies: [] })),
    jobs: list(details["jobs"]).map((job) => ({ ...job, source: 0 })),
  };
}

function firstConditions(conditions: Json): Json {
  const workload = { ...json(conditions["workload"]), logHistMs: 1000, precondition: null };
  return { ...conditions, merged: [], workload };
}

/** Sides that were given as options had no resolved workload: theirs is the common one. */
function firstModes({ modes, workload }: Json): Json[] {
  return list(modes).map((mode) => {
    const completion = json(json(workload)["completion"]);
    const isMode = mode["options"] === `--completion ${mode["name"]}`;
    const own = isMode ? { ...completion, mode: mode["name"] } : completion;
    return { ...mode, workload: { ...json(workload), completion: own } };
  });
}

function firstBlock(block: Json, conditions: Json): Json {
  const of = (per: unknown): unknown => times(per, block["completed"]);
  const cpu = json(block["cpuNsPerIo"]);
  const switches = json(block["switchesPerIo"]);
  return {
    ...block,
    latencies: firstLatencies(block, conditions),
    userNs: of(cpu["user"]),
    systemNs: of(cpu["system"]),
    voluntarySwitches: of(switches["voluntary"]),
    involuntarySwitches: of(switches["involuntary"]),
    deviceCpuNs: block["deviceCpuNsPerIo"] === null ? null : of(block["deviceCpuNsPerIo"]),
    audit: firstAudit(block),
  };
}

/** Points had no time of their own: they ran one after the other. */
function firstPoints(points: readonly Json[], conditions: Json): Json[] {
  let startedMs = Number(conditions["startedMs"]);
  return points.map((point) => {
    const cpu = json(point["cpuNsPerIo"]);
    const own = startedMs;
    startedMs += Math.round(Number(point["elapsedNs"]) / 1e6);
    return {
      ...point,
      startedMs: own,
      failed: null,
      latencies: firstLatencies(point, conditions),
      userNs: times(cpu["user"], point["completed"]),
      systemNs: times(cpu["system"], point["completed"]),
      deviceCpuNs: null,
      audit: firstAudit(point),
    };
  });
}

/** One histogram for all queues and directions. */
function firstLatencies({ latency }: Json, { workload }: Json): Json[] {
  if (json(latency)["total"] === 0) return [];
  const { rw, numjobs } = json(workload);
  const single = rw === "read" || rw === "randread" ? "read" : "write";
  return [
    { ...json(latency), op: rw === "randrw" ? "mixed" : single, job: numjobs === 1 ? 0 : null },
  ];
}

function firstAudit(counted: Json): Json {
  const of = (key: string): unknown => times(counted[key], counted["completed"]);
  return {
    interrupts: of("interruptsPerIo"),
    wakeups: of("wakeupsPerIo"),
    spurious: counted["spurious"],
    lost: counted["lost"],
  };
}

/** What was divided by the I/Os; without any of them there was nothing to divide. */
function times(perIo: unknown, ios: unknown): unknown {
  if (ios === 0 && perIo === null) return 0;
  return typeof perIo === "number" && typeof ios === "number" ? Math.round(perIo * ios) : perIo;
}
