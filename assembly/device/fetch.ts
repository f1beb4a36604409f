// Fetching commands: round robin over the submission queues that exist, Arbitration
// Burst commands from each (NVMe 1.4, sections 4.13 and 7.2).
import { SQE_BYTES } from "../spec/entries.ts";
import { SubmissionQueue } from "./queue-state.ts";
import { command, controller, MAX_WAITING, NO_LOCATION } from "./state.ts";
import { fatal, isFatal } from "./controller-status.ts";
import { activeSubmissionQueue, completionQueueOf } from "./queues.ts";
import { execute } from "./execute.ts";
import { tailWritten } from "./doorbells.ts";
import { isShadowed, shadowedTail } from "./shadow.ts";
import { stampFetched } from "./stamps.ts";
import { translate } from "./dma.ts";
import { isRefused, isWaiting, settled } from "./page-requests.ts";
import { clock } from "./imports.ts";

/** A queue whose completion queue holds this many is not fetched from. */
const HELD_LIMIT: u32 = 64;
/** Waiting places that I/O commands leave to admin commands and events. */
const ADMIN_RESERVE: u32 = 64;
/** Places that admin commands leave to events. */
const LAST_PLACES: u32 = 8;

/**
 * One round over all submission queues; returns how many commands were executed. When the places to wait in were used up
 * before a queue had its turn, the next round begins with it.
 */
export function fetchAll(): u32 {
  let work: u32 = 0;
  const count = controller.submissionQueues;
  let index = controller.firstTurn < count ? controller.firstTurn : 0;
  controller.firstTurn = 0;
  for (let turn: u32 = 0; turn < count && index < controller.submissionQueues; turn++) {
    const sq = activeSubmissionQueue(index);
    const value = isShadowed(sq.qid) ? shadowedTail(sq) : load<u32>(sq.doorbell as usize);
    if (value != sq.seen) tailWritten(sq, value);
    if (sq.head != sq.tail) {
      if (controller.firstTurn == 0 && isOutOfPlaces(sq)) controller.firstTurn = index;
      work += fetchFrom(sq);
    }
    index = index + 1 < count ? index + 1 : 0;
  }
  return work;
}

/** One queue's turn. What takes time takes it from now on: the last reading is older than these commands. */
function fetchFrom(sq: SubmissionQueue): u32 {
  if (controller.detour != 0) {
    clock();
    if ((controller.answering | controller.asked) != 0) return fetchOne(sq);
  }
  const budget = budgetOf(sq);
  let work: u32 = 0;
  while (work < budget && sq.head != sq.tail && !isFatal()) {
    const entry = headEntry(sq);
    if (entry == 0) {
      fatal();
      break;
    }
    take(sq, entry);
    execute(sq);
    work++;
  }
  return work;
}

/**
 * The turn of a queue while the host answers page faults: one command, which goes back into the queue when it has to wait for
 * an answer, and begins anew then.
 */
function fetchOne(sq: SubmissionQueue): u32 {
  if (budgetOf(sq) == 0 || isWaiting(sq)) return 0;
  const entry = headEntry(sq);
  if (entry == 0) {
    fatal();
    return 0;
  }
  const answering = controller.answering;
  // what was refused is not asked for again: this time it is a fault
  if (isRefused(sq)) controller.answering = 0;
  settled(sq);
  take(sq, entry);
  execute(sq);
  controller.answering = answering;
  return 1;
}

/** The entry at the head is the command to be executed. */
@inline
function take(sq: SubmissionQueue, entry: u32): void {
  copyCommand(entry);
  command.isInBuffer = sq.isInBuffer;
  if (controller.stamping != 0) stampFetched(sq, command.cid);
  const next = sq.head + 1;
  sq.head = next == sq.entries ? 0 : next;
}

/** How many commands may be fetched: each may need a place to wait in. */
function budgetOf(sq: SubmissionQueue): u32 {
  if (completionQueueOf(sq).held >= HELD_LIMIT || isOutOfPlaces(sq)) return 0;
  return min(controller.burst, placesFor(sq) - controller.waitingUsed);
}

/** Whether so many completions wait that no command of `sq` may be fetched. */
function isOutOfPlaces(sq: SubmissionQueue): bool {
  return controller.waitingUsed >= placesFor(sq);
}

function placesFor(sq: SubmissionQueue): u32 {
  return MAX_WAITING - (sq.qid == 0 ? LAST_PLACES : ADMIN_RESERVE);
}

/** Takes the command out of host memory, once, and clears what a command may return. */
@inline
function copyCommand(entry: u32): void {
  const place = changetype<usize>(command);
  store<u64>(place, load<u64>(entry));
  store<u64>(place, load<u64>(entry, 8), 8);
  store<u64>(place, load<u64>(entry, 16), 16);
  store<u64>(place, load<u64>(entry, 24), 24);
  store<u64>(place, load<u64>(entry, 32), 32);
  store<u64>(place, load<u64>(entry, 40), 40);
  store<u64>(place, load<u64>(entry, 48), 48);
  store<u64>(place, load<u64>(entry, 56), 56);
  command.dw0 = 0;
  command.location = NO_LOCATION;
  command.lba = 0;
}

/** Pointer of the entry at the head, or 0 for a DMA fault. */
@inline
function headEntry(sq: SubmissionQueue): u32 {
  const offset = sq.head * SQE_BYTES;
  return sq.pointer != 0 ? sq.pointer + offset : translate(sq.base + offset, SQE_BYTES, 0);
}
