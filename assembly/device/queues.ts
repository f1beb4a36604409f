// Where the controller keeps its queues, and which of them exist.
import { CompletionQueue, SubmissionQueue } from "./queue-state.ts";
import {
  ACTIVE_COMPLETION_QUEUES,
  ACTIVE_SUBMISSION_QUEUES,
  COMPLETION_QUEUE_BYTES,
  COMPLETION_QUEUES,
  controller,
  SUBMISSION_QUEUE_BYTES,
  SUBMISSION_QUEUES,
} from "./state.ts";

/** The queue's entry, existing or not. `qid` lies in 0…MAX_IO_QUEUES. */
@inline
export function submissionQueueAt(qid: u32): SubmissionQueue {
  return changetype<SubmissionQueue>(SUBMISSION_QUEUES + (qid as usize) * SUBMISSION_QUEUE_BYTES);
}

/** The queue's entry, existing or not. `qid` lies in 0…MAX_IO_QUEUES. */
@inline
export function completionQueueAt(qid: u32): CompletionQueue {
  return changetype<CompletionQueue>(COMPLETION_QUEUES + (qid as usize) * COMPLETION_QUEUE_BYTES);
}

/** The index-th existing queue, in order of creation. */
@inline
export function activeSubmissionQueue(index: u32): SubmissionQueue {
  return changetype<SubmissionQueue>(
    load<u32>(ACTIVE_SUBMISSION_QUEUES + ((index as usize) << 2)) as usize,
  );
}

/** The index-th existing queue, in order of creation. */
@inline
export function activeCompletionQueue(index: u32): CompletionQueue {
  return changetype<CompletionQueue>(
    load<u32>(ACTIVE_COMPLETION_QUEUES + ((index as usize) << 2)) as usize,
  );
}

/** The completion queue that a submission queue completes to. */
@inline
export function completionQueueOf(sq: SubmissionQueue): CompletionQueue {
  return changetype<CompletionQueue>(sq.completionQueue as usize);
}

/** Whether the host has not taken all entries of the queues that interrupt by `vector`. */
export function hasUntaken(vector: u32): bool {
  for (let index: u32 = 0; index < controller.completionQueues; index++) {
    const cq = activeCompletionQueue(index);
    if (cq.interrupts != 0 && cq.vector == vector && cq.head != cq.tail) return true;
  }
  return false;
}
