// How queues begin and end to exist (NVMe 1.4, section 4.1), and where their doorbells lie (3.1.25,
// 3.1.26).
import { CQE_BYTES, SQE_BYTES } from "../spec/entries.ts";
import { CompletionQueue, SubmissionQueue } from "./queue-state.ts";
import {
  ACTIVE_COMPLETION_QUEUES,
  ACTIVE_SUBMISSION_QUEUES,
  COMPLETION_QUEUE_BYTES,
  COMPLETION_QUEUES,
  controller,
  MAX_IO_QUEUES,
  SUBMISSION_QUEUE_BYTES,
  SUBMISSION_QUEUES,
} from "./state.ts";
import {
  activeCompletionQueue,
  activeSubmissionQueue,
  completionQueueAt,
  completionQueueOf,
  submissionQueueAt,
} from "./queues.ts";
import { forgetDelayOf, forgetDelays } from "./coalescing.ts";
import { isInBuffer } from "./controller-memory.ts";
import { lookUp } from "./dma.ts";
import { settleStatus } from "./msi.ts";
import { withdraw, withdrawAll } from "./page-requests.ts";
import { releasePin, settlePin } from "./pin.ts";

/** Makes the completion queue exist, empty. The arguments have been checked. */
export function openCompletionQueue(
  qid: u32,
  base: u64,
  entries: u32,
  vector: u32,
  interrupts: u32,
): void {
  const cq = completionQueueAt(qid);
  memory.fill(changetype<usize>(cq), 0, COMPLETION_QUEUE_BYTES);
  cq.qid = qid;
  cq.base = base;
  cq.entries = entries;
  cq.phase = 1;
  cq.vector = vector;
  cq.interrupts = interrupts;
  cq.pointer = lookUp(base, entries * CQE_BYTES, 1);
  cq.doorbell = completionDoorbell(qid);
  store<u32>(cq.doorbell as usize, 0);
  const place = ACTIVE_COMPLETION_QUEUES + ((controller.completionQueues++ as usize) << 2);
  store<u32>(place, changetype<usize>(cq) as u32);
}

/** Makes the submission queue exist, empty. The arguments have been checked. */
export function openSubmissionQueue(qid: u32, base: u64, entries: u32, cqid: u32): void {
  const sq = submissionQueueAt(qid);
  memory.fill(changetype<usize>(sq), 0, SUBMISSION_QUEUE_BYTES);
  sq.qid = qid;
  sq.base = base;
  sq.entries = entries;
  sq.completionQueue = changetype<usize>(completionQueueAt(cqid)) as u32;
  sq.pointer = lookUp(base, entries * SQE_BYTES, 0);
  sq.isInBuffer = isInBuffer(base, entries * SQE_BYTES) ? 1 : 0;
  sq.doorbell = submissionDoorbell(qid);
  store<u32>(sq.doorbell as usize, 0);
  completionQueueAt(cqid).submissionQueues++;
  const place = ACTIVE_SUBMISSION_QUEUES + ((controller.submissionQueues++ as usize) << 2);
  store<u32>(place, changetype<usize>(sq) as u32);
}

/**
 * Makes the completion queue absent. Its doorbell's last value stays known, for the absent scan.
 */
export function closeCompletionQueue(cq: CompletionQueue): void {
  cq.entries = 0;
  controller.completionQueues = forget(
    ACTIVE_COMPLETION_QUEUES,
    controller.completionQueues,
    changetype<usize>(cq) as u32,
  );
  forgetDelayOf(cq);
  settleStatus(cq.vector);
  settlePin();
}

/**
 * Makes the submission queue absent. Its doorbell's last value stays known, for the absent scan.
 */
export function closeSubmissionQueue(sq: SubmissionQueue): void {
  sq.entries = 0;
  withdraw(sq.qid);
  completionQueueOf(sq).submissionQueues--;
  controller.submissionQueues = forget(
    ACTIVE_SUBMISSION_QUEUES,
    controller.submissionQueues,
    changetype<usize>(sq) as u32,
  );
}

/** Takes `item` out of a list of `count` pointers, keeping the order; returns the new count. */
function forget(list: usize, count: u32, item: u32): u32 {
  let kept: u32 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const pointer = load<u32>(list + ((index as usize) << 2));
    if (pointer == item) continue;
    store<u32>(list + ((kept as usize) << 2), pointer);
    kept++;
  }
  return kept;
}

/**
 * Makes every queue absent and zeroes the doorbells: what a Controller Level Reset does (7.3.2).
 */
export function closeAllQueues(): void {
  withdrawAll();
  memory.fill(SUBMISSION_QUEUES, 0, ((MAX_IO_QUEUES + 1) as usize) * SUBMISSION_QUEUE_BYTES);
  memory.fill(COMPLETION_QUEUES, 0, ((MAX_IO_QUEUES + 1) as usize) * COMPLETION_QUEUE_BYTES);
  for (let qid: u32 = 0; qid < controller.doorbellPairs; qid++) {
    store<u32>(submissionDoorbell(qid) as usize, 0);
    store<u32>(completionDoorbell(qid) as usize, 0);
  }
  for (let qid: u32 = 0; qid <= controller.ioQueues; qid++) {
    submissionQueueAt(qid).doorbell = submissionDoorbell(qid);
    completionQueueAt(qid).doorbell = completionDoorbell(qid);
  }
  controller.submissionQueues = 0;
  controller.completionQueues = 0;
  controller.interruptsDue = 0;
  controller.stamping = 0;
  controller.announcedVectors = 0;
  releasePin();
  forgetDelays();
}

/** Looks up again where every queue lies, after a change of the IOMMU's table. */
export function retranslateQueues(): void {
  for (let index: u32 = 0; index < controller.submissionQueues; index++) {
    const sq = activeSubmissionQueue(index);
    sq.pointer = lookUp(sq.base, sq.entries * SQE_BYTES, 0);
  }
  for (let index: u32 = 0; index < controller.completionQueues; index++) {
    const cq = activeCompletionQueue(index);
    cq.pointer = lookUp(cq.base, cq.entries * CQE_BYTES, 1);
  }
}

/** SQyTDBL: doorbell 2y (3.1.25). */
export function submissionDoorbell(qid: u32): u32 {
  return controller.doorbells + 2 * qid * controller.doorbellStride;
}

/** CQyHDBL: doorbell 2y + 1 (3.1.26). */
export function completionDoorbell(qid: u32): u32 {
  return controller.doorbells + (2 * qid + 1) * controller.doorbellStride;
}
