// Many percentiles of one histogram in one pass over it: a total has thousands of buckets, and the live view
// asks for sixty percentiles four times a second.
import { isCarried, rankOf } from "../analysis/histogram.ts";
import { bucketHighNs } from "../measurement/buckets.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";

/** Points of a percentile curve, [1 / (1 - quantile), ns], rising: 1 is the minimum, 2 the median. */
export type Curve = readonly (readonly [number, number])[];

const POINTS_A_DECADE = 8;
/** As the page and `--live ndjson` have them: seven decades and a half. */
const MOST_POINTS = 60;

/** For each point of the curve: 1 / (1 - quantile) to three digits, and the percentile that it is. */
const grid = Array.from({ length: MOST_POINTS }, (_, point) => {
  const oneOver = Number((10 ** (point / POINTS_A_DECADE)).toPrecision(3));
  return { oneOver, percentile: 100 - 100 / oneOver };
});

/** `percentiles`, which rise, in ns; null is what the samples cannot carry. */
export function percentilesNs(
  latencies: LatencyCounts,
  percentiles: readonly number[],
): (number | null)[] {
  const { counts, total, maxNs } = latencies;
  let at = -1;
  let passed = 0;
  return percentiles.map((percentile) => {
    if (!isCarried(total, percentile)) return null;
    const rank = rankOf(total, percentile);
    while (passed < rank && at < counts.length - 1) passed += counts[++at]![1];
    return Math.min(bucketHighNs(counts[at]![0]), maxNs);
  });
}

/** The percentile curve as far as the samples carry it. */
export function percentileCurve(latencies: LatencyCounts): Curve {
  const values = percentilesNs(
    latencies,
    grid.map(({ percentile }) => percentile),
  );
  return grid.flatMap(({ oneOver }, point) => {
    const ns = values[point]!;
    return ns === null ? [] : [[oneOver, ns] as const];
  });
}
