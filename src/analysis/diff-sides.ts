// What is compared: two sides, each one result or several of one kind.
import type { Measurement, MeasurementKind, MergedSource } from "../measurement/measurement.ts";

/** A result as it was read, and the file it came from. */
export interface DiffResult {
  readonly file: string;
  readonly measurement: Measurement;
}

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

/** Results of a kind in words: of one, of several, and what one has many of. */
export const kindNames: Readonly<
  Record<MeasurementKind, { readonly one: string; readonly several: string; readonly part: string }>
> = {
  run: { one: "a run", several: "runs", part: "run" },
  compare: { one: "a comparison", several: "comparisons", part: "comparison" },
  sweep: { one: "a sweep", several: "sweeps", part: "point" },
};

/** What was asked for in the results of a side. */
export function kindOf({ results }: Side): MeasurementKind {
  return results[0]!.measurement.kind;
}

/** True when `chosen` means this setting: by its name, or all settings of a mode. */
export function isChosen(
  { name, mode }: { readonly name: string; readonly mode: string },
  chosen: string | null,
): boolean {
  return chosen === null || mode === chosen || name === chosen;
}

/** The names that may stand after "#"; none where the only setting has no name. */
export function choicesOf({ measurement: { workloads } }: DiffResult): string[] {
  const named = workloads.filter(({ name }) => name !== "");
  return [...new Set([...named.map(({ mode }) => mode), ...named.map(({ name }) => name)])];
}

/** The hosts and devices behind a measurement: its own, or those of what was merged into it. */
export function sourcesOf(
  measurement: Measurement,
): readonly Pick<MergedSource, "host" | "devices">[] {
  return measurement.merged.length > 0 ? measurement.merged : [measurement];
}
