// The figures of a histogram that a page shows.
import { latencyFigures } from "../analysis/compare-figures.ts";
import { carriedNs } from "../analysis/histogram.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";
import type { LatencyNs } from "./report-data.ts";

/** Mean, percentiles and maximum in ns; null is what the samples cannot carry. */
export function latencyNs(latencies: LatencyCounts): LatencyNs {
  const { mean, p50, p90, p99, p999, p9999, max } = latencyFigures(latencies);
  const p99999 = carriedNs(latencies, 99.999);
  return { mean, p50, p90, p99, p999, p9999, p99999, max };
}
