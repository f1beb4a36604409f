// The points of a sweep with their figures, and which of them no other setting of their mode beats.
import { type Group, groupsOf } from "../measurement/groups.ts";
import { latencyIn } from "../measurement/latency-counts.ts";
import type { Measurement } from "../measurement/measurement.ts";
import { figuresOf, type ModeFigures } from "./compare-figures.ts";
import { perSecond } from "./totals.ts";

export interface MeasuredPoint {
  readonly group: Group;
  readonly figures: ModeFigures;
  readonly interruptsPerSecond: number;
  /** No other setting of the mode is as good in interrupts, p99 and IOPS, and better in one of them. */
  readonly unbeaten: boolean;
}

type Judged = Omit<MeasuredPoint, "unbeaten">;

/** The points in the order they were measured. */
export function measuredPoints(sweep: Measurement): MeasuredPoint[] {
  const judged = groupsOf(sweep).map(judgedOf);
  return judged.map((point) => ({
    ...point,
    // A point without a p99 can be beaten by none, and that is no merit.
    unbeaten: costs(point) !== null && !judged.some((other) => beats(other, point)),
  }));
}

function judgedOf(group: Group): Judged {
  const { blocks, work, elapsedNs } = group;
  const counted = blocks.map((block) => ({ block, latency: latencyIn(block.latencies) }));
  return {
    group,
    figures: figuresOf(counted),
    interruptsPerSecond: perSecond(work.waits.interrupts, elapsedNs),
  };
}

/** Only within a mode: polling has no interrupts to be beaten by, and pays in CPU time. */
function beats(other: Judged, point: Judged): boolean {
  if (other.group.mode !== point.group.mode) return false;
  const [a, b] = [costs(other), costs(point)];
  if (!a || !b) return false;
  return a.every((cost, index) => cost <= b[index]!) && a.some((cost, index) => cost < b[index]!);
}

/** Less is better. */
function costs({ interruptsPerSecond, figures: { latNs, iops } }: Judged): number[] | null {
  return latNs.p99 === null ? null : [interruptsPerSecond, latNs.p99, -(iops ?? 0)];
}
