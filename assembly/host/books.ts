// The books of a sweep, kept after its doorbells from the submission queue's own entries, which the device cannot write.
import {
  AHEAD_BYTES,
  HISTOGRAM_MAX,
  HISTOGRAM_MIN,
  HISTOGRAM_SUM,
  SLOT_OPCODE,
  SLOT_SUBMITTED,
} from "../layout.ts";
import { SQE_BYTES } from "../spec/entries.ts";
import { aheadOf, drawFor } from "./ahead.ts";
import { count } from "./histogram.ts";
import { nextEntry, submissionEntry, submissionsEnd } from "./queue.ts";
import { slotOfCommand } from "./slots.ts";
import { time } from "./time.ts";

/** Keeps what the slot's command is, as SLOT_OPCODE has it, and that it is submitted now. */
// @ts-ignore: decorator
@inline
export function keep(slot: u32, command: u64): void {
  // one store for opcode and LBA: a command that never ends is told by both
  store<u64>(slot, command, SLOT_OPCODE);
  store<u64>(slot, time(), SLOT_SUBMITTED);
}

/** The same for the command that stands in `entry`; and what the entry asks for next is drawn. */
// @ts-ignore: decorator
@inline
export function stamp(slot: u32, entry: u32): void {
  keep(slot, load<u64>(aheadOf(entry)));
  drawFor(entry);
}

/**
 * Records what the slots of the entries from `first` to the tail, one at least, completed, all in one histogram, and
 * keeps what they submit now. What stands beside the histogram's counts is kept in locals over a sweep, and entries are
 * taken up to the queue's end, then from its beginning. It takes a seventh off a command (docs/measuring.md).
 */
// @ts-ignore: decorator
@inline
export function keepBooksIn(histogram: u32, first: u32): void {
  const tail = nextEntry();
  let sum = load<u64>(histogram, HISTOGRAM_SUM);
  let least = load<u64>(histogram, HISTOGRAM_MIN);
  let most = load<u64>(histogram, HISTOGRAM_MAX);
  let end = first < tail ? tail : submissionsEnd();
  let entry = first;
  for (;;) {
    let ahead = aheadOf(entry);
    do {
      const slot = slotOfCommand(load<u32>(entry));
      const ns = time() - load<u64>(slot, SLOT_SUBMITTED);
      count(histogram, ns);
      sum += ns;
      least = min<u64>(least, ns);
      most = max<u64>(most, ns);
      keep(slot, load<u64>(ahead));
      ahead += AHEAD_BYTES;
      entry += SQE_BYTES;
    } while (entry != end);
    if (end == tail) break;
    entry = submissionEntry(0);
    end = tail;
    if (entry == end) break;
  }
  store<u64>(histogram, sum, HISTOGRAM_SUM);
  store<u64>(histogram, least, HISTOGRAM_MIN);
  store<u64>(histogram, most, HISTOGRAM_MAX);
}
