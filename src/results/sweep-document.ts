// The result document of a sweep. Names are those of docs/comparing.md.
import { type MeasuredPoint, measuredPoints } from "../analysis/sweep-points.ts";
import type { Measurement } from "../measurement/measurement.ts";
import { detailsOf } from "./details.ts";

export type SweepDocument = ReturnType<typeof sweepDocument>;

/** Everything about a sweep, fit for JSON. */
export function sweepDocument(sweep: Measurement) {
  return {
    ...detailsOf(sweep),
    points: measuredPoints(sweep).map(pointEntry),
  };
}

function pointEntry({ group, figures, interruptsPerSecond, unbeaten }: MeasuredPoint) {
  const { mode, workload } = group;
  const { iodepth, coalesce: coalescing, completion, cmb } = workload;
  const { pauseNs } = completion;
  const setting = { mode, iodepth, coalescing, pauseNs, cmb };
  return { ...setting, ...figures, interruptsPerSecond, unbeaten };
}
