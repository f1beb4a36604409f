// In which order the blocks of a comparison run. Whatever else happens to the device in time (it warms up,
// collects garbage, recovers from the mode before) must hit all modes alike: Williams' squares (1949), in
// which each mode stands at each place equally often and follows each other mode equally often.
import { strict as assert } from "node:assert";
import { Random } from "./random.ts";

/**
 * The modes in the order of each round. Exactly balanced when `rounds` is a multiple of the number of
 * modes (for an odd number, of twice that); of what is left over, no two modes differ by more than one
 * round at any place. The seed chooses which mode takes which part and the order of the rounds.
 */
export function balancedOrder<T>(modes: readonly T[], rounds: number, seed: number): T[][] {
  assert(modes.length > 0 && Number.isInteger(rounds) && rounds >= 0);
  const random = new Random(seed);
  const order: T[][] = [];
  while (order.length < rounds) order.push(...williamsRounds(random.shuffled(modes), random));
  return order.slice(0, rounds);
}

/** One Williams design, its rounds shuffled. */
function williamsRounds<T>(modes: readonly T[], random: Random): T[][] {
  const count = modes.length;
  const first = zigzag(count);
  const square = modes.map((_, shift) => first.map((place) => modes[(place + shift) % count]!));
  if (count % 2 === 0 || count === 1) return random.shuffled(square);
  // An odd number needs the mirror image too; one half after the other keeps places balanced early.
  const mirrored = square.map((round) => [...round].reverse());
  return random.shuffled([square, mirrored]).flatMap((half) => random.shuffled(half));
}

/** 0, 1, n-1, 2, n-2, …: no step between neighbours occurs twice, for an even n. */
function zigzag(count: number): number[] {
  return Array.from({ length: count }, (_, place) =>
    place % 2 === 1 ? (place + 1) / 2 : (count - place / 2) % count,
  );
}
