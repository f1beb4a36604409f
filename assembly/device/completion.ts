// The end of a command: its entry in the completion queue, now, at its due time, or when there is
// room (NVMe 1.4, section 4.6).
import { BUS_NOW } from "../layout.ts";
import { Status, STATUS_CODE_MASK, STATUS_DNR, STATUS_MORE } from "../spec/status.ts";
import { CompletionQueue, SubmissionQueue } from "./queue-state.ts";
import { answer, command, Completion, controller } from "./state.ts";
import { fatal } from "./controller-status.ts";
import { hasRoom, secondHalf, writeEntry } from "./completion-entries.ts";
import { completionQueueOf, submissionQueueAt } from "./queues.ts";
import {
  firstDue,
  keep,
  NEVER,
  release,
  scheduleAnswer,
  takeWaiting,
  waitingAt,
} from "./waiting.ts";
import { recordError } from "./error-log.ts";
import { drawLatency } from "./latency.ts";
import { waitsForPage } from "./page-requests.ts";
import { dueWithFaults } from "./fault-commands.ts";
import { deliverWithFaults } from "./fault-entries.ts";
import { stampPosted } from "./stamps.ts";

/** What a command returns that gets its completion later, if at all. */
export const NO_COMPLETION: u32 = 0xffffffff;

/** Ends the command being executed with `status` (SCT << 8 | SC). */
@inline
export function finish(sq: SubmissionQueue, status: u32): void {
  const cq = completionQueueOf(sq);
  if ((status | controller.detour | cq.held) == 0 && hasRoom(cq)) {
    if (controller.stamping != 0) stampPosted(sq, command.cid);
    writeEntry(cq, command.dw0, secondHalf(cq, sq.head, sq.qid, command.cid, 0));
  } else if (controller.answering == 0 || !waitsForPage(sq, status)) {
    finishSlowly(sq, withFlags(status));
  }
}

/** Ends the command being executed: `status` is complete with More and Do Not Retry. */
export function finishSlowly(sq: SubmissionQueue, status: u32): void {
  fillAnswer(sq, status);
  let dueNs: u64 = 0;
  if (sq.qid != 0 && controller.latencyModel != 0) dueNs = load<u64>(BUS_NOW) + drawLatency();
  if (controller.faults != 0) dueNs = dueWithFaults(dueNs);
  if (dueNs > load<u64>(BUS_NOW)) {
    scheduleAnswer(dueNs);
  } else {
    post(answer);
  }
}

/** Our failures all have an entry in the error log, and repeating most commands would not help. */
function withFlags(status: u32): u32 {
  if (status == 0) return 0;
  return status | STATUS_MORE | (mayPassLater(status) ? 0 : STATUS_DNR);
}

/** Limits on what is outstanding, and the way to host memory: the same command may succeed (4.6.1). */
function mayPassLater(status: u32): bool {
  return (
    status == (Status.ABORT_LIMIT_EXCEEDED as u32) ||
    status == (Status.ASYNCHRONOUS_EVENT_LIMIT_EXCEEDED as u32) ||
    status == (Status.DATA_TRANSFER_ERROR as u32)
  );
}

function fillAnswer(sq: SubmissionQueue, status: u32): void {
  answer.dw0 = command.dw0;
  answer.sqid = sq.qid as u16;
  answer.cid = command.cid;
  answer.status = status as u16;
  answer.opcode = command.opcode;
  answer.location = command.location as u16;
  answer.lba = command.lba;
  answer.nsid = command.nsid;
}

/** Puts a completion into its queue, or keeps it until there is room. */
export function post(completion: Completion): void {
  const cq = completionQueueOf(submissionQueueAt(completion.sqid));
  if (cq.held == 0 && hasRoom(cq) && !isBlocked(cq)) {
    deliver(cq, completion);
  } else {
    hold(cq, completion);
  }
}

/** Posts every completion whose time has come; returns how many. */
export function postDue(): u32 {
  const now = load<u64>(BUS_NOW);
  let count: u32 = 0;
  for (let place = firstDue(); place != 0; place = firstDue()) {
    const completion = waitingAt(place);
    if (completion.dueNs > now || completion.dueNs == NEVER) break;
    takeWaiting(0);
    post(completion);
    release(place);
    count++;
  }
  return count;
}

/** Posts what was held, as far as there is room; returns how many. */
export function postHeld(cq: CompletionQueue): u32 {
  let count: u32 = 0;
  while (cq.held != 0 && hasRoom(cq) && !isBlocked(cq)) {
    const place = cq.heldFirst;
    const completion = waitingAt(place);
    cq.heldFirst = completion.next;
    cq.held--;
    deliver(cq, completion);
    release(place);
    count++;
  }
  return count;
}

/** Drops what is held for a submission queue that is being deleted. */
export function dropHeldOf(cq: CompletionQueue, sqid: u32): void {
  let place = cq.heldFirst;
  let left = cq.held;
  cq.held = 0;
  for (; left != 0; left--) {
    const next = waitingAt(place).next;
    if (waitingAt(place).sqid == sqid) {
      release(place);
    } else {
      append(cq, place);
    }
    place = next;
  }
}

function hold(cq: CompletionQueue, completion: Completion): void {
  const place = keep(completion);
  if (place == 0) return fatal();
  append(cq, place);
}

/** Adds a kept completion to the end of the queue's list. */
function append(cq: CompletionQueue, place: u32): void {
  if (cq.held == 0) {
    cq.heldFirst = place;
  } else {
    waitingAt(cq.heldLast).next = place;
  }
  cq.heldLast = place;
  cq.held++;
}

function deliver(cq: CompletionQueue, completion: Completion): void {
  if (controller.stamping != 0) stampPosted(submissionQueueAt(completion.sqid), completion.cid);
  if (completion.status != 0) cq.urgent = 1;
  if (isLogged(completion.status)) recordError(completion, cq.phase);
  if (controller.faults != 0) return deliverWithFaults(cq, completion);
  writeCompletion(cq, completion);
}

/** Aborts are the host's own wish, no error. */
function isLogged(status: u32): bool {
  const code = status & STATUS_CODE_MASK;
  return (
    code != 0 &&
    code != (Status.ABORT_REQUESTED as u32) &&
    code != (Status.ABORTED_SQ_DELETION as u32)
  );
}

/** Writes the entry as it should be. */
function writeCompletion(cq: CompletionQueue, completion: Completion): void {
  const sqhd = submissionQueueAt(completion.sqid).head;
  const second = secondHalf(cq, sqhd, completion.sqid, completion.cid, completion.status);
  writeEntry(cq, completion.dw0, second);
}

/** A fault keeps anything more from being posted. */
function isBlocked(cq: CompletionQueue): bool {
  return cq.stuck != 0 || cq.lateIova != 0;
}
