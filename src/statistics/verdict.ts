// When a difference is said to be one: the test over all figures rejects, and the figure's own intervals exclude
// equality.
import type { Interval } from "./bootstrap.ts";
import type { PairResult, Verdict } from "./pairs.ts";
import { VERDICT_LEVEL } from "./sign-flip.ts";

/** What is known of a difference before it is judged. */
export type Estimate = Omit<PairResult, "verdict">;

/** What the second is, beside the first. */
export function verdictOf({ difference, ci95 }: Estimate, pValue: number): Verdict {
  const excluded =
    ci95 !== null &&
    excludes(ci95.difference, 0) &&
    (ci95.ratio === null || excludes(ci95.ratio, 1));
  if (pValue > VERDICT_LEVEL || !excluded) return "no difference shown";
  return difference < 0 ? "lower" : "higher";
}

function excludes([low, high]: Interval, value: number): boolean {
  return low > value || high < value;
}
