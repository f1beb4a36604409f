// The percentile curve of a histogram over 1 / (1 - quantile), as HdrHistogram's plotter draws it: a decade of
// the axis is one more nine.
import { curveAt } from "../analysis/percentile-curve.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";
import { roundedNs } from "./digits.ts";
import type { PercentileCurve } from "./report-data.ts";

const MOST_POINTS = 200;
/** Of a decade; with few decades more of them would show nothing but the buckets. */
const DENSEST = 60;
const SAMPLES_ABOVE_LAST = 10;

/**
 * At most 200 points, rising, log-spaced so that p90, p99 and so on are met exactly, and the median too. They
 * end where the samples carry no further percentile, with ten samples above the last point. HdrHistogram's
 * own output goes on to the maximum; the line to it would be a tenth of the axis that nothing was measured on.
 */
export function percentileCurve(latencies: LatencyCounts): PercentileCurve {
  const points = curveAt(latencies, gridTo(latencies.total / SAMPLES_ABOVE_LAST)).map(
    ([oneOver, ns]) => ({ oneOver, ns: roundedNs(ns) }),
  );
  const shown = withoutRepeats(points);
  return { oneOver: shown.map(({ oneOver }) => oneOver), ns: shown.map(({ ns }) => ns) };
}

/** From 1 to `last`; nothing when that is less. */
function gridTo(last: number): number[] {
  const decades = Math.log10(Math.max(last, 1));
  const steps = Math.min(DENSEST, Math.floor((MOST_POINTS - 3) / Math.max(decades, 1)));
  const grid = Array.from({ length: Math.floor(decades * steps) + 1 }, (_, step) =>
    Number((10 ** (step / steps)).toPrecision(6)),
  );
  return [...new Set([...grid, 2, last])]
    .filter((oneOver) => oneOver >= 1 && oneOver <= last)
    .sort((a, b) => a - b);
}

interface Point {
  readonly oneOver: number;
  readonly ns: number;
}

/** Of a level stretch, its two ends are enough. */
function withoutRepeats(points: readonly Point[]): Point[] {
  return points.filter(({ ns }, index) => {
    const isBetween = points[index - 1]?.ns === ns && points[index + 1]?.ns === ns;
    return !isBetween;
  });
}
