// Shadow doorbells (NVMe 1.4, section 5.7 and annex B.5). The host writes an I/O queue's doorbell into its own memory, and
// rings the doorbell itself only when the controller asks for it: by EventIdx, the value that the host is to pass for that.
// This controller looks at a queue's shadow for as long as it finds something new there, and a little longer; then it asks
// to be woken. The admin queue's doorbell is always rung.
import { PAGE_BYTES } from "../spec/registers.ts";
import { CompletionQueue, SubmissionQueue } from "./queue-state.ts";
import { controller } from "./state.ts";
import { fatal } from "./controller-status.ts";
import { translate } from "./dma.ts";
import { firstStriking } from "./fault-strikes.ts";
import { FaultKind } from "./options.ts";

/** What the controller leaves in a doorbell, so that it sees one that is rung with its former value; no host rings it. */
export const NOT_RUNG: u32 = 0xffffffff;
/** Looks without anything new until it asks to be woken. */
const LOOKS: u32 = 16;

/** Whether this queue's doorbells have shadows: those that do not fit their page have none. */
@inline
export function isShadowed(qid: u32): bool {
  return controller.shadowDoorbells != 0 && qid != 0 && headOffset(qid) < (PAGE_BYTES as u32);
}

/** What the tail doorbell of a queue with a shadow says, as far as the controller has to know. */
export function shadowedTail(sq: SubmissionQueue): u32 {
  if (isRung(sq.doorbell)) sq.awake = LOOKS;
  if (sq.awake == 0) return sq.seen;
  const value = shadowAt(tailOffset(sq.qid));
  sq.awake = value != sq.seen ? LOOKS : stillAwake(sq.awake, tailOffset(sq.qid), value);
  return value;
}

/** The same of the head doorbell. */
export function shadowedHead(cq: CompletionQueue): u32 {
  if (isRung(cq.doorbell)) cq.awake = LOOKS;
  if (cq.awake == 0) return cq.seen;
  const value = shadowAt(headOffset(cq.qid));
  cq.awake = value != cq.seen ? LOOKS : stillAwake(cq.awake, headOffset(cq.qid), value);
  return value;
}

@inline
function tailOffset(qid: u32): u32 {
  return 2 * qid * controller.doorbellStride;
}

@inline
function headOffset(qid: u32): u32 {
  return (2 * qid + 1) * controller.doorbellStride;
}

/** Whether the doorbell itself was rung since it was last asked, with whatever value: the shadow's is the one that holds. */
function isRung(doorbell: u32): bool {
  if (load<u32>(doorbell as usize) == NOT_RUNG) return false;
  atomic.store<u32>(doorbell as usize, NOT_RUNG);
  return true;
}

function shadowAt(offset: u32): u32 {
  const pointer = translate(controller.shadowDoorbells + offset, 4, 0);
  if (pointer != 0) return atomic.load<u32>(pointer as usize);
  fatal();
  return 0;
}

/**
 * The looks that are left after one that found nothing new. Before the last, a barrier apart, EventIdx asks the host to ring from `value` on,
 * and a look after that finds what the host wrote before it could know: without it both would wait.
 */
function stillAwake(left: u32, offset: u32, value: u32): u32 {
  if (left > 1) return left - 1;
  if (controller.faults == 0 || firstStriking(FaultKind.STALE_EVENT_INDEX) < 0) askFrom(offset, value);
  return shadowAt(offset) == value ? 0 : LOOKS;
}

function askFrom(offset: u32, value: u32): void {
  const pointer = translate(controller.shadowEvents + offset, 4, 1);
  if (pointer != 0) atomic.store<u32>(pointer as usize, value);
  else fatal();
}
