// Many figures tested together, where one false alarm among them is one too many. Westfall and Young's
// step-down maximum keeps that in bounds as Holm's rule does, but learns from the draws how the figures move
// together: p50 and p90 that always rise together count as one test, not as two.
import { strict as assert } from "node:assert";

/** A statistic that comes out the same in another order of summing differs in its last digits. */
const TOLERANCE = 1e-9;

/**
 * For each figure the probability, were there no difference in any, that some figure would look as clear.
 * @param seen how clear each figure's difference is: the larger, the clearer.
 * @param draws the same statistics, drawn as if there were no difference. The list may be reused from draw to
 * draw.
 */
export function stepDownPValues(
  seen: readonly number[],
  draws: Iterable<ArrayLike<number>>,
): number[] {
  const clearestLast = [...seen.keys()].sort((a, b) => seen[a]! - seen[b]!);
  const asClear = seen.map(() => 1);
  let ways = 1;
  for (const drawn of draws) {
    assert.equal(drawn.length, seen.length);
    ways++;
    let largest = 0;
    for (const index of clearestLast) {
      largest = Math.max(largest, drawn[index]!);
      if (largest >= seen[index]! * (1 - TOLERANCE)) asClear[index]!++;
    }
  }
  let least = 0;
  const values = seen.map(() => 1);
  for (const index of clearestLast.reverse()) {
    // No figure may seem clearer than one that is clearer.
    least = Math.max(least, asClear[index]! / ways);
    values[index] = least;
  }
  return values;
}
