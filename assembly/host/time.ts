// The time of the loop: one reading serves everything until the next.
import { BLOCK_NOW } from "../layout.ts";
import { clock } from "./imports.ts";

let place: u32 = 0;
let now: u64 = 0;

/** Takes the control block, where the native functions store the time. */
export function configureTime(controlBlock: u32): void {
  place = controlBlock;
}

/** The last reading, in ns. */
// @ts-ignore: decorator
@inline
export function time(): u64 {
  return now;
}

// @ts-ignore: decorator
@inline
export function readClock(): void {
  clock();
  acceptClock();
}

/** Takes the time that a native function has just stored. */
// @ts-ignore: decorator
@inline
export function acceptClock(): void {
  now = load<u64>(place, BLOCK_NOW);
}

/** Reads the clock `count` times, as a sweep does: for measuring what one reading costs. */
export function readClocks(count: u32): void {
  for (let reading: u32 = 0; reading < count; reading++) readClock();
}
