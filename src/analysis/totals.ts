// A run as its reports see it: directions, sums over the jobs, rates, names.
import type {
  Direction,
  JobMeasurement,
  LatencyCounts,
  RunMeasurement,
} from "../run/measurement.ts";
import type { Workload } from "../run/workload.ts";
import { fioSize } from "../units.ts";
import { mergeCounts } from "./histogram.ts";

export const NS_PER_SECOND = 1e9;

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

/** The latencies of all jobs in one direction. */
export function latenciesOf(run: RunMeasurement, direction: Direction): LatencyCounts {
  return mergeCounts(run.jobs.map((job) => job[direction]));
}

/** How long the longest job measured. */
export function elapsedNsOf(jobs: readonly JobMeasurement[]): number {
  return Math.max(0, ...jobs.map((job) => job.elapsedNs));
}

/** `count` per second over `elapsedNs`; 0 for no time. */
export function perSecond(count: number, elapsedNs: number): number {
  return elapsedNs > 0 ? (count * NS_PER_SECOND) / elapsedNs : 0;
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
