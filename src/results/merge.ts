// phasebit merge: results of workers, runs and hosts as one result, exactly. All histograms have the same
// buckets, so adding them loses nothing; percentiles of the sum are those of all samples together.
import { usage } from "../errors.ts";
import { safeString } from "../text.ts";
import { type Part, requireDistinct } from "./merge-about.ts";
import { mergeComparisons, mergeSweeps } from "./merge-blocks.ts";
import { mergeRuns } from "./merge-runs.ts";
import type { Result } from "./result.ts";

export { mergeComparisons, mergeSweeps } from "./merge-blocks.ts";
export { mergeRuns } from "./merge-runs.ts";

/** Results of one kind and workload. */
export type MergedResult =
  | Omit<Extract<Result, { kind: "run" }>, "file">
  | Omit<Extract<Result, { kind: "compare" }>, "file">
  | Omit<Extract<Result, { kind: "sweep" }>, "file">;

/**
 * The sum of two or more results; `argv` is how it was asked for.
 * @throws PhasebitError USAGE for results that do not add up, naming the files and what differs.
 */
export function mergeResults(results: readonly Result[], argv: readonly string[]): MergedResult {
  const [first] = results;
  if (first === undefined || results.length < 2) {
    throw usage("a sum needs two results or more; name the others too");
  }
  requireDistinct(results);
  switch (first.kind) {
    case "run":
      return { kind: "run", measurement: mergeRuns(ofKind(results, first), argv) };
    case "compare":
      return { kind: "compare", measurement: mergeComparisons(ofKind(results, first), argv) };
    case "sweep":
      return { kind: "sweep", measurement: mergeSweeps(ofKind(results, first), argv) };
  }
}

const named: Readonly<Record<Result["kind"], string>> = {
  run: "a run",
  compare: "a comparison",
  sweep: "a sweep",
};

function ofKind<R extends Result>(results: readonly Result[], first: R): Part<R["measurement"]>[] {
  return results.map((result) => {
    if (result.kind === first.kind) return result as R;
    throw usage(
      `${safeString(first.file)} is ${named[first.kind]}, ${safeString(result.file)} is ` +
        `${named[result.kind]}: only results of one kind add up`,
    );
  });
}
