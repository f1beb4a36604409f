// Old result documents brought to the present schema, one version at a time. What an old phasebit did not
// write is filled in as unknown; what is damaged stays damaged, for the schema to find.
import { elapsedNsOf } from "../measurement/work.ts";
import { pointName } from "../measurement/workload-names.ts";
import { completionModes } from "../measurement/workload-options.ts";
import { SCHEMA } from "./schema-version.ts";

type Json = Record<string, unknown>;

/** Each takes a document of its version to the next. */
const steps: Readonly<Record<number, (document: Json) => Json>> = {
  1: fromFirst,
  2: fromSecond,
};

/** The document in the present schema; `version` is its own. */
export function migrated(document: Json, version: number): Json {
  let current = document;
  for (let from = version; from < SCHEMA; from++) current = steps[from]!(current);
  return current;
}

/** 1 to 2: kinds, merged results, histograms of intervals and queues, and counts beside figures. */
function fromFirst(document: Json): Json {
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

/** 2 to 3: one shape. Conditions are not nested, and every kind has `devices`, `workloads` and `blocks`. */
function fromSecond(document: Json): Json {
  if ("phasebit" in document)
    return { ...document, phasebit: secondRun(json(document["phasebit"])) };
  const { conditions, ...figures } = document;
  const { modes, ...about } = secondConditions(json(conditions));
  const measured = { ...figures, ...about, schema: 3 };
  return "points" in document ? secondSweep(measured) : secondComparison(measured, list(modes));
}

function secondConditions({ device, merged, ...conditions }: Json): Json {
  const sources = list(merged).map(({ device: own, ...source }) => ({ ...source, devices: [own] }));
  return { ...conditions, devices: [device], merged: sources };
}

function secondRun({ jobs, series, deviceCpuNs, ...details }: Json): Json {
  const about = secondConditions(details);
  const { workload, startedMs, merged } = about;
  const own = list(jobs);
  const block = {
    ...{ workload: 0, round: null, phase: 0, position: 0, startedMs, deviceCpuNs, work: null },
    elapsedNs: elapsedNsOf(own as never, merged as never),
    latencies: own.flatMap(secondJobLatencies),
    jobs: own.map(({ read: _read, write: _write, ...job }) => job),
    intervals: secondIntervals(list(series), own),
  };
  const setting = { name: "", mode: "", options: "", device: 0, workload };
  return { ...about, schema: 3, rounds: null, workloads: [setting], blocks: [block] };
}

function secondJobLatencies(job: Json): Json[] {
  return ["read", "write"].flatMap((op) => {
    const own = json(job[op]);
    return op in job && own["total"] !== 0 ? [{ ...own, op, job: job["job"] }] : [];
  });
}

/** Those of a result that was of schema 1 before are known by their length alone. */
function secondIntervals(series: readonly Json[], jobs: readonly Json[]): Json[] | null {
  const isKept = series.some(({ latencies }) => list(latencies).length > 0);
  return isKept || jobs.every(({ completed }) => completed === 0) ? [...series] : null;
}

function secondComparison(document: Json, modes: readonly Json[]): Json {
  const measured = json(document["modes"]);
  const blocks = modes.flatMap(({ name }, workload) =>
    list(json(measured[`${name}`])["blocks"]).map((block) => {
      const { round, position } = block;
      return secondBlock(block, { workload, round, position });
    }),
  );
  return {
    ...document,
    workloads: modes.map((mode) => ({ ...mode, mode: mode["name"], device: 0 })),
    blocks: blocks.sort((a, b) => Number(a["position"]) - Number(b["position"])),
  };
}

function secondSweep(document: Json): Json {
  const points = list(document["points"]);
  return {
    ...document,
    rounds: null,
    workloads: points.map((point) => secondPoint(point, json(document["workload"]))),
    blocks: points.map((point, position) =>
      secondBlock(point, { workload: position, round: null, position }),
    ),
    points: points.map((point) => ({ ...noFigures, ...point })),
  };
}

/** Points had neither, and both are worked out again. */
const noFigures = {
  switchesPerIo: { voluntary: null, involuntary: null },
  deviceCpuNsPerIo: null,
};

function secondPoint(point: Json, common: Json): Json {
  const { iodepth, coalescing: coalesce } = point;
  const mode = `${point["mode"]}`;
  const completion = json(common["completion"]);
  const known = completionModes.find((one) => one === mode) ?? completion["mode"];
  const workload = { ...common, iodepth, coalesce, completion: { ...completion, mode: known } };
  const name = pointName(mode, { iodepth, coalesce: coalesce ?? null } as never);
  return { name, mode, options: "", device: 0, workload };
}

function secondBlock(counted: Json, place: Json): Json {
  const { startedMs, elapsedNs, deviceCpuNs, latencies, completed, failed } = counted;
  const { userNs, systemNs, audit } = counted;
  const switches = {
    voluntarySwitches: counted["voluntarySwitches"] ?? null,
    involuntarySwitches: counted["involuntarySwitches"] ?? null,
  };
  return {
    ...{ ...place, phase: 0, startedMs, elapsedNs, deviceCpuNs, latencies },
    work: { completed, failed, userNs, systemNs, ...switches, waits: audit },
    jobs: null,
    intervals: [],
  };
}

function json(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(json) : [];
}
