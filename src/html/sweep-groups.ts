// A sweep as groups: one for each point and direction.
import { perSecond } from "../analysis/totals.ts";
import { mergeCounts, unpackLatency } from "../measurement/latency-counts.ts";
import type { Direction } from "../measurement/measurement.ts";
import type { SweepMeasurement, SweepPoint } from "../run/comparison.ts";
import { safeString } from "../text.ts";
import { type Draft, hasBothDirections, opOf, settingsOf } from "./draft.ts";
import { latencyNs } from "./latency-figures.ts";
import { percentileCurve } from "./percentile-curve.ts";
import { queuesOfBlocks } from "./queues.ts";

/** The groups of a sweep, in the order of its points. */
export function sweepGroups(sweep: SweepMeasurement): Draft[] {
  return sweep.points.flatMap((point) =>
    hasBothDirections(point.latencies)
      ? (["read", "write"] as const).map((op) => groupOf(sweep, inDirection(point, op)))
      : [groupOf(sweep, point)],
  );
}

/** The point as if it had measured the latencies of one direction only. */
function inDirection(point: SweepPoint, direction: Direction): SweepPoint {
  const latencies = point.latencies.filter(({ op }) => op === direction);
  return { ...point, latencies, latency: mergeCounts(latencies.map(unpackLatency)) };
}

function groupOf({ workload }: SweepMeasurement, point: SweepPoint): Draft {
  const op = opOf(point.latencies, workload);
  const { mode, iodepth, coalescing, elapsedNs, latency } = point;
  const { completed, userNs, systemNs, deviceCpuNs } = point;
  const { numjobs, bs } = workload;
  const iops = elapsedNs > 0 ? perSecond(latency.total, elapsedNs) : null;
  const perIo = (ns: number): number => ns / completed;
  const data = {
    mode: safeString(mode),
    op,
    iodepth,
    numjobs,
    bs,
    ios: latency.total,
    iops,
    bytesPerSecond: iops === null ? null : iops * bs,
    latencyNs: latencyNs(latency),
    cpuNsPerIo: completed > 0 ? { user: perIo(userNs), system: perIo(systemNs) } : null,
    deviceCpuNsPerIo: completed > 0 && deviceCpuNs !== null ? perIo(deviceCpuNs) : null,
    percentiles: percentileCurve(latency),
    series: null,
    heat: null,
    queues: queuesOfBlocks([point], elapsedNs, null),
    stages: [],
  };
  return { data, settings: { ...settingsOf(workload, mode, op), iodepth, coalescing } };
}
