// One queue pair: a submission queue, its completion queue, and where both stand. This module instance
// owns exactly one, so its state is the module's globals.
import { CQE_BYTES, SQE_BYTES } from "../spec/entries.ts";
import { ringDoorbell, ringShadowed, ringWhenAsked } from "./mmio.ts";
import {
  endOfSqhd,
  PHASE,
  setWay,
  sqhdOf,
  startAnew,
  submissionHead,
  turned,
  turnEnd,
} from "./sqhd.ts";

let sq: u32 = 0;
let sqid: u32 = 0;
let sqEntries: u32 = 0;
let sqLast: u32 = 0;
let sqEnd: u32 = 0;
/** Heads and tails are pointers here, indexes only at the doorbells and where SQHD is held against them. */
let sqTail: u32 = 0;
let sqTailDoorbell: u32 = 0;
/** The tail as it was rung, an index: how far the device may have read. */
let sqTailRung: u32 = 0;

let sqTailShadow: u32 = 0;
let sqTailEvent: u32 = 0;

let cq: u32 = 0;
let cqEntries: u32 = 0;
let cqEnd: u32 = 0;
let cqHead: u32 = 0;
let cqHeadFreed: u32 = 0;
let cqHeadDoorbell: u32 = 0;
let cqHeadShadow: u32 = 0;
let cqHeadEvent: u32 = 0;
/** The phase tag of an entry that is new in this lap (4.6): set in the first. */
let phase: u64 = PHASE;

/** Takes a submission queue at `pointer` (`entries` × 64 bytes) with its tail doorbell, and where its tail stands. */
export function attachSubmissionQueue(
  id: u32,
  pointer: u32,
  entries: u32,
  tailDoorbell: u32,
  tail: u32,
): void {
  sqid = id;
  sq = pointer;
  sqEntries = entries;
  sqLast = entries - 1;
  sqTailDoorbell = tailDoorbell;
  sqEnd = pointer + entries * SQE_BYTES;
  sqTail = pointer + tail * SQE_BYTES;
  sqTailRung = tail;
  attachShadows(0, 0, 0, 0);
  moveSubmissionHead(tail);
}

/**
 * Takes a completion queue at `pointer` (`entries` × 16 bytes) with its head doorbell, where its head stands, and the
 * phase tag of new entries there.
 */
export function attachCompletionQueue(
  pointer: u32,
  entries: u32,
  headDoorbell: u32,
  head: u32,
  phaseTag: u32,
): void {
  cq = pointer;
  cqEntries = entries;
  cqHeadDoorbell = headDoorbell;
  cqEnd = pointer + entries * CQE_BYTES;
  cqHead = pointer + head * CQE_BYTES;
  cqHeadFreed = cqHead;
  phase = phaseTag ? PHASE : 0;
  moveSubmissionHead(submissionHead());
}

/** Where the shadows of the doorbells lie, and their EventIdx; all 0 without, which is how a queue begins. */
export function attachShadows(tailShadow: u32, tailEvent: u32, headShadow: u32, headEvent: u32): void {
  sqTailShadow = tailShadow;
  sqTailEvent = tailEvent;
  cqHeadShadow = headShadow;
  cqHeadEvent = headEvent;
}

/** Whether the doorbells have shadows. */
export function isShadowed(): bool {
  return sqTailShadow != 0;
}

/** Announces everything posted since the last time. */
export function ring(): void {
  const index = tail();
  if (index == sqTailRung) return;
  const read = submissionHead();
  if (isShadowed()) ringShadowed(sqTailDoorbell, sqTailShadow, sqTailEvent, index);
  else ringDoorbell(sqTailDoorbell, index);
  sqTailRung = index;
  moveSubmissionHead(read);
}

/** Gives every reaped entry back to the device. Their contents are the device's from here on. */
export function free(): void {
  if (cqHead == cqHeadFreed) return;
  if (isShadowed()) ringShadowed(cqHeadDoorbell, cqHeadShadow, cqHeadEvent, head());
  else ringDoorbell(cqHeadDoorbell, head());
  cqHeadFreed = cqHead;
}

/** @returns the completion queue's head, an index. */
// @ts-ignore: decorator
@inline
export function head(): u32 {
  return (cqHead - cq) / CQE_BYTES;
}

/** @returns the phase tag that a new entry at the head carries. */
export function phaseTag(): u32 {
  return (phase != 0) as u32;
}

/** @returns the submission queue's tail, an index. */
// @ts-ignore: decorator
@inline
export function tail(): u32 {
  return (sqTail - sq) / SQE_BYTES;
}

/** @returns the tail as it was rung, an index. */
// @ts-ignore: decorator
@inline
export function rungTail(): u32 {
  return sqTailRung;
}

/** A completion said that the device has read so far. */
// @ts-ignore: decorator
@inline
export function moveSubmissionHead(index: u32): void {
  setWay(index, sqTailRung, sqLast, phase);
}

/** SQHD has come to the queue's end, and goes on from its beginning to the tail. @returns how far that is. */
// @ts-ignore: decorator
@inline
export function beginAnew(): u64 {
  return startAnew(sqTailRung, phase);
}

/**
 * Whether SQHD may be `index`: from the last one on to the tail that was rung, round the queue's end where that lies
 * between. On a circle what lies behind the one is what lies past the other.
 */
export function mayBeHead(index: u32, rung: u32): bool {
  if (index >= sqEntries) return false;
  const last = submissionHead();
  if (last <= rung) return index >= last && index <= rung;
  return index >= last || index <= rung;
}

// @ts-ignore: decorator
@inline
export function queueId(): u32 {
  return sqid;
}

// @ts-ignore: decorator
@inline
export function submissionEntries(): u32 {
  return sqEntries;
}

/** Pointer of submission queue entry `index`. */
// @ts-ignore: decorator
@inline
export function submissionEntry(index: u32): u32 {
  return sq + index * SQE_BYTES;
}

/** Where the last submission queue entry ends. */
// @ts-ignore: decorator
@inline
export function submissionsEnd(): u32 {
  return sqEnd;
}

/** Pointer of the entry at the tail. */
// @ts-ignore: decorator
@inline
export function nextEntry(): u32 {
  return sqTail;
}

// @ts-ignore: decorator
@inline
export function advanceTail(): void {
  moveTail(sqTail + SQE_BYTES);
}

// @ts-ignore: decorator
@inline
function moveTail(next: u32): void {
  sqTail = next == sqEnd ? sq : next;
}

/** Pointer of the submission queue entry after the one at `entry`. */
// @ts-ignore: decorator
@inline
export function entryAfter(entry: u32): u32 {
  const next = entry + SQE_BYTES;
  return next == sqEnd ? sq : next;
}

/** Pointer of the entry at the completion queue's head. */
// @ts-ignore: decorator
@inline
export function headEntry(): u32 {
  return cqHead;
}

/** SQHD, SQID, CID, phase and status of the head entry in one load, so that no part is older than the phase. */
// @ts-ignore: decorator
@inline
export function secondHalf(): u64 {
  return secondHalfOf(headEntry());
}

// @ts-ignore: decorator
@inline
export function secondHalfOf(entry: u32): u64 {
  return load<u64>(entry, 8);
}

/** The same of the entry `ahead` of the head, with its phase as it would stand in the head's lap. */
export function secondHalfAhead(ahead: u32): u64 {
  const entry = headEntry() + ahead * CQE_BYTES;
  if (entry < cqEnd) return load<u64>(entry, 8);
  return load<u64>(entry - cqEntries * CQE_BYTES, 8) ^ PHASE;
}

/** Whether the second half of an entry carries this lap's phase tag. */
// @ts-ignore: decorator
@inline
export function isNew(second: u64): bool {
  return (second & PHASE) == phase;
}

/** How many entries from the head on are new. */
export function newEntries(): u32 {
  let count: u32 = 0;
  let tag = phase;
  for (let at = cqHead; count < cqEntries; count++) {
    if ((load<u64>(at, 8) & PHASE) != tag) break;
    at += CQE_BYTES;
    if (at == cqEnd) {
      at = cq;
      tag ^= PHASE;
    }
  }
  return count;
}

/** The phase tag of this lap, where the second half of an entry has it. */
// @ts-ignore: decorator
@inline
export function newPhase(): u64 {
  return phase;
}

// @ts-ignore: decorator
@inline
export function advanceHead(): void {
  moveHead(cqHead + CQE_BYTES);
}

// @ts-ignore: decorator
@inline
function moveHead(next: u32): void {
  if (next == cqEnd) {
    cqHead = cq;
    phase = turned(phase);
    turnEnd();
  } else {
    cqHead = next;
  }
}

/** How many entries lie from head and tail on to where the first of both queues ends. */
// @ts-ignore: decorator
@inline
export function entriesToEnd(): u32 {
  return min<u32>((cqEnd - cqHead) / CQE_BYTES, (sqEnd - sqTail) / SQE_BYTES);
}

/** Head and tail go on to there, past the end of neither queue. */
// @ts-ignore: decorator
@inline
export function advanceTo(nextHead: u32, nextTail: u32): void {
  moveHead(nextHead);
  moveTail(nextTail);
}

/** Rings both doorbells. @param left how far it is from the last SQHD to the end that was set for it */
// @ts-ignore: decorator
@inline
export function ringBoth(left: u64): void {
  const freed = cqHead;
  cqHeadFreed = freed;
  ringDoorbell(cqHeadDoorbell, (freed - cq) / CQE_BYTES);
  const index = tail();
  sqTailRung = index;
  ringDoorbell(sqTailDoorbell, index);
  setWay(sqhdOf(endOfSqhd()) - (left as u32), index, sqLast, phase);
}

/** `ringBoth` where the doorbells have shadows: one barrier for both. */
// @ts-ignore: decorator
@inline
export function ringBothShadowed(left: u64): void {
  const freed = cqHead;
  cqHeadFreed = freed;
  const newHead = (freed - cq) / CQE_BYTES;
  const index = tail();
  const formerHead = load<u32>(cqHeadShadow);
  const formerTail = sqTailRung;
  sqTailRung = index;
  store<u32>(cqHeadShadow, newHead);
  atomic.store<u32>(sqTailShadow, index);
  ringWhenAsked(cqHeadDoorbell, cqHeadEvent, formerHead, newHead);
  ringWhenAsked(sqTailDoorbell, sqTailEvent, formerTail, index);
  setWay(sqhdOf(endOfSqhd()) - (left as u32), index, sqLast, phase);
}
