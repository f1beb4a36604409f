// phasebit merge: results of workers, runs and hosts as one result, exactly. All histograms have the same
// buckets, so adding them loses nothing; percentiles of the sum are those of all samples together.
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import type { Measurement, MeasurementKind } from "../measurement/measurement.ts";
import { type Part, requireDistinct } from "./merge-about.ts";
import { mergeComparisons, mergeSweeps } from "./merge-blocks.ts";
import { mergeRuns } from "./merge-runs.ts";

export { mergeComparisons, mergeSweeps } from "./merge-blocks.ts";
export { mergeRuns } from "./merge-runs.ts";

const kinds = {
  run: { name: "a run", merge: mergeRuns },
  compare: { name: "a comparison", merge: mergeComparisons },
  sweep: { name: "a sweep", merge: mergeSweeps },
} as const satisfies Record<MeasurementKind, object>;

/**
 * The sum of two or more results of one kind and workload; `argv` is how it was asked for.
 * @throws PhasebitError USAGE for results that do not add up, naming the files and what differs.
 */
export function mergeResults(results: readonly Part[], argv: readonly string[]): Measurement {
  const [first] = results;
  if (first === undefined || results.length < 2) {
    throw usage("a sum needs two results or more; name the others too");
  }
  requireDistinct(results);
  const { kind } = first.measurement;
  const other = results.find(({ measurement }) => measurement.kind !== kind);
  if (other === undefined) return kinds[kind].merge(results, argv);
  throw usage(
    `${safeString(first.file)} is ${kinds[kind].name}, ${safeString(other.file)} is ` +
      `${kinds[other.measurement.kind].name}: only results of one kind add up`,
  );
}
