// Latency counts and what is computed from them. The buckets are HdrHistogram's (assembly/layout.ts), so
// the library reads them as its own; percentiles here are equal to its, cut at the exact maximum.
import { strict as assert } from "node:assert";
import { build, encodeIntoCompressedBase64, type Histogram } from "hdr-histogram-js";
import {
  HISTOGRAM_COUNTS,
  HISTOGRAM_DIGITS,
  HISTOGRAM_HIGHEST_NS,
  HISTOGRAM_LOWEST_NS,
} from "../../assembly/layout.ts";
import { bucketHighNs, bucketLowNs } from "../measurement/buckets.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";

/** fio's default `percentile_list`. */
export const fioPercentiles: readonly number[] = [
  1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 99, 99.5, 99.9, 99.95, 99.99,
];

/** Those that tables and metrics have: fio's, and beyond them as far as the samples go; 100 is the maximum. */
export const exportedPercentiles: readonly number[] = [...fioPercentiles, 99.999, 99.9999, 100];

/** A percentile is carried when at least so many samples lie above it. */
const SAMPLES_ABOVE = 10;

/** The value that `percentile` percent of the samples do not exceed; 0 without samples. */
export function percentileNs(latencies: LatencyCounts, percentile: number): number {
  const rank = rankOf(latencies.total, percentile);
  let passed = 0;
  for (const [index, count] of latencies.counts) {
    passed += count;
    if (passed >= rank) return Math.min(bucketHighNs(index), latencies.maxNs);
  }
  return 0;
}

/** Which of `total` sorted samples, from 1, a percentile is. */
export function rankOf(total: number, percentile: number): number {
  const wanted = (Math.min(percentile, 100) / 100) * total;
  // As the library does: the product may exceed a whole number by one unit in its last place.
  const ulp = 2 ** (Math.floor(Math.log2(wanted)) - 52);
  return Math.max(1, Math.ceil(wanted - ulp));
}

/** True when `total` samples can carry the percentile: at least ten lie above it. The maximum always is. */
export function isCarried(total: number, percentile: number): boolean {
  if (total === 0) return false;
  if (percentile >= 100) return true;
  return total >= samplesNeeded(percentile);
}

/** The percentile, or null when the samples cannot carry it. */
export function carriedNs(latencies: LatencyCounts, percentile: number): number | null {
  return isCarried(latencies.total, percentile) ? percentileNs(latencies, percentile) : null;
}

/** How many samples a percentile below 100 needs: p99.9 needs 10,000. */
export function samplesNeeded(percentile: number): number {
  // 100 - 99.99 is a little more or less than 0.01: round what should be whole.
  return Math.ceil(Number(((SAMPLES_ABOVE * 100) / (100 - percentile)).toPrecision(9)));
}

/** The exact mean; 0 without samples. */
export function meanNs(latencies: LatencyCounts): number {
  return latencies.total === 0 ? 0 : latencies.sumNs / latencies.total;
}

/** The standard deviation, each sample taken in the middle of its bucket; 0 without samples. */
export function stddevNs(latencies: LatencyCounts): number {
  if (latencies.total === 0) return 0;
  const mean = meanNs(latencies);
  let squares = 0;
  for (const [index, count] of latencies.counts) {
    const middle = (bucketLowNs(index) + bucketHighNs(index)) / 2;
    squares += count * (middle - mean) ** 2;
  }
  return Math.sqrt(squares / latencies.total);
}

/** The same counts in the library's histogram, with the exact extremes. */
export function toHdrHistogram(latencies: LatencyCounts): Histogram {
  const histogram = build({
    // Counts of 32 bits wrap in silence.
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: HISTOGRAM_LOWEST_NS,
    highestTrackableValue: HISTOGRAM_HIGHEST_NS,
    numberOfSignificantValueDigits: HISTOGRAM_DIGITS,
  });
  for (const [index, count] of latencies.counts) {
    assert(index < HISTOGRAM_COUNTS && bucketLowNs(index) <= latencies.maxNs, `bucket ${index}`);
    // The largest sample is known exactly, and the library shows the maximum of what it records.
    const value = Math.min(bucketHighNs(index), latencies.maxNs);
    histogram.recordValueWithCount(value, count);
  }
  return histogram;
}

/** HdrHistogram's compressed V2 encoding in base64, as its logs and plotters read it. */
export function encodeCounts(latencies: LatencyCounts): string {
  return encodeIntoCompressedBase64(toHdrHistogram(latencies));
}

const TICKS_PER_HALF_DISTANCE = 5;
/** As the library prints values. */
const VALUE_DECIMALS = 3;

/** Units of the values, in ns; the text itself names none. Three decimals are printed of each. */
export const hgrmUnits = { ns: 1, us: 1e3, ms: 1e6 } as const;

/** HdrHistogram's percentile text of one direction, which its plotter reads. */
export function hgrm(latencies: LatencyCounts, unit: keyof typeof hgrmUnits = "us"): string {
  const histogram = toHdrHistogram(latencies);
  const text = histogram.outputPercentileDistribution(TICKS_PER_HALF_DISTANCE, hgrmUnits[unit]);
  return atMost(text, latencies.maxNs / hgrmUnits[unit]);
}

/** The library gives each row the upper end of its bucket; beyond the exact maximum, which it prints below, lies nothing. */
function atMost(text: string, max: number): string {
  return text.replace(/^ *(\d+\.\d+)(?= +\d)/gm, (cell, value: string) =>
    Number(value) > max ? max.toFixed(VALUE_DECIMALS).padStart(cell.length) : cell,
  );
}
