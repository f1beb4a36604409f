// What is in flight: looked at between slices and after a run, never in the loop. The loop submits a slot's next command
// where its last one ended, so their number changes at the start and while draining only; and what was the oldest once
// bounds the age of all that is in flight later. So no slice has to go over the slots.
import { SLOT_SUBMITTED } from "../layout.ts";
import { isIdle, release, slotAt, slotCount } from "./slots.ts";
import { time } from "./time.ts";

let busy: u32 = 0;
/** Nothing in flight was submitted before this, in ns. */
let noneBefore: u64 = 0;
/** The slot of a command that was submitted just then, 0 when none is known; it may have ended since. */
let first: u32 = 0;

/** The slots are new: nothing is in flight. */
export function noneInFlight(): void {
  busy = 0;
  noneBefore = 0;
  first = 0;
}

/** Every slot's first command has been submitted. */
export function allInFlight(): void {
  busy = slotCount();
  noneBefore = time();
  first = 0;
}

/** The command of `slot`, which was in flight, has ended, and no other follows it. */
export function end(slot: u32): void {
  release(slot);
  busy--;
}

/** @returns commands submitted and not yet ended. */
export function outstanding(): u32 {
  return busy;
}

/** @returns the slot of the command that is longest in flight, 0 when none is. */
export function oldestSlot(): u32 {
  if (first != 0 && !isIdle(first) && submittedAt(first) == noneBefore) return first;
  first = extreme(true);
  noneBefore = first ? submittedAt(first) : time();
  return first;
}

/** @returns when the command that is longest in flight was submitted, in ns; 0 when none is. */
export function oldest(): u64 {
  return submittedAt(oldestSlot());
}

/**
 * Whether a command has been in flight for `ns` or longer at the last reading of the clock. Goes over the slots only when
 * one may be: in a run of commands that all end sooner, once in `ns`.
 */
export function hasOlder(ns: u64): bool {
  if (time() - noneBefore < ns) return false;
  const slot = oldestSlot();
  return slot != 0 && time() - submittedAt(slot) >= ns;
}

/** @returns when the last of the commands in flight was submitted, in ns; 0 when none is. */
export function youngest(): u64 {
  return submittedAt(extreme(false));
}

/** @returns commands in flight that were submitted at `at` (ns) or before. */
export function submittedBy(at: u64): u32 {
  let count: u32 = 0;
  for (let slot: u32 = 0; slot < slotCount(); slot++) {
    const place = slotAt(slot);
    count += (!isIdle(place) && submittedAt(place) <= at) as u32;
  }
  return count;
}

/** The first or the last of the commands in flight: its slot, 0 when there is none. */
function extreme(isFirst: bool): u32 {
  let found: u32 = 0;
  for (let slot: u32 = 0; slot < slotCount(); slot++) {
    const place = slotAt(slot);
    if (isIdle(place)) continue;
    if (!found || submittedAt(place) < submittedAt(found) == isFirst) found = place;
  }
  return found;
}

function submittedAt(slot: u32): u64 {
  return slot ? load<u64>(slot, SLOT_SUBMITTED) : 0;
}
