// The result document of a sweep. Names are those of docs/comparing.md.

import { type MeasuredPoint, measuredPoints } from "../analysis/sweep-points.ts";
import type { SweepMeasurement } from "../run/comparison.ts";
import { savedWorkload } from "./saved-workload.ts";
import { SCHEMA } from "./schema-version.ts";
import { warningText } from "./warnings.ts";

export type SweepDocument = ReturnType<typeof sweepDocument>;

/** Everything about a sweep, fit for JSON. */
export function sweepDocument(sweep: SweepMeasurement) {
  const { version, argv, startedMs, interrupted, merged, host, device, workload, warnings } = sweep;
  return {
    schema: SCHEMA,
    kind: "sweep",
    conditions: {
      version,
      argv,
      startedMs,
      interrupted,
      merged,
      host,
      device,
      workload: savedWorkload(workload),
    },
    points: measuredPoints(sweep).map(pointEntry),
    warnings: warnings.map((warning) => ({ ...warning, text: warningText(warning) })),
  };
}

function pointEntry({ point, ...figures }: MeasuredPoint) {
  const { latency: _latency, latencies, ...counted } = point;
  const { completed, audit } = point;
  const perIo = (count: number): number | null => (completed > 0 ? count / completed : null);
  return {
    ...counted,
    ...figures,
    interruptsPerIo: perIo(audit.interrupts),
    wakeupsPerIo: perIo(audit.wakeups),
    spurious: audit.spurious,
    lost: audit.lost,
    latencies,
  };
}
