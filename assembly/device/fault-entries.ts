// Faults of completion entries. What is written is untrue on purpose; where it is
// written is bounded as ever: the queue is never overrun.
import { CQE_BYTES, SQE_BYTES } from "../spec/entries.ts";
import { CompletionQueue, SubmissionQueue } from "./queue-state.ts";
import { Completion, controller } from "./state.ts";
import { Fault, faultAt, streamOf } from "./fault-table.ts";
import { matches, strikes } from "./fault-strikes.ts";
import { BadCid, FaultKind, SQHD_INSIDE } from "./options.ts";
import { fatal } from "./controller-status.ts";
import {
  advance,
  freeEntries,
  hasRoom,
  secondHalf,
  tailEntry,
  writeEntry,
} from "./completion-entries.ts";
import { submissionQueueAt } from "./queues.ts";
import { findAnyWaiting, waitingOf } from "./waiting.ts";
import { nextRandom } from "./random.ts";
import { translate } from "./dma.ts";

const PHASE_BIT: u64 = 1 << 48;
const OLD_GENERATION: u32 = 0x8000;
/** CID in an SQE. */
const SQE_CID: u32 = 2;

// The entry under construction.
let sqhd: u32 = 0;
let sqid: u32 = 0;
let cid: u32 = 0;
let duplicate: u32 = 0;
let manner: u32 = 0;
/** Bits of the status field, and Dword 1. */
let bits: u32 = 0;
let dword1: u32 = 0;

/** Posts a completion as the faults in the table will have it. There is room for it. */
export function deliverWithFaults(cq: CompletionQueue, completion: Completion): void {
  const sq = submissionQueueAt(completion.sqid);
  sqhd = sq.head;
  sqid = sq.qid;
  cid = completion.cid;
  duplicate = 0;
  manner = 0;
  bits = 0;
  dword1 = 0;
  for (let index: u32 = 0; index < controller.faults; index++) {
    const fault = faultAt(index);
    if (fault.kind < (FaultKind.DUPLICATE_CQE as u32)) continue;
    if (fault.kind > (FaultKind.FUZZ_CQE as u32)) continue;
    if (!matches(fault, sq.qid, completion.opcode)) continue;
    if (strikes(fault)) strikeEntry(fault, cq, sq, completion);
  }
  sq.lastCid = completion.cid;
  write(cq, completion);
}

/** Writes the body of an entry whose phase tag was early. */
export function finishLate(cq: CompletionQueue): void {
  const entry = translate(cq.lateIova, CQE_BYTES, 1);
  cq.lateIova = 0;
  if (entry == 0) return fatal();
  store<u64>(entry, cq.lateDw0);
  store<u64>(entry, cq.lateSecond, 8);
}

function strikeEntry(
  fault: Fault,
  cq: CompletionQueue,
  sq: SubmissionQueue,
  completion: Completion,
): void {
  switch (fault.kind) {
    case FaultKind.FUZZ_CQE:
      return writeGarbage(cq, fault);
    case FaultKind.DUPLICATE_CQE:
      duplicate = 1;
      return;
    case FaultKind.STUCK_PHASE:
    case FaultKind.EARLY_PHASE:
      manner = fault.kind;
      return;
    case FaultKind.CQE_BITS:
      bits |= fault.a as u32;
      dword1 |= fault.b as u32;
      return;
    default:
      falsify(fault, cq, sq, completion);
  }
}

/** Puts a wrong CID, SQID or SQHD into the entry; or into one more before it, if `b` is set. */
function falsify(
  fault: Fault,
  cq: CompletionQueue,
  sq: SubmissionQueue,
  completion: Completion,
): void {
  if (fault.kind == (FaultKind.BAD_CID as u32)) cid = badCid(fault.a as u32, sq, completion);
  if (fault.kind == (FaultKind.BAD_SQID as u32)) sqid = (fault.a as u32) & 0xffff;
  if (fault.kind == (FaultKind.BAD_SQHD as u32)) sqhd = badSqhd(fault.a as u32, sq);
  if (fault.b == 0) return;
  if (freeEntries(cq) >= 2) {
    writeEntry(cq, completion.dw0, secondHalf(cq, sqhd, sqid, cid, completion.status));
  }
  sqhd = sq.head;
  sqid = sq.qid;
  cid = completion.cid;
}

function write(cq: CompletionQueue, completion: Completion): void {
  const status = (completion.status as u32) | bits;
  const first = (completion.dw0 as u64) | ((dword1 as u64) << 32);
  const second = secondHalf(cq, sqhd, sqid, cid, status);
  if (manner == (FaultKind.STUCK_PHASE as u32)) return writeStuck(cq, first, second);
  if (manner == (FaultKind.EARLY_PHASE as u32)) return writeEarly(cq, completion.dw0, second);
  writeEntry(cq, first, second);
  if (duplicate != 0 && hasRoom(cq)) {
    writeEntry(cq, first, secondHalf(cq, sqhd, sqid, cid, status));
  }
}

/** The entry with the phase tag of the lap before, and nothing after it. */
function writeStuck(cq: CompletionQueue, first: u64, second: u64): void {
  const entry = tailEntry(cq);
  if (entry == 0) return fatal();
  store<u64>(entry, first);
  store<u64>(entry, second ^ PHASE_BIT, 8);
  cq.stuck = 1;
}

/** Phase tag and status now, the other fields a step later. */
function writeEarly(cq: CompletionQueue, dw0: u32, second: u64): void {
  const entry = tailEntry(cq);
  if (entry == 0) return fatal();
  store<u16>(entry, (second >> 48) as u16, 14);
  cq.lateIova = cq.base + cq.tail * CQE_BYTES;
  cq.lateDw0 = dw0;
  cq.lateSecond = second;
  advance(cq);
}

/**
 * An entry of random numbers. With the wrong phase tag it takes no position: the next entry
 * overwrites it.
 */
function writeGarbage(cq: CompletionQueue, fault: Fault): void {
  const dw0 = nextRandom(streamOf(fault)) as u32;
  const second = nextRandom(streamOf(fault));
  const current = (((second >> 48) as u32) & 1) == cq.phase;
  if (current) {
    if (freeEntries(cq) >= 2) writeEntry(cq, dw0, second);
    return;
  }
  const entry = tailEntry(cq);
  if (entry == 0) return fatal();
  store<u64>(entry, dw0);
  store<u64>(entry, second, 8);
}

/** In the queue, and as far as can be from what was read, and what is there to be read. */
function badSqhd(value: u32, sq: SubmissionQueue): u32 {
  if (value != SQHD_INSIDE) return value & 0xffff;
  const unread = sq.tail >= sq.head ? sq.tail - sq.head : sq.tail + sq.entries - sq.head;
  return (sq.tail + 1 + ((sq.entries - 1 - unread) >> 1)) % sq.entries;
}

function badCid(mode: u32, sq: SubmissionQueue, completion: Completion): u32 {
  switch (mode) {
    case BadCid.IDLE:
      return sq.lastCid;
    case BadCid.BUSY:
      return otherCid(sq, completion.cid);
    case BadCid.OLD:
      return completion.cid ^ OLD_GENERATION;
    default:
      return 0xffff;
  }
}

/** The CID of another command in flight, if there is one. */
function otherCid(sq: SubmissionQueue, own: u32): u32 {
  const index = findAnyWaiting(sq.qid);
  if (index >= 0) return waitingOf(index as u32).cid;
  if (sq.head == sq.tail) return own;
  const entry = translate(sq.base + sq.head * SQE_BYTES, SQE_BYTES, 0);
  return entry == 0 ? own : (load<u16>(entry, SQE_CID) as u32);
}
