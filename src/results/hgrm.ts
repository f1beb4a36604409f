// HdrHistogram's percentile text, which its plotter reads.

import { toHdrHistogram } from "../analysis/histogram.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";

const TICKS_PER_HALF_DISTANCE = 5;

/** Units of the values, in ns; the text itself names none. Three decimals are printed of each. */
export const hgrmUnits = { ns: 1, us: 1e3, ms: 1e6 } as const;

/** The percentile distribution of one direction. */
export function hgrm(latencies: LatencyCounts, unit: keyof typeof hgrmUnits = "us"): string {
  const histogram = toHdrHistogram(latencies);
  return histogram.outputPercentileDistribution(TICKS_PER_HALF_DISTANCE, hgrmUnits[unit]);
}
