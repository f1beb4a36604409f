// The end of a run: what is in flight is waited for, and nothing follows it.
import { end, outstanding } from "./flight.ts";
import { ended, examine, leave, succeed } from "./loop.ts";
import { publish } from "./publish.ts";
import {
  advanceHead,
  free,
  mayBeHead,
  moveSubmissionHead,
  newEntries,
  rungTail,
  secondHalf,
} from "./queue.ts";
import { isSuccess, slotOf } from "./slots.ts";
import { sqhdOf } from "./sqhd.ts";
import { readClock, time } from "./time.ts";

/**
 * Reaps without submitting until nothing is outstanding or the clock passes `until` (ns), and then once more: the
 * thread may have stood still in between.
 * @returns commands still outstanding.
 */
export function drain(until: u64): u32 {
  let left = outstanding();
  for (let isLast = false; left; ) {
    // the clock is read after the look: what was found was there by then
    let ready = newEntries();
    readClock();
    for (; ready && left; ready--) left -= reapOne(secondHalf());
    free();
    if (isLast) break;
    isLast = time() >= until;
  }
  publish();
  return left;
}

/** @returns 1 when the head entry, whose second half is `second`, ended a command. */
function reapOne(second: u64): u32 {
  const slot = slotOf(second);
  if (!isSuccess(second) || !mayBeHead(sqhdOf(second), rungTail())) {
    const before = ended();
    leave(second, rungTail());
    examine(false);
    return (ended() - before) as u32;
  }
  moveSubmissionHead(sqhdOf(second));
  succeed(slot, true);
  advanceHead();
  end(slot);
  return 1;
}
