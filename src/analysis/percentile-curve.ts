// Many percentiles of one histogram in one pass over it: a total has thousands of buckets, and the live view asks for
// sixty percentiles four times a second.
import { bucketHighNs } from "../measurement/buckets.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";
import { isCarried, rankOf } from "./histogram.ts";

/** `percentiles`, which rise, in ns; null is what the samples cannot carry. */
export function percentilesNs(
  { counts, total, maxNs }: LatencyCounts,
  percentiles: readonly number[],
): (number | null)[] {
  let at = -1;
  let passed = 0;
  return percentiles.map((percentile) => {
    if (!isCarried(total, percentile)) return null;
    const rank = rankOf(total, percentile);
    while (passed < rank && at < counts.length - 1) passed += counts[++at]![1];
    return Math.min(bucketHighNs(counts[at]![0]), maxNs);
  });
}

/** Of a percentile curve: 1 / (1 - quantile), where 1 is the minimum and 2 the median, and the latency. */
export type CurvePoint = readonly [oneOver: number, ns: number];

/** The curve at these places, which rise, as far as the samples carry it. */
export function curveAt(latencies: LatencyCounts, oneOvers: readonly number[]): CurvePoint[] {
  const percentiles = oneOvers.map((oneOver) => 100 * (1 - 1 / oneOver));
  const values = percentilesNs(latencies, percentiles);
  return oneOvers.flatMap((oneOver, place): CurvePoint[] => {
    const ns = values[place]!;
    return ns === null ? [] : [[oneOver, ns]];
  });
}
