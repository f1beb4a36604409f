// The points of a sweep with their figures, and which of them no other setting of their mode beats.
import type { SweepMeasurement, SweepPoint } from "../run/comparison.ts";
import { type LatencyFigures, latencyFigures, type ModeFigures } from "./compare-figures.ts";
import { perSecond } from "./totals.ts";

export interface MeasuredPoint {
  readonly point: SweepPoint;
  readonly iops: number;
  readonly latNs: LatencyFigures;
  readonly interruptsPerSecond: number;
  readonly cpuNsPerIo: ModeFigures["cpuNsPerIo"];
  /** No other setting of the mode is as good in interrupts, p99 and IOPS, and better in one of them. */
  readonly unbeaten: boolean;
}

type Judged = Omit<MeasuredPoint, "unbeaten">;

/** The points in the order they were measured. */
export function measuredPoints({ points }: SweepMeasurement): MeasuredPoint[] {
  const judged = points.map(figuresOf);
  return judged.map((point) => ({
    ...point,
    // A point without a p99 can be beaten by none, and that is no merit.
    unbeaten: point.latNs.p99 !== null && !judged.some((other) => beats(other, point)),
  }));
}

function figuresOf(point: SweepPoint): Judged {
  const { elapsedNs, latency, completed, userNs, systemNs, audit } = point;
  const perIo = (ns: number): number | null => (completed > 0 ? ns / completed : null);
  return {
    point,
    iops: perSecond(latency.total, elapsedNs),
    latNs: latencyFigures(latency),
    interruptsPerSecond: perSecond(audit.interrupts, elapsedNs),
    cpuNsPerIo: { user: perIo(userNs), system: perIo(systemNs) },
  };
}

/** Only within a mode: polling has no interrupts to be beaten by, and pays in CPU time. */
function beats(other: Judged, point: Judged): boolean {
  if (other.point.mode !== point.point.mode) return false;
  const [a, b] = [costs(other), costs(point)];
  if (!a || !b) return false;
  return a.every((cost, index) => cost <= b[index]!) && a.some((cost, index) => cost < b[index]!);
}

/** Less is better. */
function costs({ interruptsPerSecond, latNs, iops }: Judged): number[] | null {
  return latNs.p99 === null ? null : [interruptsPerSecond, latNs.p99, -iops];
}
