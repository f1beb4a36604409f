// What to make of a completion entry that is not the plain success of a busy slot. The device may be
// buggy firmware: such an entry ends a command only when all that names it fits, and is otherwise counted
// by kind and kept raw. Nothing here indexes memory with what the device wrote, but masked.
import {
  BLOCK_FLAGS,
  BLOCK_REJECTED_RAW,
  BLOCK_REJECTIONS,
  BLOCK_STATUS_COUNTS,
  BLOCK_STATUS_FIRST,
  Flag,
  REJECTED_RAW_BYTES,
  REJECTED_RAW_MAX,
  REJECTIONS,
  Rejection,
  SLOT_EXPECTED,
  SLOT_OPCODE,
  STATUS_FIRST_BYTES,
} from "../layout.ts";
import { STATUS_CODE_MASK, STATUS_CRD, STATUS_DNR, STATUS_MORE } from "../spec/status.ts";
import {
  head,
  headEntry,
  mayBeHead,
  moveSubmissionHead,
  queueId,
  submissionEntries,
} from "./queue.ts";
import { isIdle, isInRange, slotOf } from "./slots.ts";
import { sqhdOf } from "./sqhd.ts";

const ACCEPTED: u32 = 0xff;

export const REJECTED: u32 = 0;
export const FAILED: u32 = 1;
export const SUCCEEDED: u32 = 2;

/**
 * Judges the entry at the completion queue's head and counts it in the control block at `block`.
 * @param second the entry's second half, read once: the device may still be writing
 * @param tail as it was rung when the entry was seen, an index
 * @returns what became of its command: REJECTED when it goes on, else FAILED or SUCCEEDED. SCT and SC alone decide: a
 * success with another bit of the status set (More, CRD, Do Not Retry) is one, and is counted by those.
 */
export function judge(block: u32, second: u64, tail: u32, now: u64): u32 {
  const verdict = rejection(second);
  if (verdict == ACCEPTED) {
    if (!mayBeHead(sqhdOf(second), tail)) count(block, second, Rejection.WRONG_SQHD, now);
    // of two that do not go together one is wrong, and nobody knows which: the next is held against this one
    moveSubmissionHead(sqhdOf(second));
    const status = (second >> 49) as u32;
    const code = status & STATUS_CODE_MASK;
    if (code == 0) {
      countFlags(block, status);
      return SUCCEEDED;
    }
    countStatus(block, code, slotOf(second), now);
    return FAILED;
  }
  count(block, second, verdict, now);
  return REJECTED;
}

function count(block: u32, second: u64, kind: u32, now: u64): void {
  keepRaw(block, second, kind, now);
  increment(block + BLOCK_REJECTIONS + (kind << 3));
}

function rejection(second: u64): u32 {
  const slot = slotOf(second);
  if ((((second >> 16) as u32) & 0xffff) != queueId()) return Rejection.BAD_SQID;
  if (!isInRange(second)) return Rejection.BAD_CID;
  if (isIdle(slot)) return Rejection.IDLE_SLOT;
  if (load<u32>(slot, SLOT_EXPECTED) >> 16 != (((second >> 32) as u32) & 0xffff)) {
    return Rejection.STALE_GENERATION;
  }
  if (sqhdOf(second) >= submissionEntries()) return Rejection.BAD_SQHD;
  return ACCEPTED;
}

/** Keeps which command was the first to end so, and when. */
function countStatus(block: u32, code: u32, slot: u32, now: u64): void {
  const count = block + BLOCK_STATUS_COUNTS + (code << 3);
  if (load<u64>(count) == 0) {
    const first = block + BLOCK_STATUS_FIRST + code * STATUS_FIRST_BYTES;
    store<u64>(first, now);
    store<u64>(first, load<u64>(slot, SLOT_OPCODE), 8);
  }
  increment(count);
}

function countFlags(block: u32, status: u32): void {
  if (status & STATUS_MORE) increment(block + BLOCK_FLAGS + (Flag.MORE << 3));
  if (status & STATUS_CRD) increment(block + BLOCK_FLAGS + (Flag.CRD << 3));
  if (status & STATUS_DNR) increment(block + BLOCK_FLAGS + (Flag.DNR << 3));
}

/** Keeps the first entries as they came, with time, kind and place. */
function keepRaw(block: u32, second: u64, verdict: u32, now: u64): void {
  const kept = rejectedSoFar(block);
  if (kept >= (REJECTED_RAW_MAX as u64)) return;
  const raw = block + BLOCK_REJECTED_RAW + (kept as u32) * REJECTED_RAW_BYTES;
  store<u64>(raw, load<u64>(headEntry()));
  store<u64>(raw, second, 8);
  store<u64>(raw, now, 16);
  store<u32>(raw, verdict, 24);
  store<u32>(raw, head(), 28);
}

function rejectedSoFar(block: u32): u64 {
  let total: u64 = 0;
  for (let kind: u32 = 0; kind < (REJECTIONS as u32); kind++) {
    total += load<u64>(block + BLOCK_REJECTIONS + (kind << 3));
  }
  return total;
}

function increment(pointer: u32): void {
  store<u64>(pointer, load<u64>(pointer) + 1);
}
