// Page faults that the host answers, as a device with Page Requests has them (PCI Express, section 10.4): a command whose data
// or list lead nowhere goes back to the head of its queue with a request, and begins anew when the host has answered. Nobody
// is asked for queue entries and shadow doorbells, which fail as always.
import {
  PAGE_PLACE_ANSWER,
  PAGE_PLACE_ANSWERED,
  PAGE_PLACE_BYTES,
  PAGE_PLACE_IOVA,
  PAGE_PLACE_LENGTH,
  PAGE_PLACE_NUMBER,
  PAGE_PLACE_WRITES,
  PAGE_PLACES,
  PAGE_REQUESTS,
  PAGE_REQUESTS_MADE,
  PageAnswer,
} from "../layout.ts";
import { Status } from "../spec/status.ts";
import { SubmissionQueue } from "./queue-state.ts";
import { controller, MAX_IO_QUEUES, PAGE_REQUESTS_OPEN } from "./state.ts";
import { forgetMiss, missedIova, missedLength, missedWrites, noteFault } from "./dma.ts";
import { updateDetour } from "./latency.ts";

/** The host has begun to answer, or has ceased to: what waits then was refused. */
export function acceptAnswering(): void {
  controller.answering = load<u32>(PAGE_REQUESTS) != 0 ? 1 : 0;
  updateDetour();
}

/** Whether the command being executed, which would end with `status`, goes back into its queue and waits for the host. */
export function waitsForPage(sq: SubmissionQueue, status: u32): bool {
  if (missedLength == 0) return false;
  const waits = status == (Status.DATA_TRANSFER_ERROR as u32);
  if (waits) ask(sq);
  else noteFault(missedIova, missedLength, missedWrites);
  forgetMiss();
  return waits;
}

/** The request first, then its number, then how many there were. */
function ask(sq: SubmissionQueue): void {
  const place = placeOf(sq.qid);
  const made = load<u32>(PAGE_REQUESTS_MADE) + 1;
  // 0 is none
  const number = made != 0 ? made : 1;
  store<u64>(place + PAGE_PLACE_IOVA, missedIova);
  store<u32>(place + PAGE_PLACE_LENGTH, missedLength);
  store<u32>(place + PAGE_PLACE_WRITES, missedWrites);
  store<u32>(openAt(sq.qid), number);
  controller.asked++;
  sq.head = (sq.head == 0 ? sq.entries : sq.head) - 1;
  atomic.store<u32>(place + PAGE_PLACE_NUMBER, number);
  atomic.store<u32>(PAGE_REQUESTS_MADE, number);
}

/** Whether the command at the queue's head has no answer yet. */
export function isWaiting(sq: SubmissionQueue): bool {
  const number = load<u32>(openAt(sq.qid));
  if (number == 0 || controller.answering == 0) return false;
  return atomic.load<u32>(placeOf(sq.qid) + PAGE_PLACE_ANSWERED) != number;
}

/** Whether it was refused. */
export function isRefused(sq: SubmissionQueue): bool {
  if (load<u32>(openAt(sq.qid)) == 0) return false;
  const answer = load<u32>(placeOf(sq.qid) + PAGE_PLACE_ANSWER);
  return controller.answering == 0 || answer != (PageAnswer.SUCCESS as u32);
}

/** The command at the queue's head begins anew. */
export function settled(sq: SubmissionQueue): void {
  withdraw(sq.qid);
}

/** The request of the queue is over, with or without an answer. */
export function withdraw(qid: u32): void {
  if (load<u32>(openAt(qid)) == 0) return;
  store<u32>(openAt(qid), 0);
  atomic.store<u32>(placeOf(qid) + PAGE_PLACE_NUMBER, 0);
  if (--controller.asked == 0) updateDetour();
}

export function withdrawAll(): void {
  for (let qid: u32 = 0; controller.asked != 0 && qid <= MAX_IO_QUEUES; qid++) withdraw(qid);
}

function placeOf(qid: u32): usize {
  return (PAGE_PLACES as usize) + qid * PAGE_PLACE_BYTES;
}

function openAt(qid: u32): usize {
  return PAGE_REQUESTS_OPEN + ((qid as usize) << 2);
}
