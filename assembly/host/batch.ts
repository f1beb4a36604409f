// How many completions the loop takes at once: at least, and at most.
import { slotCount } from "./slots.ts";

let least: u32 = 1;
let most: u32 = 0;

/** Takes whatever is there. Slots are configured before. */
export function takeAll(): void {
  configureBatches(1, slotCount());
}

/**
 * @param atLeast completions that must be there before one of them is taken; `poll` and `lhp` only
 * @param atMost that are taken before the doorbells are rung
 */
export function configureBatches(atLeast: u32, atMost: u32): void {
  most = max<u32>(1, min<u32>(atMost, slotCount()));
  least = max<u32>(1, min<u32>(atLeast, most));
}

// @ts-ignore: decorator
@inline
export function leastAtOnce(): u32 {
  return least;
}

// @ts-ignore: decorator
@inline
export function mostAtOnce(): u32 {
  return most;
}
