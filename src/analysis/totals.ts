// Sums over jobs, and rates.

import { NS_PER_S } from "../ground/units.ts";
import { addedFlags } from "../measurement/flags.ts";
import type { Flags, Job, RejectionName } from "../measurement/measurement.ts";

/** `count` per second over `elapsedNs`; 0 for no time. */
export function perSecond(count: number, elapsedNs: number): number {
  return elapsedNs > 0 ? (count * NS_PER_S) / elapsedNs : 0;
}

/** Commands by error status over all jobs, the most frequent first. */
export function errorsOf(jobs: readonly Job[]): { code: number; count: number }[] {
  const sums = new Map<number, number>();
  for (const { code, count } of jobs.flatMap((job) => job.statuses)) {
    if (code !== 0 && count > 0) sums.set(code, (sums.get(code) ?? 0) + count);
  }
  return [...sums].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count);
}

/** Completion entries that were not believed over all jobs, by kind. */
export function rejectionsOf(jobs: readonly Job[]): Record<RejectionName, number> {
  const sum = (kind: RejectionName): number => sumOf(jobs, ({ rejections }) => rejections[kind]);
  return {
    "bad-cid": sum("bad-cid"),
    "idle-slot": sum("idle-slot"),
    "stale-generation": sum("stale-generation"),
    "bad-sqid": sum("bad-sqid"),
    "bad-sqhd": sum("bad-sqhd"),
    "wrong-sqhd": sum("wrong-sqhd"),
  };
}

/** Successes over all jobs by what they should not have had set; null where no job kept it. */
export function flagsOf(jobs: readonly Job[]): Flags | null {
  const kept = jobs.flatMap(({ flags }) => flags ?? []);
  return kept.length === 0 ? null : addedFlags(kept);
}

/** Names of the clocks that the jobs went by, as far as they were kept. */
export function clocksOf(jobs: readonly Job[]): string[] {
  return [...new Set(jobs.flatMap(({ clock }) => clock?.source ?? []))];
}

/** The drift of the clocks, in millionths, that is the furthest from 0; null where none is known. */
export function worstDriftPpm(jobs: readonly Job[]): number | null {
  const drifts = jobs.flatMap(({ clock }) => clock?.driftPpm ?? []);
  const further = (a: number, b: number): number => (Math.abs(b) > Math.abs(a) ? b : a);
  return drifts.length === 0 ? null : drifts.reduce(further);
}

/** The sum of one number over the jobs. */
export function sumOf(jobs: readonly Job[], of: (job: Job) => number): number {
  return jobs.reduce((sum, job) => sum + of(job), 0);
}

/** The middle one of the values; 0 when there are none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
