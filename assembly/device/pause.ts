// The pause between two idle steps. Every look at a doorbell takes its cache line from the host that is about to
// write it. How long a pause is, is settled before the first step: a small part of the latency that the
// device makes up anyway; a device without latencies has none. (The same counted loop stands in the host's
// pause.ts; the two sides share the specification only.)
import { BUS_NOW } from "../layout.ts";
import { nextDue } from "./pending.ts";

/** Turns of the counted loop so far: a global that is read again, so that no compiler removes the loop. */
let turned: u64 = 0;
let turns: u32 = 0;
let pauseNs: u64 = 0;

/** @param ns how long a pause lasts, which are `count` turns; 0 is none */
export function setPause(ns: u32, count: u32): void {
  pauseNs = ns;
  turns = count;
}

/** Passes the time to the next step, if nothing is due before. */
// @ts-ignore: decorator
@inline
export function pause(): void {
  if (turns != 0) pauseUnlessDue();
}

function pauseUnlessDue(): void {
  const due = nextDue();
  if (due == 0 || due > load<u64>(BUS_NOW) + pauseNs) turn(turns);
}

/** The counted loop, which is also what is timed before. @returns turns so far. */
export function turn(count: u32): u64 {
  for (let left = count; left != 0; left--) turned++;
  return turned;
}
