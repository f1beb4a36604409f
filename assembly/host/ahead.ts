// What each submission queue entry asks for next. The pattern is drawn ahead, while the device is at work, in the order in
// which entries are used: the n-th submission takes the n-th draw, and between a completion and the doorbell stands a load.
import { AHEAD_BYTES, SLOT_LBA_SHIFT } from "../layout.ts";
import { SQE_BYTES } from "../spec/entries.ts";
import { after, draw, isNarrow, mix, narrowLba, nextLba, nextOpcode, setState, state } from "./pattern.ts";
import { entryAfter, nextEntry, submissionEntry, submissionsEnd } from "./queue.ts";

/** Of a submission queue entry at address 0, if there was one: both tables go on in step. */
let table: u32 = 0;

/** Draws what every entry asks for, from the tail on, into `pointer`: AHEAD_BYTES for each entry of the queue. */
export function drawAll(pointer: u32): void {
  table = pointer - (submissionEntry(0) / SQE_BYTES) * AHEAD_BYTES;
  let entry = nextEntry();
  do {
    drawFor(entry);
    entry = entryAfter(entry);
  } while (entry != nextEntry());
}

/** Where stands what the entry asks for: a command, as SLOT_OPCODE has it. */
// @ts-ignore: decorator
@inline
export function aheadOf(entry: u32): u32 {
  return table + entry / (SQE_BYTES / AHEAD_BYTES);
}

/** Draws what the entry asks for when its turn comes again. */
// @ts-ignore: decorator
@inline
export function drawFor(entry: u32): void {
  const bits = draw();
  store<u64>(aheadOf(entry), command(nextLba(bits), bits));
}

/** The same for the entries from `first` to the tail, one at least. */
// @ts-ignore: decorator
@inline
export function drawFrom(first: u32): void {
  if (isNarrow()) drawNarrow(first);
  else drawEach(first);
}

/** What nearly every run draws: the generator's state stays in a local, up to the queue's end and then from its beginning. */
// @ts-ignore: decorator
@inline
function drawNarrow(first: u32): void {
  const tail = nextEntry();
  let drawn = state;
  let entry = first;
  let end = first < tail ? tail : submissionsEnd();
  for (;;) {
    let at = aheadOf(entry);
    const last = aheadOf(end);
    do {
      drawn = after(drawn);
      const bits = mix(drawn);
      store<u64>(at, command(narrowLba(bits), bits));
      at += AHEAD_BYTES;
    } while (at != last);
    if (end == tail) break;
    entry = submissionEntry(0);
    end = tail;
    if (entry == end) break;
  }
  setState(drawn);
}

function drawEach(first: u32): void {
  for (let entry = first; entry != nextEntry(); entry = entryAfter(entry)) drawFor(entry);
}

// @ts-ignore: decorator
@inline
function command(lba: u64, bits: u64): u64 {
  return (lba << SLOT_LBA_SHIFT) | (nextOpcode(bits) as u64);
}
