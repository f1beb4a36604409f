// The test behind a verdict. If two modes were the same, the two blocks of a round could be exchanged, which
// flips the sign of that round's differences in all figures at once. So the differences as measured are
// compared with all 2^n ways to flip them: no assumption about their distribution, and exact.
//
// Many figures are tested together, and one false alarm among them is one too many. Westfall and Young's
// step-down maximum takes care of that like Holm's rule, but knows from the flips how the figures move
// together. Holm's rule needs 11 rounds for 18 figures; this needs 7, whatever their number.
import { strict as assert } from "node:assert";
import type { Random } from "./random.ts";

/**
 * A verdict is wrong about two equal modes in at most one comparison of forty. (At the usual one of twenty,
 * a run with four modes, six pairs, would have a false one too often.)
 */
export const VERDICT_LEVEL = 0.025;

/** Two of the 2^6 ways to flip six rounds are more than the level: no verdict is possible there. */
export const FEWEST_FOR_VERDICT = 7;

/** More rounds have too many flips to go through; then this many are drawn. */
const MOST_EXACT = 18;
const DRAWN = 2 ** 16;

/** Sums in another order differ in their last digits. */
const TOLERANCE = 1e-9;

/**
 * For each figure the probability, were there no difference in it, that any such figure shows one as
 * clear as it does.
 * @param differences for each figure, the difference in each round.
 */
export function signFlipPValues(
  differences: readonly (readonly number[])[],
  random: Random,
): number[] {
  const rounds = differences[0]?.length ?? 0;
  assert(differences.every(({ length }) => length === rounds));
  const figures = differences.map(normalized);
  const sums = Float64Array.from(figures, (figure) =>
    figure.reduce((sum, value) => sum + value, 0),
  );
  const seen = sums.map(Math.abs);
  const clearestLast = Int32Array.from(seen.keys()).sort((a, b) => seen[a]! - seen[b]!);
  const limits = seen.map((clearness) => clearness - TOLERANCE);
  const asClear = new Int32Array(seen.length).fill(1);
  const signs = Array<number>(rounds).fill(1);
  let ways = 1;
  for (const flipped of flips(rounds, random)) {
    for (const round of flipped) {
      signs[round]! *= -1;
      const change = 2 * signs[round]!;
      for (let index = 0; index < figures.length; index++) {
        sums[index]! += change * figures[index]![round]!;
      }
    }
    ways++;
    let largest = 0;
    for (let place = 0; place < clearestLast.length; place++) {
      const index = clearestLast[place]!;
      largest = Math.max(largest, Math.abs(sums[index]!));
      if (largest >= limits[index]!) asClear[index]!++;
    }
  }
  return steppedDown(asClear, clearestLast.reverse(), ways);
}

/** Scaled so that the sum is 1 when all rounds agree: flips leave the scale alone, as t's rank. */
function normalized(differences: readonly number[]): number[] {
  const squares = differences.reduce((sum, difference) => sum + difference ** 2, 0);
  const scale = squares > 0 ? 1 / Math.sqrt(squares * differences.length) : 0;
  return differences.map((difference) => difference * scale);
}

/**
 * The rounds to flip, from one way to the next. Gray's code changes one at a time; the last round is never
 * flipped, for flipping all changes no size.
 */
function* flips(rounds: number, random: Random): Generator<readonly number[]> {
  if (rounds > MOST_EXACT) {
    const all = Array.from({ length: rounds }, (_, round) => round);
    for (let draw = 0; draw < DRAWN; draw++) yield all.filter(() => random.below(2) === 1);
    return;
  }
  for (let way = 1; way < 2 ** (rounds - 1); way++) yield [31 - Math.clz32(way & -way)];
}

/** No figure may seem clearer than one that is clearer. */
function steppedDown(asClear: Int32Array, clearestFirst: Int32Array, ways: number): number[] {
  const values = Array<number>(asClear.length).fill(1);
  let least = 0;
  for (const index of clearestFirst) {
    least = Math.max(least, asClear[index]! / ways);
    values[index] = least;
  }
  return values;
}
