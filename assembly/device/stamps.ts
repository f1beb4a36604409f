// Stamps, while a host measures stages: when the device read a command and when it posted its
// completion, each by a reading of the clock at that moment. They are the host's own memory, outside
// what is mapped for DMA, and so no part of what a controller is.
//
// The host sets BUS_STAMPS before it first rings the queue, or makes any register access afterwards. It
// does the same to take them away, or deletes the queue, before the memory is used for something else.
import {
  BUS_NOW,
  BUS_STAMPS,
  BUS_STAMPS_QUEUES,
  HEAP,
  STAGE_FETCHED,
  STAGE_POSTED,
  STAMP_BYTES,
} from "../layout.ts";
import { SubmissionQueue } from "./queue-state.ts";
import { controller } from "./state.ts";
import { activeSubmissionQueue } from "./queues.ts";
import { clock } from "./imports.ts";

const ENTRY_BYTES: usize = 8;
const ENTRY_MASK: usize = 4;
const CID_MASK: u32 = 0xffff;

/** Looks up which queues have stamps now. */
export function acceptStamps(): void {
  controller.stamping = 0;
  for (let index: u32 = 0; index < controller.submissionQueues; index++) {
    acceptStampsOf(activeSubmissionQueue(index));
  }
}

/** Looks up whether the queue has stamps now. */
export function acceptStampsOf(sq: SubmissionQueue): void {
  sq.stamps = 0;
  if (sq.qid == 0 || sq.qid > (BUS_STAMPS_QUEUES as u32)) return;
  const entry = (BUS_STAMPS as usize) + ((sq.qid - 1) as usize) * ENTRY_BYTES;
  const pointer = load<u32>(entry);
  const mask = load<u32>(entry, ENTRY_MASK) & CID_MASK;
  if (pointer == 0 || !isOutside(pointer, mask)) return;
  sq.stamps = pointer;
  sq.stampsMask = mask;
  controller.stamping = 1;
}

/** The command with this CID has been read. */
export function stampFetched(sq: SubmissionQueue, cid: u32): void {
  if (sq.stamps != 0) stamp(sq, cid, STAGE_FETCHED);
}

/** The entry for this CID is about to be posted: a host that sees its phase tag sees this. */
export function stampPosted(sq: SubmissionQueue, cid: u32): void {
  if (sq.stamps != 0) stamp(sq, cid, STAGE_POSTED);
}

function stamp(sq: SubmissionQueue, cid: u32, stage: usize): void {
  clock();
  const place = (sq.stamps as usize) + ((cid & sq.stampsMask) as usize) * STAMP_BYTES;
  store<u64>(place + stage, load<u64>(BUS_NOW));
}

/** Whether `mask` + 1 stamps lie in the memory, beyond the bus and this controller's state. */
function isOutside(pointer: u32, mask: u32): bool {
  const end = (pointer as u64) + ((mask as u64) + 1) * STAMP_BYTES;
  return pointer >= (HEAP as u32) && end <= (memory.size() as u64) << 16;
}
