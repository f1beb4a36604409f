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
  const order = Int32Array.from(clearestLast);
  const limits = Float64Array.from(seen, (clearness) => clearness * (1 - TOLERANCE));
  const asClear = new Int32Array(seen.length).fill(1);
  let ways = 1;
  for (const drawn of draws) {
    if (drawn.length !== seen.length) assert.fail(`${drawn.length} of ${seen.length} figures`);
    ways++;
    let largest = 0;
    for (let place = 0; place < order.length; place++) {
      const index = order[place]!;
      largest = Math.max(largest, drawn[index]!);
      if (largest >= limits[index]!) asClear[index]!++;
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
