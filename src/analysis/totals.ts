// A run as its reports see it: directions, sums over the jobs, rates, names.
import { mergeCounts, unpackLatency } from "../measurement/latency-counts.ts";
import type {
  Direction,
  Interval,
  JobMeasurement,
  LatencyCounts,
  RunMeasurement,
} from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import { largest } from "../statistics/summary.ts";
import { fioSize, NS_PER_MS, NS_PER_S } from "../units.ts";

/** The directions in which the workload does I/O. */
export function directionsOf(workload: Workload): readonly Direction[] {
  if (workload.rw === "randrw") return ["read", "write"];
  return workload.rw === "read" || workload.rw === "randread" ? ["read"] : ["write"];
}

/** "randread-4k-qd32x2": pattern, block size, depth and jobs; only letters, digits and hyphens. */
export function workloadName(workload: Workload): string {
  const { rw, bs, iodepth, numjobs } = workload;
  return `${rw}-${fioSize(bs)}-qd${iodepth}x${numjobs}`;
}

/** False for a result of schema 1, whose intervals are known by their length alone. */
export function keepsIntervals({ jobs, intervals }: RunMeasurement): boolean {
  return (
    intervals.some(({ latencies }) => latencies.length > 0) ||
    jobs.every(({ completed }) => completed === 0)
  );
}

/** What an interval completed in one direction, all jobs; all directions when none is named. */
export function intervalIos({ latencies }: Interval, direction?: Direction): number {
  const chosen = latencies.filter(({ op }) => direction === undefined || op === direction);
  return chosen.reduce((sum, { total }) => sum + total, 0);
}

/** The latencies of an interval in one direction, all jobs. */
export function intervalLatency({ latencies }: Interval, direction: Direction): LatencyCounts {
  return mergeCounts(latencies.filter(({ op }) => op === direction).map(unpackLatency));
}

/** The latencies of all jobs in one direction. */
export function latenciesOf(run: RunMeasurement, direction: Direction): LatencyCounts {
  return mergeCounts(run.jobs.map((job) => job[direction]));
}

/**
 * How long was measured: as long as the longest job. Of a merged run, the time that its sources cover
 * together, so that hosts that ran side by side add up and runs one after the other are averaged.
 */
export function elapsedNsOf({ jobs, merged }: Pick<RunMeasurement, "jobs" | "merged">): number {
  const longest = (own: readonly JobMeasurement[]): number =>
    Math.max(0, largest(own.map((job) => job.elapsedNs)));
  if (merged.length === 0) return longest(jobs);
  const stretches = merged.map(({ startedMs }, source): Stretch => {
    const startNs = startedMs * NS_PER_MS;
    return [startNs, startNs + longest(jobs.filter((job) => job.source === source))];
  });
  return coveredNs(stretches);
}

type Stretch = readonly [startNs: number, endNs: number];

/** Length of the union. */
function coveredNs(stretches: readonly Stretch[]): number {
  let reachedNs = Number.NEGATIVE_INFINITY;
  let sumNs = 0;
  for (const [startNs, endNs] of stretches.toSorted(([a], [b]) => a - b)) {
    sumNs += Math.max(0, endNs - Math.max(startNs, reachedNs));
    reachedNs = Math.max(reachedNs, endNs);
  }
  return sumNs;
}

/** `count` per second over `elapsedNs`; 0 for no time. */
export function perSecond(count: number, elapsedNs: number): number {
  return elapsedNs > 0 ? (count * NS_PER_S) / elapsedNs : 0;
}

/** Commands by error status over all jobs, the most frequent first. */
export function errorsOf(jobs: readonly JobMeasurement[]): { code: number; count: number }[] {
  const sums = new Map<number, number>();
  for (const { code, count } of jobs.flatMap((job) => job.statuses)) {
    if (code !== 0 && count > 0) sums.set(code, (sums.get(code) ?? 0) + count);
  }
  return [...sums].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count);
}

/** The sum of one number over the jobs. */
export function sumOf(
  jobs: readonly JobMeasurement[],
  of: (job: JobMeasurement) => number,
): number {
  return jobs.reduce((sum, job) => sum + of(job), 0);
}

/** The middle one of the values; 0 when there are none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
