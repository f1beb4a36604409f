// fio's JSON tree without phasebit's own key, for tools that take nothing else. A run has its jobs; of a comparison
// or a sweep each mode or point becomes a job, in a group of its own.

import { fioBins } from "../fio/bins.ts";
import type { FioDirection, Percentiles } from "../fio/direction.ts";
import type { FioGroup, FioSource } from "../fio/sources.ts";
import { type FioJob, fioTree } from "../fio/tree.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";
import type { Result } from "../results/read.ts";
import { jsonText } from "../results/save.ts";

export interface FioJsonOptions {
  /** Latencies also in fio's bins, as its json+ has them. */
  readonly bins: boolean;
  readonly percentiles: Percentiles;
}

/** The document of these groups of the result. */
export function fioJson(
  { measurement }: Result,
  groups: readonly FioGroup[],
  { bins, percentiles }: FioJsonOptions,
): string {
  const sources = groups.flatMap((group) => group.sources);
  const own = groups.map((group) => group.sources);
  const tree = fioTree(measurement.version, own, percentiles);
  const jobs = tree.jobs.map((job, index) => {
    const source = sources[index]!;
    const whole = source.directions.has("mixed") ? asUnified(job) : job;
    return bins ? binned(whole, source) : whole;
  });
  return jsonText({ ...tree, jobs });
}

function binned(job: FioJob, { directions }: FioSource): FioJob {
  const withBins = [...directions].map(([op, { latency }]) => {
    const direction = job[op] as FioDirection;
    return [op, latency.total > 0 ? directionBins(direction, latency) : direction] as const;
  });
  return { ...job, ...Object.fromEntries(withBins) };
}

function directionBins(direction: FioDirection, latency: LatencyCounts): FioDirection {
  const clat = direction["clat_ns"] as object;
  return { ...direction, clat_ns: { ...clat, bins: fioBins(latency) } as never };
}

/** As fio has it with unified_rw_reporting: reads and writes under a key of their own. */
function asUnified(job: FioJob): FioJob {
  const options = job["job options"] as Record<string, string>;
  return { ...job, "job options": { ...options, unified_rw_reporting: "mixed" } };
}
