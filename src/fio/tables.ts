// fio's small tables of shares in percent: I/O by depth, by commands per submission and by latency.
import { bucketLowNs } from "../measurement/buckets.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";

export type Shares = Record<string, number>;

const depthLevels = [1, 2, 4, 8, 16, 32, 64];
const batchLevels = [0, 4, 8, 16, 32, 64];
const latencyLevels = [2, 4, 10, 20, 50, 100, 250, 500, 750, 1000];

/** fio's `iodepth_level`: a job keeps its queue full, so all I/O counts at its depth. */
export function depthShares(depth: number, isAny: boolean): Shares {
  const level = depthLevels.findLast((from) => depth >= from) ?? 1;
  return shares(
    depthLevels.map((from) => (from === 64 ? ">=64" : `${from}`)),
    level === 64 ? ">=64" : `${level}`,
    isAny,
  );
}

/** What tells of commands per call. */
export interface Batches {
  /** Commands that completed, with or without error. */
  readonly ended: number;
  /** Looks that found some. */
  readonly sweepsFull: number;
  readonly jobs: number;
  /** As many as can complete at once. */
  readonly most: number;
}

/** fio shows less than that of anything as that much. */
const LEAST_SHARE = 0.001;

/**
 * fio's `iodepth_submit` and `iodepth_complete`: the calls by how many commands they took, 1 to 4 first. Only the mean
 * of that is known. It tells where all calls lie when no call can take more than four, or when hardly one did: each that
 * takes five or more raises the mean by four. Null where it does not tell.
 */
export function batchShares({ ended, sweepsFull, jobs, most }: Batches): Shares | null {
  // all of them came after the measured time, which counts no looks
  if (ended > 0 && sweepsFull === 0) return null;
  const isAny = ended > 0;
  // each job's first call takes as many as there may be
  const above = isAny ? (ended / sweepsFull - 1) / 4 + jobs / sweepsFull : 0;
  if (most > 4 && above >= LEAST_SHARE) return null;
  return shares([...batchLevels.map((upTo) => `${upTo}`), ">=64"], "4", isAny);
}

function shares(levels: readonly string[], level: string, isAny: boolean): Shares {
  return Object.fromEntries(levels.map((name) => [name, isAny && name === level ? 100 : 0]));
}

/** fio's `latency_ns`, `latency_us` and `latency_ms`: a key is the end of its range, which is left out. */
export function latencyShares(
  latencies: readonly LatencyCounts[],
): Record<"ns" | "us" | "ms", Shares> {
  const result = {
    ns: zeros(latencyLevels),
    us: zeros(latencyLevels),
    ms: { ...zeros([...latencyLevels, 2000]), ">=2000": 0 } as Shares,
  };
  const percent = 100 / latencies.reduce((sum, { total }) => sum + total, 0);
  for (const [index, count] of latencies.flatMap(({ counts }) => counts)) {
    const ns = bucketLowNs(index);
    const unit = ns < 1e3 ? "ns" : ns < 1e6 ? "us" : "ms";
    const value = ns / { ns: 1, us: 1e3, ms: 1e6 }[unit];
    const levels = unit === "ms" ? [...latencyLevels, 2000] : latencyLevels;
    const key = levels.find((end) => value < end) ?? ">=2000";
    result[unit][key] = (result[unit][key] ?? 0) + count * percent;
  }
  return result;
}

function zeros(levels: readonly number[]): Shares {
  return Object.fromEntries(levels.map((level) => [level, 0]));
}
