// A direction of a group over time, queue by queue. Results keep no histograms of intervals in which a queue
// completed nothing: they are filled in here, for a device that stalled must not look as if nobody had looked.

import type { Group, Part, Stretch } from "../measurement/groups.ts";
import { emptyCounts, packLatency } from "../measurement/latency-counts.ts";
import type { Op, PackedLatency } from "../measurement/measurement.ts";

const nothing = packLatency(emptyCounts, { op: "mixed", job: null });

/** Each stretch with each of its queues that completed anything in the measurement, in the order of time. */
export function seriesOf(group: Group, op: Op): [Stretch, PackedLatency][] {
  const parts = group.parts.filter((part) => part.op === op);
  return group.stretches.flatMap((stretch) => {
    const measured = stretch.latencies.filter((packed) => packed.op === op);
    return [...measured, ...silent(parts, stretch, measured)]
      .sort((a, b) => (a.job ?? 0) - (b.job ?? 0))
      .map((packed): [Stretch, PackedLatency] => [stretch, packed]);
  });
}

/** Nothing, for the queues of the stretch's source that are not among the `measured`. */
function silent(
  parts: readonly Part[],
  { source, latencies }: Stretch,
  measured: readonly PackedLatency[],
): PackedLatency[] {
  const seen = new Set(measured.map(({ job }) => job));
  // old blocks have all queues in one, also where newer ones stand beside them
  const isApart = latencies[0] === undefined ? undefined : latencies[0].job !== null;
  return parts
    .filter((part) => part.source === source && !seen.has(part.job))
    .filter(({ job }) => isApart === undefined || (job !== null) === isApart)
    .map(({ op, job }) => ({ ...nothing, op, job }));
}
