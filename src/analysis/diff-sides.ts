// What is compared: two sides, each one result or several of one kind.

import type { Measurement, MergedSource, RunMeasurement } from "../measurement/measurement.ts";
import type {
  ComparisonBlock,
  ComparisonMeasurement,
  SweepMeasurement,
  SweepPoint,
} from "../run/comparison.ts";

/** A result as it was read, and the file it came from. */
export type DiffResult =
  | { readonly kind: "run"; readonly file: string; readonly measurement: RunMeasurement }
  | { readonly kind: "compare"; readonly file: string; readonly measurement: ComparisonMeasurement }
  | { readonly kind: "sweep"; readonly file: string; readonly measurement: SweepMeasurement };

/** Results of one kind, at least one. */
export interface Side {
  /** As the user named it: a file, a folder, "10 results". */
  readonly name: string;
  readonly results: readonly DiffResult[];
  /** The mode of comparisons, or the point of sweeps, that was chosen; null for all of them. */
  readonly chosen: string | null;
  /** Files that were looked at and are no results, each with why. */
  readonly skipped: readonly string[];
}

/** Results of a kind in words: of one, of several. */
export const kindNames: Readonly<Record<DiffResult["kind"], readonly [string, string]>> = {
  run: ["a run", "runs"],
  compare: ["a comparison", "comparisons"],
  sweep: ["a sweep", "sweeps"],
};

/** A setting of a sweep as exports name it: "interrupt.qd8", "interrupt.qd8.c7-10" with coalescing. */
export function pointName({ mode, iodepth, coalescing }: SweepPoint): string {
  const name = `${mode}.qd${iodepth}`;
  return coalescing === null ? name : `${name}.c${coalescing.threshold}-${coalescing.time}`;
}

/** True when `chosen` means this point: by its name, or all points of a mode. */
export function isChosenPoint(point: SweepPoint, chosen: string): boolean {
  return point.mode === chosen || pointName(point) === chosen;
}

/** The names that may stand after "#"; none for a run. */
export function choicesOf(result: DiffResult): string[] {
  if (result.kind === "compare") return result.measurement.modes.map(({ name }) => name);
  if (result.kind === "run") return [];
  const { points } = result.measurement;
  return [...new Set([...points.map(({ mode }) => mode), ...points.map(pointName)])];
}

/** The hosts and devices behind a measurement: its own, or those of what was merged into it. */
export function sourcesOf(
  measurement: Measurement,
): readonly Pick<MergedSource, "host" | "device">[] {
  return measurement.merged.length > 0 ? measurement.merged : [measurement];
}

/** What blocks and points have in common. */
export type Stretch = ComparisonBlock | SweepPoint;
