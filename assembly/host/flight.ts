// What is in flight: looked at between slices and after a run, never in the loop.
import { SLOT_SUBMITTED } from "../layout.ts";
import { isIdle, slotAt, slotCount } from "./slots.ts";
import { time } from "./time.ts";

/** @returns commands submitted and not yet ended. */
export function outstanding(): u32 {
  let count: u32 = 0;
  for (let slot: u32 = 0; slot < slotCount(); slot++) count += !isIdle(slotAt(slot)) as u32;
  return count;
}

/** @returns the slot of the command that is longest in flight, 0 when none is. */
export function oldestSlot(): u32 {
  return extreme(true);
}

/** @returns when the command that is longest in flight was submitted, in ns; 0 when none is. */
export function oldest(): u64 {
  return submittedAt(extreme(true));
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
function extreme(first: bool): u32 {
  let found: u32 = 0;
  for (let slot: u32 = 0; slot < slotCount(); slot++) {
    const place = slotAt(slot);
    if (isIdle(place)) continue;
    if (!found || submittedAt(place) < submittedAt(found) == first) found = place;
  }
  return found;
}

function submittedAt(slot: u32): u64 {
  return slot ? load<u64>(slot, SLOT_SUBMITTED) : 0;
}
