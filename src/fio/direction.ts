// One direction of one job in fio's JSON tree: amounts, rates, latencies.
import {
  fioPercentiles,
  isCarried,
  meanNs,
  percentileNs,
  stddevNs,
} from "../analysis/histogram.ts";
import { perSecond } from "../analysis/totals.ts";
import { emptyCounts, inTime, iosInTime } from "../measurement/latency-counts.ts";
import type { LatencyCounts, PackedLatency } from "../measurement/measurement.ts";
import { largest, smallest } from "../statistics/summary.ts";

interface FioLatency {
  min: number;
  max: number;
  mean: number;
  stddev: number;
  N: number;
  percentile?: Record<string, number>;
}

/** A `read`, `write` or `trim`. */
export type FioDirection = Record<string, number | FioLatency>;
/** A direction without I/O. */
export const emptyDirection: FioDirection = {
  io_bytes: 0,
  io_kbytes: 0,
  bw_bytes: 0,
  bw: 0,
  iops: 0,
  runtime: 0,
  total_ios: 0,
  short_ios: 0,
  drop_ios: 0,
  slat_ns: fioLatency(emptyCounts),
  clat_ns: fioLatency(emptyCounts),
  lat_ns: fioLatency(emptyCounts),
  ...bandwidthSamples([], 0),
  ...iopsSamples([]),
};

/** What one direction did. */
export interface FioPart {
  readonly latency: LatencyCounts;
  /** I/O per second over time. */
  readonly rates: readonly number[];
  /** I/Os of all jobs in the direction. */
  readonly ofTotal: number;
}

/** Which of fio's percentiles there are: those that the samples carry, or all, as fio has them. */
export type Percentiles = "carried" | "all";

/** The direction; `bs` are the bytes of an I/O. */
export function fioDirection(
  { latency, rates, ofTotal }: FioPart,
  elapsedNs: number,
  bs: number,
  percentiles: Percentiles,
): FioDirection {
  const { total } = latency;
  const bytes = total * bs;
  const bytesPerSecond = perSecond(inTime(latency) * bs, elapsedNs);
  return {
    io_bytes: bytes,
    io_kbytes: Math.floor(bytes / 1024),
    bw_bytes: Math.round(bytesPerSecond),
    bw: Math.round(bytesPerSecond / 1024),
    iops: perSecond(inTime(latency), elapsedNs),
    runtime: Math.round(elapsedNs / 1e6),
    total_ios: total,
    short_ios: 0,
    drop_ios: 0,
    // The clock starts before the entry is written and stops after its completion is read: there is no
    // submission time apart, and fio's total latency is the same.
    slat_ns: fioLatency(emptyCounts),
    clat_ns: withPercentiles(latency, percentiles),
    lat_ns: fioLatency(latency),
    ...bandwidthSamples(
      rates.map((iops) => (iops * bs) / 1024),
      ofTotal > 0 ? (total * 100) / ofTotal : 0,
    ),
    ...iopsSamples(rates),
  };
}

/** The I/O per second of each of these; a last one below half the first's length says little. */
export function ratesOf(
  stretches: readonly { readonly lengthMs: number; readonly latencies: readonly PackedLatency[] }[],
): number[] {
  const shortestMs = (stretches[0]?.lengthMs ?? 0) / 2;
  return stretches
    .filter(({ lengthMs }) => lengthMs > 0 && lengthMs >= shortestMs)
    .map(({ latencies, lengthMs }) => (iosInTime(latencies) * 1000) / lengthMs);
}

/** Extremes, mean and deviation. */
export function fioLatency(latencies: LatencyCounts): FioLatency {
  const { total, minNs, maxNs } = latencies;
  return {
    min: minNs,
    max: maxNs,
    mean: meanNs(latencies),
    stddev: stddevNs(latencies),
    N: total,
  };
}

/** `phasebit.total.…percentilesNotCarried` of a result has the others. Without samples there are none, as in fio. */
function withPercentiles(latencies: LatencyCounts, wanted: Percentiles): FioLatency {
  const { total } = latencies;
  const shown = fioPercentiles.filter(
    (percentile) => isCarried(total, percentile) || (wanted === "all" && total > 0),
  );
  if (shown.length === 0) return fioLatency(latencies);
  return {
    ...fioLatency(latencies),
    percentile: Object.fromEntries(
      shown.map((percentile) => [percentile.toFixed(6), percentileNs(latencies, percentile)]),
    ),
  };
}

function bandwidthSamples(kibPerSecond: readonly number[], sharePercent: number): FioDirection {
  const { min, max, mean, deviation } = spread(kibPerSecond);
  return {
    bw_min: Math.round(min),
    bw_max: Math.round(max),
    bw_agg: sharePercent,
    bw_mean: mean,
    bw_dev: deviation,
    bw_samples: kibPerSecond.length,
  };
}

function iopsSamples(iops: readonly number[]): FioDirection {
  const { min, max, mean, deviation } = spread(iops);
  return {
    iops_min: Math.round(min),
    iops_max: Math.round(max),
    iops_mean: mean,
    iops_stddev: deviation,
    iops_samples: iops.length,
  };
}

function spread(values: readonly number[]) {
  if (values.length === 0) return { min: 0, max: 0, mean: 0, deviation: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
  return { min: smallest(values), max: largest(values), mean, deviation };
}
