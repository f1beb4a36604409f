// The workloads that two sides compare: of runs and sweeps their own, of comparisons that of each mode.
import type { Workload } from "../measurement/workload.ts";
import type { DiffResult, Side } from "./diff-sides.ts";

/** Workloads that are compared with each other: those of a side's results, of one mode where there are modes. */
export interface WorkloadPair {
  /** The mode that both sides have; null for runs and sweeps, and where each side chose its own. */
  readonly mode: string | null;
  readonly a: readonly Workload[];
  readonly b: readonly Workload[];
}

/** What is compared with what; nothing for comparisons that have no mode in common. */
export function workloadPairs(a: Side, b: Side): WorkloadPair[] {
  if ([...a.results, ...b.results].some(({ measurement }) => measurement.rounds === null)) {
    return [{ mode: null, a: a.results.map(ownWorkload), b: b.results.map(ownWorkload) }];
  }
  if (a.chosen !== null && b.chosen !== null) {
    return [{ mode: null, a: ofMode(a, a.chosen), b: ofMode(b, b.chosen) }];
  }
  const chosen = a.chosen ?? b.chosen;
  return a.results[0]!.measurement.workloads.map(({ name }) => name)
    .filter((mode) => chosen === null || mode === chosen)
    .map((mode) => ({ mode, a: ofMode(a, mode), b: ofMode(b, mode) }))
    .filter((pair) => pair.a.length === a.results.length && pair.b.length === b.results.length);
}

function ownWorkload({ measurement }: DiffResult): Workload {
  return measurement.workload;
}

/** One for each result that has the mode. */
function ofMode({ results }: Side, mode: string): Workload[] {
  return results.flatMap(({ measurement }) =>
    measurement.workloads.filter(({ name }) => name === mode).map(({ workload }) => workload),
  );
}
