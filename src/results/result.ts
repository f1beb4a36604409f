// A saved result, read back: the same measurements that a run hands to the reports.

import type { RunMeasurement } from "../measurement/measurement.ts";
import type { ComparisonMeasurement, SweepMeasurement } from "../run/comparison.ts";

/** A result and the file it came from. */
export type Result =
  | { readonly kind: "run"; readonly file: string; readonly measurement: RunMeasurement }
  | { readonly kind: "compare"; readonly file: string; readonly measurement: ComparisonMeasurement }
  | { readonly kind: "sweep"; readonly file: string; readonly measurement: SweepMeasurement };
