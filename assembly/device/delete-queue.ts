// Delete I/O Submission Queue (NVMe 1.4, section 5.6) and Delete I/O Completion Queue (5.5).
import { CREATE_QID_MASK } from "../spec/commands.ts";
import { Status } from "../spec/status.ts";
import { SubmissionQueue } from "./queue-state.ts";
import { command, controller } from "./state.ts";
import { completionQueueAt, completionQueueOf, submissionQueueAt } from "./queues.ts";
import { closeCompletionQueue, closeSubmissionQueue } from "./queue-life.ts";
import { findAnyWaiting, release, takeWaiting, waitingAt } from "./waiting.ts";
import { dropHeldOf, post } from "./completion.ts";
import { hasRoom } from "./completion-entries.ts";
import { failAt } from "./nvm.ts";

const QID_LOCATION: u32 = 40;

/** Delete I/O Submission Queue (5.6). */
export function deleteSubmissionQueue(): u32 {
  const qid = command.cdw10 & CREATE_QID_MASK;
  if (qid == 0 || qid > controller.ioQueues || submissionQueueAt(qid).entries == 0) {
    return failAt(QID_LOCATION, Status.INVALID_QUEUE_IDENTIFIER);
  }
  const sq = submissionQueueAt(qid);
  abortWaiting(sq);
  dropHeldOf(completionQueueOf(sq), qid);
  closeSubmissionQueue(sq);
  return Status.SUCCESS;
}

/** Delete I/O Completion Queue (5.5): only once nothing completes to it. */
export function deleteCompletionQueue(): u32 {
  const qid = command.cdw10 & CREATE_QID_MASK;
  if (qid == 0 || qid > controller.ioQueues || completionQueueAt(qid).entries == 0) {
    return failAt(QID_LOCATION, Status.INVALID_QUEUE_IDENTIFIER);
  }
  const cq = completionQueueAt(qid);
  if (cq.submissionQueues != 0) return failAt(QID_LOCATION, Status.INVALID_QUEUE_DELETION);
  closeCompletionQueue(cq);
  return Status.SUCCESS;
}

/**
 * Commands in flight end as Aborted due to SQ Deletion while there is room, and without an entry
 * when there is none: no completion follows that of the deletion.
 */
function abortWaiting(sq: SubmissionQueue): void {
  for (let index = findAnyWaiting(sq.qid); index >= 0; index = findAnyWaiting(sq.qid)) {
    const place = takeWaiting(index as u32);
    const completion = waitingAt(place);
    completion.status = Status.ABORTED_SQ_DELETION as u16;
    completion.dw0 = 0;
    if (hasRoom(completionQueueOf(sq))) post(completion);
    release(place);
  }
}
