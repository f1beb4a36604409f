// Numbers as a page needs them: a chart shows no sixth digit, and thousands of them take room.
import { latencyFigures } from "../analysis/compare-figures.ts";
import { carriedNs } from "../analysis/histogram.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";
import type { LatencyNs } from "./report-data.ts";

const RATE_DIGITS = 4;
const TIME_DIGITS = 5;

/** A latency for a curve. The histograms themselves have three to four digits. */
export function roundedNs(ns: number): number {
  return Number(ns.toPrecision(TIME_DIGITS));
}

/** A rate for a curve. */
export function roundedRate(perSecond: number): number {
  return Number(perSecond.toPrecision(RATE_DIGITS));
}

/** Seconds on a time axis, to the ms. */
export function secondsOf(ms: number): number {
  return Number((ms / 1000).toFixed(3));
}

/** Mean, percentiles and maximum in ns; null is what the samples cannot carry. */
export function latencyNs(latencies: LatencyCounts): LatencyNs {
  const { mean, p50, p90, p99, p999, p9999, max } = latencyFigures(latencies);
  const p99999 = carriedNs(latencies, 99.999);
  return { mean, p50, p90, p99, p999, p9999, p99999, max };
}
