// A job's time in slices, for a worker that must not make garbage while commands are in flight: what goes in and out is
// small enough to be no object. A 64-bit time would be a new BigInt for each slice, on pages that the worker's heap has
// yet to touch and later to collect.
import { hasOlder } from "./flight.ts";
import { isShadowed } from "./queue.ts";
import { run, runShadowed, runStaged } from "./run.ts";
import { readClock, time } from "./time.ts";

const MS: u64 = 1_000_000;

let endNs: u64 = 0;
let startedNs: u64 = 0;

/** Until when `runSlice` runs, in ns. */
export function setEnd(ns: u64): void {
  endNs = ns;
}

/** Runs for `ns`, or until the end if that is nearer. @returns false at the end, when nothing was run. */
export function runSlice(ns: u32, staged: bool): bool {
  readClock();
  startedNs = time();
  if (startedNs >= endNs) return false;
  const until = min<u64>(startedNs + ns, endNs);
  if (staged) runStaged(until);
  else if (isShadowed()) runShadowed(until);
  else run(until);
  return true;
}

/** @returns when the last slice began, in ns. */
export function sliceStart(): u64 {
  return startedNs;
}

/** Whether a command has been in flight for `ms` ms or longer now. */
export function hasOldCommand(ms: u32): bool {
  readClock();
  return hasOlder((ms as u64) * MS);
}
