// Doorbells (NVMe 1.4, sections 3.1.24 and 3.1.25). They are plain memory that the controller
// polls, so a write is a changed value: writing the same value twice cannot be seen.
import { ErrorEvent } from "../spec/commands.ts";
import { CompletionQueue, SubmissionQueue } from "./queue-state.ts";
import { controller } from "./state.ts";
import { completionQueueAt, submissionQueueAt } from "./queues.ts";
import { acceptStampsOf } from "./stamps.ts";
import { interruptLater } from "./interrupts.ts";
import { doorbellError } from "./events.ts";

/** Bits 31:16 of a doorbell are reserved, and ignored. */
const DOORBELL_MASK: u32 = 0xffff;
/** Doorbells of absent queues are looked at a few at a time. */
const ABSENT_PER_SCAN: u32 = 8;

/** The tail doorbell now reads `value`. */
export function tailWritten(sq: SubmissionQueue, value: u32): void {
  // the doorbell was 0: the queue is new, or has gone round
  if (sq.seen == 0) acceptStampsOf(sq);
  sq.seen = value;
  const tail = value & DOORBELL_MASK;
  if (tail < sq.entries) {
    sq.tail = tail;
  } else {
    doorbellError(ErrorEvent.INVALID_DOORBELL_VALUE);
  }
}

/** The head doorbell now reads `value`: room, if it passes no entry that was not posted. */
export function headWritten(cq: CompletionQueue, value: u32): void {
  cq.seen = value;
  const head = value & DOORBELL_MASK;
  if (head >= cq.entries || distance(cq, head) > distance(cq, cq.tail)) {
    return doorbellError(ErrorEvent.INVALID_DOORBELL_VALUE);
  }
  cq.head = head;
  if (cq.interrupts != 0 && head != cq.tail) interruptLater(cq);
}

/** Entries from the head to `index`. */
function distance(cq: CompletionQueue, index: u32): u32 {
  return index >= cq.head ? index - cq.head : index + cq.entries - cq.head;
}

/** Looks at the next few queues for doorbells that were rung though the queue is absent. */
export function scanAbsent(): void {
  for (let count: u32 = 0; count < ABSENT_PER_SCAN; count++) {
    const qid = controller.absentScan;
    controller.absentScan = qid < controller.ioQueues ? qid + 1 : 0;
    scanSubmissionQueue(submissionQueueAt(qid));
    scanCompletionQueue(completionQueueAt(qid));
  }
}

function scanSubmissionQueue(sq: SubmissionQueue): void {
  const value = load<u32>(sq.doorbell as usize);
  if (sq.entries != 0 || value == sq.seen) return;
  sq.seen = value;
  doorbellError(ErrorEvent.INVALID_DOORBELL_REGISTER);
}

function scanCompletionQueue(cq: CompletionQueue): void {
  const value = load<u32>(cq.doorbell as usize);
  if (cq.entries != 0 || value == cq.seen) return;
  cq.seen = value;
  doorbellError(ErrorEvent.INVALID_DOORBELL_REGISTER);
}
