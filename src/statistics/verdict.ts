// When a difference is said to be one: the test over all figures rejects, and the figure's own intervals exclude
// equality.
import type { Interval } from "./bootstrap.ts";
import { VERDICT_LEVEL } from "./sign-flip.ts";

export type Verdict = "lower" | "higher" | "no difference shown";

/** What is known of a difference between a and b before it is judged. */
export interface Estimate {
  /** Mean of a - b. */
  readonly difference: number;
  /** Geometric mean of a / b; null when one of the values is not above 0. */
  readonly ratio: number | null;
  /** Null for fewer than five rounds. */
  readonly ci95: { readonly difference: Interval; readonly ratio: Interval | null } | null;
}

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
