// What was in flight when a measurement ended: it was waited for, and is in the latencies and in no rate.
import { type Group, latencyOf } from "../measurement/groups.ts";
import type { Op } from "../measurement/measurement.ts";
import { largest } from "../statistics/summary.ts";

export interface Drained {
  readonly ios: number;
  /** The longest wait of any job at the end of any block; null where that was not kept. */
  readonly longestNs: number | null;
}

/** Of a group, in all directions or in one; the wait is always that of all. */
export function drainedOf(group: Group, op?: Op): Drained {
  const waits = (group.jobs ?? []).flatMap(({ drainNs }) => drainNs ?? []);
  return {
    ios: latencyOf(group, op).drained ?? 0,
    longestNs: waits.length > 0 ? largest(waits) : null,
  };
}
