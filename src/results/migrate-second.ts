// Documents of schema 2 as documents of schema 3.
import { elapsedNsOf } from "../measurement/work.ts";
import { type Point, pointName } from "../measurement/workload-names.ts";
import { completionModes } from "../measurement/workload-options.ts";
import { type Json, json, list } from "./json.ts";

/** 2 to 3: one shape. Conditions are not nested, and every kind has `devices`, `workloads` and `blocks`. */
export function fromSecond(document: Json): Json {
  if ("phasebit" in document) return { ...document, phasebit: runOf(json(document["phasebit"])) };
  const { conditions, ...figures } = document;
  const { modes, ...about } = conditionsOf(json(conditions));
  const measured = { ...figures, ...about, schema: 3 };
  return "points" in document ? sweepOf(measured) : comparisonOf(measured, list(modes));
}

function conditionsOf({ device, merged, ...conditions }: Json): Json {
  const sources = list(merged).map(({ device: own, ...source }) => ({
    ...source,
    devices: [deviceOf(own)],
  }));
  return { ...conditions, devices: [deviceOf(device)], merged: sources };
}

function deviceOf(device: unknown): unknown {
  if (typeof device !== "object" || device === null || !("blocks" in device)) return device;
  const { blocks, ...others } = device;
  return { ...others, logicalBlocks: blocks };
}

function runOf({ jobs, series, deviceCpuNs, ...details }: Json): Json {
  const about = conditionsOf(details);
  const { workload, startedMs, merged } = about;
  const own = list(jobs);
  const block = {
    ...{ workload: 0, round: null, phase: 0, position: 0, startedMs, deviceCpuNs, work: null },
    elapsedNs: elapsedNsOf(own as never, merged as never),
    latencies: own.flatMap(latenciesOf),
    jobs: own.map(({ read: _read, write: _write, ...job }) => job),
    intervals: intervalsOf(list(series), own),
  };
  const setting = { name: "", mode: "", options: "", device: 0, workload };
  return { ...about, schema: 3, rounds: null, workloads: [setting], blocks: [block] };
}

function latenciesOf(job: Json): Json[] {
  return ["read", "write"].flatMap((op) => {
    const own = json(job[op]);
    return op in job && own["total"] !== 0 ? [{ ...own, op, job: job["job"] }] : [];
  });
}

/** Those of runs that were of schema 1 before are known by their length alone: they were not kept. */
function intervalsOf(series: readonly Json[], jobs: readonly Json[]): Json[] | null {
  const told = new Set(
    series.filter(({ latencies }) => list(latencies).length > 0).map(({ source }) => source),
  );
  const busy = new Set(jobs.filter(({ completed }) => completed !== 0).map(({ source }) => source));
  const kept = series.filter(({ source }) => told.has(source) || !busy.has(source));
  return kept.length > 0 || busy.size === 0 ? kept : null;
}

function comparisonOf(document: Json, modes: readonly Json[]): Json {
  const measured = json(document["modes"]);
  const blocks = modes.flatMap(({ name }, workload) =>
    list(json(measured[`${name}`])["blocks"]).map((block) => {
      const { round, position } = block;
      return blockOf(block, { workload, round, position });
    }),
  );
  return {
    ...document,
    workloads: modes.map((mode) => ({ ...mode, mode: mode["name"], device: 0 })),
    blocks: blocks.sort((a, b) => Number(a["position"]) - Number(b["position"])),
  };
}

function sweepOf(document: Json): Json {
  const points = list(document["points"]);
  return {
    ...document,
    rounds: null,
    workloads: points.map((point) => settingOf(point, json(document["workload"]))),
    blocks: points.map((point, position) =>
      blockOf(point, { workload: position, round: null, position }),
    ),
    points: points.map((point) => ({ ...noFigures, ...point })),
  };
}

/** Points had neither, and both are worked out again. */
const noFigures = {
  switchesPerIo: { voluntary: null, involuntary: null },
  deviceCpuNsPerIo: null,
};

function settingOf(point: Json, common: Json): Json {
  const { iodepth, coalescing: coalesce } = point;
  const mode = `${point["mode"]}`;
  const completion = json(common["completion"]);
  const known = completionModes.find((one) => one === mode) ?? completion["mode"];
  const workload = { ...common, iodepth, coalesce, completion: { ...completion, mode: known } };
  const name = pointName(mode, {
    iodepth,
    coalesce: coalesce ?? null,
    cmb: [],
    completion: { pauseNs: null },
  } as Point);
  return { name, mode, options: "", device: 0, workload };
}

function blockOf(counted: Json, place: Json): Json {
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
