// HdrHistogram's percentile text, which its plotter reads.

import { toHdrHistogram } from "../analysis/histogram.ts";
import type { LatencyCounts } from "../run/measurement.ts";

const TICKS_PER_HALF_DISTANCE = 5;
const NS_PER_US = 1000;

/** The percentile distribution of one direction, values in us. */
export function hgrm(latencies: LatencyCounts): string {
  return toHdrHistogram(latencies).outputPercentileDistribution(TICKS_PER_HALF_DISTANCE, NS_PER_US);
}
