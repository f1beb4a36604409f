// Doorbells (NVMe 1.4, sections 3.1.25 and 3.1.26). They are plain memory that the controller
// polls, so a write is a changed value: writing the same value twice cannot be seen.
import { ErrorEvent } from "../spec/commands.ts";
import { CompletionQueue, SubmissionQueue } from "./queue-state.ts";
import { controller } from "./state.ts";
import { completionQueueAt, submissionQueueAt } from "./queues.ts";
import { completionDoorbell, submissionDoorbell } from "./queue-life.ts";
import { acceptStampsOf } from "./stamps.ts";
import { acknowledged } from "./interrupts.ts";
import { doorbellError } from "./events.ts";
import { NOT_RUNG } from "./shadow.ts";

/** Bits 31:16 of a doorbell are reserved, and ignored. */
const DOORBELL_MASK: u32 = 0xffff;
/** Doorbells of absent queues are looked at a few at a time. */
const ABSENT_PER_SCAN: u32 = 8;

/**
 * The tail doorbell now reads `value`: commands up to there, when there is room for them. After a value that cannot be,
 * nothing more is taken from the queue, not even what was submitted before it, until the host makes it anew (4.1).
 */
export function tailWritten(sq: SubmissionQueue, value: u32): void {
  // the doorbell was 0: the queue is new, or has gone round
  if (sq.seen == 0) acceptStampsOf(sq);
  sq.seen = value;
  if (sq.halted != 0) return;
  const tail = value & DOORBELL_MASK;
  if (tail < sq.entries && hasRoomFor(sq, tail)) {
    sq.tail = tail;
  } else {
    sq.halted = 1;
    sq.tail = sq.head;
    doorbellError(ErrorEvent.INVALID_DOORBELL_VALUE);
  }
}

/** Whether the entries up to `tail` were free: a full queue has one less than its size (4.1.2). */
function hasRoomFor(sq: SubmissionQueue, tail: u32): bool {
  const waiting = steps(sq.head, sq.tail, sq.entries);
  return waiting + steps(sq.tail, tail, sq.entries) < sq.entries;
}

/** The head doorbell now reads `value`: room, if it passes no entry that was not posted. */
export function headWritten(cq: CompletionQueue, value: u32): void {
  cq.seen = value;
  const head = value & DOORBELL_MASK;
  const posted = steps(cq.head, cq.tail, cq.entries);
  if (head >= cq.entries || steps(cq.head, head, cq.entries) > posted) {
    return doorbellError(ErrorEvent.INVALID_DOORBELL_VALUE);
  }
  cq.head = head;
  acknowledged(cq);
}

/** Entries from `from` to `to` in a queue of `entries`. */
function steps(from: u32, to: u32, entries: u32): u32 {
  return to >= from ? to - from : to + entries - from;
}

/** Looks at the next few queues for doorbells that were rung though the queue is absent. */
export function scanAbsent(): void {
  for (let count: u32 = 0; count < ABSENT_PER_SCAN; count++) {
    const qid = controller.absentScan;
    controller.absentScan = qid + 1 < controller.doorbellPairs ? qid + 1 : 0;
    if (qid <= controller.ioQueues) {
      scanSubmissionQueue(submissionQueueAt(qid));
      scanCompletionQueue(completionQueueAt(qid));
    } else {
      scanBeyond(submissionDoorbell(qid));
      scanBeyond(completionDoorbell(qid));
    }
  }
}

/** The doorbell of a queue that there cannot be is taken back to 0: nobody else remembers what it read. */
function scanBeyond(doorbell: u32): void {
  if (load<u32>(doorbell as usize) == 0) return;
  store<u32>(doorbell as usize, 0);
  doorbellError(ErrorEvent.INVALID_DOORBELL_REGISTER);
}

function scanSubmissionQueue(sq: SubmissionQueue): void {
  const value = load<u32>(sq.doorbell as usize);
  if (sq.entries != 0 || value == sq.seen || value == NOT_RUNG) return;
  sq.seen = value;
  doorbellError(ErrorEvent.INVALID_DOORBELL_REGISTER);
}

function scanCompletionQueue(cq: CompletionQueue): void {
  const value = load<u32>(cq.doorbell as usize);
  if (cq.entries != 0 || value == cq.seen || value == NOT_RUNG) return;
  cq.seen = value;
  doorbellError(ErrorEvent.INVALID_DOORBELL_REGISTER);
}
