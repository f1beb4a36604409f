// The result document of a sweep. Names are those of docs/comparing.md.

import { encodeCounts } from "../analysis/histogram.ts";
import { type MeasuredPoint, measuredPoints } from "../analysis/sweep-points.ts";
import type { SweepMeasurement } from "../run/comparison.ts";
import { warningText } from "./warnings.ts";

/** Raised when a key changes its meaning or goes away; new keys do not raise it. */
const SCHEMA = 1;

export type SweepDocument = ReturnType<typeof sweepDocument>;

/** Everything about a sweep, fit for JSON. */
export function sweepDocument(sweep: SweepMeasurement) {
  const { version, argv, startedMs, interrupted, host, device, workload, warnings } = sweep;
  return {
    schema: SCHEMA,
    conditions: {
      version,
      argv,
      startedMs,
      interrupted,
      host,
      device,
      // JSON has no integers of 64 bits.
      workload: { ...workload, seed: workload.seed.toString() },
    },
    points: measuredPoints(sweep).map(pointEntry),
    warnings: warnings.map((warning) => ({ ...warning, text: warningText(warning) })),
  };
}

function pointEntry({ point, ...figures }: MeasuredPoint) {
  const { mode, iodepth, coalescing, elapsedNs, completed, audit, latency } = point;
  const { total, minNs, maxNs, sumNs } = latency;
  const perIo = (count: number): number | null => (completed > 0 ? count / completed : null);
  return {
    mode,
    iodepth,
    coalescing,
    elapsedNs,
    completed,
    ...figures,
    interruptsPerIo: perIo(audit.interrupts),
    wakeupsPerIo: perIo(audit.wakeups),
    spurious: audit.spurious,
    lost: audit.lost,
    latency: { total, minNs, maxNs, sumNs, hdrHistogramV2: encodeCounts(latency) },
  };
}
