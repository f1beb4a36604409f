// How much each value of a series is like the one before.
import { mean } from "./summary.ts";

/**
 * The autocorrelation of neighbours: 0 when each value is drawn anew, near 1 when it hardly moves from one to the
 * next. 0 for fewer than three values and for those that never move.
 */
export function neighbourLikeness(values: readonly number[]): number {
  if (values.length < 3) return 0;
  const centre = mean(values);
  let products = 0;
  let squares = 0;
  for (const [index, value] of values.entries()) {
    squares += (value - centre) ** 2;
    if (index > 0) products += (value - centre) * (values[index - 1]! - centre);
  }
  return squares > 0 ? products / squares : 0;
}
