// fio's JSON tree without phasebit's own key, for tools that take nothing else. A comparison or a sweep
// becomes a job for each mode or point, so that fio's plotters draw them beside each other.

import type { Direction, LatencyCounts, Measurement } from "../measurement/measurement.ts";
import { fioDocument } from "../results/fio.ts";
import { emptyDirection } from "../results/fio-direction.ts";
import type { Result } from "../results/result.ts";
import { jsonText } from "../results/save.ts";
import { fioBins } from "./fio-bins.ts";
import { groupRun, wholeRun } from "./fio-group.ts";
import { endMsOf, type Group, groupsOf } from "./groups.ts";

type Tree = Readonly<Record<string, unknown>>;
type Blocks = Exclude<Result, { kind: "run" }>;
type Latencies = Readonly<Record<Direction, LatencyCounts>>;

/** The document; with `bins`, the latencies also in fio's bins, as its json+ has them. */
export function fioJson(result: Result, { bins }: { readonly bins: boolean }): string {
  const tree = result.kind === "run" ? runTree(result, bins) : groupsTree(result, bins);
  return jsonText(tree);
}

function runTree({ measurement }: Extract<Result, { kind: "run" }>, bins: boolean): Tree {
  const { phasebit: _ours, jobs, ...tree } = fioDocument(measurement);
  const withBins = jobs.map((job, index) => binned(job, measurement.jobs[index]!));
  return { ...tree, jobs: bins ? withBins : jobs };
}

function groupsTree(result: Blocks, bins: boolean): Tree {
  const { measurement } = result;
  const groups = groupsOf(result);
  const { phasebit: _ours, ...tree } = fioDocument(wholeRun(measurement, endMsOf(groups)));
  return { ...tree, jobs: groups.map((group) => groupTree(measurement, group, bins)) };
}

function groupTree(measurement: Measurement, group: Group, bins: boolean): Tree {
  const run = groupRun(measurement, group);
  const [job, measured] = [fioDocument(run).jobs[0]!, run.jobs[0]!];
  const named = { ...(bins ? binned(job, measured) : job), jobname: group.name };
  return group.parts.some(({ op }) => op === "mixed") ? asMixed(named) : named;
}

function binned(job: Tree, measured: Latencies): Tree {
  return {
    ...job,
    read: withBins(job["read"] as Tree, measured.read),
    write: withBins(job["write"] as Tree, measured.write),
  };
}

/** fio leaves `bins` out where there are no latencies. */
function withBins(direction: Tree, latencies: LatencyCounts): Tree {
  if (latencies.total === 0) return direction;
  return {
    ...direction,
    clat_ns: { ...(direction["clat_ns"] as Tree), bins: fioBins(latencies) },
  };
}

/** As fio has it with unified_rw_reporting: reads and writes under a key of their own. */
function asMixed(job: Tree): Tree {
  const options = { ...(job["job options"] as Tree), rw: "randrw", unified_rw_reporting: "mixed" };
  return { ...job, "job options": options, read: emptyDirection, mixed: job["read"] };
}
