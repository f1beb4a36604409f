// The figures of a sample: rates, percentiles as far as the samples carry them, latencies in 5 % steps.

import { meanNs } from "../analysis/histogram.ts";
import { stepEdgeNs, stepsOf } from "../analysis/latency-steps.ts";
import { curveAt, percentilesNs } from "../analysis/percentile-curve.ts";
import { perSecond } from "../analysis/totals.ts";
import { NS_PER_MS } from "../ground/units.ts";
import { inTime } from "../measurement/latency-counts.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";
import type { QueueSample, Sample } from "../run/monitor.ts";
import type { LiveQueue, LiveTotal, SampleEvent } from "./events.ts";

const POINTS_A_DECADE = 8;
/** As the page and `--live ndjson` have them: seven decades and a half. */
const MOST_POINTS = 60;
/** Places of the percentile curve, to three digits. */
const CURVE = Array.from({ length: MOST_POINTS }, (_, point) =>
  Number((10 ** (point / POINTS_A_DECADE)).toPrecision(3)),
);

/** What was computed of a sample; the rest of its event says where it belongs. */
export type SampleFigures = Pick<
  SampleEvent,
  "iops" | "bytesPerSecond" | "latencyNs" | "heat" | "total" | "queues"
>;

/** @param bs bytes of an I/O */
export function figuresOf(sample: Sample, bs: number): SampleFigures {
  const iops = rate(inTime(sample.latency), sample.periodMs);
  return {
    iops,
    bytesPerSecond: Math.round(iops * bs),
    latencyNs: latencyOf(stretchOf(sample)),
    heat: heatOf(sample.latency),
    total: totalOf(sample, bs),
    queues: sample.queues.map((queue) => queueOf(queue, sample.periodMs)),
  };
}

/** A stretch's maximum is its bucket's edge, the total's is exact. */
function stretchOf({ latency, total }: Sample): LatencyCounts {
  return { ...latency, maxNs: Math.min(latency.maxNs, total.maxNs) };
}

function latencyOf(latency: LatencyCounts): SampleEvent["latencyNs"] {
  const [p50, p99, p999] = percentilesNs(latency, [50, 99, 99.9]) as (number | null)[];
  return { p50: p50!, p99: p99!, p999: p999!, max: latency.total === 0 ? null : latency.maxNs };
}

function totalOf({ total, elapsedMs }: Sample, bs: number): LiveTotal {
  const iops = rate(inTime(total), elapsedMs);
  const [p9999] = percentilesNs(total, [99.99]);
  const mean = total.total === 0 ? null : tenths(meanNs(total));
  return {
    ios: total.total,
    iops,
    bytesPerSecond: Math.round(iops * bs),
    latencyNs: { ...latencyOf(total), mean, p9999: p9999! },
    percentiles: curveAt(total, CURVE),
  };
}

function queueOf({ job, latency }: QueueSample, periodMs: number): LiveQueue {
  const [p50, p99] = percentilesNs(latency, [50, 99]);
  return { job, iops: rate(inTime(latency), periodMs), p50: p50!, p99: p99! };
}

/** Counts by 5 % step, each step by its lower edge to four digits. */
function heatOf(latency: LatencyCounts): SampleEvent["heat"] {
  return stepsOf(latency).map(([step, count]) => {
    return [Number(stepEdgeNs(step).toPrecision(4)), count] as const;
  });
}

function rate(count: number, ms: number): number {
  return tenths(perSecond(count, ms * NS_PER_MS));
}

/** To a tenth. */
export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
