// Two modes of a comparison beside each other, figure by figure.
import { metrics } from "../analysis/compare-metrics.ts";
import type { Comparison } from "../analysis/compare-pairs.ts";
import type { PairData } from "./report-data.ts";

/** Of the rest (switches, interrupts, device CPU) the saved result has the intervals. */
const shown: Readonly<Record<string, PairData["unit"]>> = {
  iops: "per second",
  "latNs.mean": "ns",
  "latNs.p50": "ns",
  "latNs.p90": "ns",
  "latNs.p99": "ns",
  "latNs.p999": "ns",
  "latNs.p9999": "ns",
  "latNs.max": "ns",
  "cpuNsPerIo.total": "ns",
  "cpuNsPerIo.user": "ns",
  "cpuNsPerIo.system": "ns",
  wakeupsPerIo: "count",
};

/** A figure of two groups, by their ids; undefined for one that reports leave out. */
export function pairOf(comparison: Comparison, a: string, b: string): PairData | undefined {
  const { metric, difference, ratio, ci95, verdict } = comparison;
  const unit = shown[metric];
  const title = metrics.find((known) => known.metric === metric)?.title;
  if (unit === undefined || title === undefined) return undefined;
  return {
    a,
    b,
    title,
    unit,
    difference,
    differenceCi95: ci95?.difference ?? null,
    ratio,
    ratioCi95: ci95?.ratio ?? null,
    verdict,
  };
}
