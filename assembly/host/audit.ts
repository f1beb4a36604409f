// Waiting for an interrupt, and the account of interrupts that every run keeps. A wait has a deadline; a
// completion found at the deadline without its interrupt is a lost interrupt. A wake-up without a completion
// is spurious, unless completions that were reaped before it explain its interrupt: each completion may have
// raised one.
import {
  BLOCK_INTERRUPTS,
  BLOCK_LATE,
  BLOCK_LOST,
  BLOCK_SPURIOUS,
  BLOCK_WAIT_COUNT,
  BLOCK_WAIT_UNTIL,
  BLOCK_WAKEUPS,
} from "../layout.ts";
import { block } from "./imports.ts";
import { isNew, secondHalf } from "./queue.ts";
import { acceptClock, time } from "./time.ts";

/** An interrupt may follow its completion entry by this much before it counts as lost. */
const GRACE_NS: u64 = 1_000_000;

let place: u32 = 0;
let deadlineNs: u64 = 0;
/** Other queues raise the same vector: a wake-up for them is nobody's fault. */
let isShared: bool = false;
/** No wait goes on after this: what then is still to come is drained. */
let endNs: u64 = u64.MAX_VALUE;

/** An interrupt ended the last wait, and nothing has been found since. */
let isWoken: bool = false;
/** Completions reaped, less interrupts taken or lost: so many interrupts may still be on their way. */
let credit: i64 = 0;

let interrupts: u64 = 0;
let wakeups: u64 = 0;
let spurious: u64 = 0;
let late: u64 = 0;
let lost: u64 = 0;

/** @param deadline longest wait in ns, after which the completion queue is looked at anyway */
export function configureAudit(controlBlock: u32, deadline: u64, shared: bool): void {
  place = controlBlock;
  deadlineNs = deadline;
  isShared = shared;
  isWoken = false;
  credit = 0;
  endNs = u64.MAX_VALUE;
  resetAudit();
}

/** Lets no wait last longer than until `ns`. */
export function endWaitsAt(ns: u64): void {
  endNs = ns;
}

// @ts-ignore: decorator
@inline
export function waitsEnd(): u64 {
  return endNs;
}

/** Counts from here on. */
export function resetAudit(): void {
  interrupts = 0;
  wakeups = 0;
  spurious = 0;
  late = 0;
  lost = 0;
}

/** Waits for an interrupt, at most until the deadline. */
export function awaitInterrupt(): void {
  if (isWoken) judgeEmptyWakeup();
  const deadline = time() + deadlineNs;
  const count = blockUntil(min<u64>(deadline, endNs));
  isWoken = count != 0;
  if (isWoken) wakeups++;
  // the interrupt still has time
  else if (endNs < deadline) return;
  // Before anything new is submitted: an interrupt that comes now can only be the missing one.
  else if (isNew(secondHalf()) && blockUntil(time() + GRACE_NS) == 0) countLost();
}

/** Takes the interrupts that have come, without waiting. */
export function takeInterrupts(): void {
  blockUntil(0);
}

/** The loop found `reaped` completions. */
export function foundAfterWait(reaped: u32): void {
  credit = max<i64>(credit + reaped, 0);
  isWoken = false;
}

/** Stores the account in the control block. */
export function publishAudit(controlBlock: u32): void {
  store<u64>(controlBlock, interrupts, BLOCK_INTERRUPTS);
  store<u64>(controlBlock, wakeups, BLOCK_WAKEUPS);
  store<u64>(controlBlock, spurious, BLOCK_SPURIOUS);
  store<u64>(controlBlock, late, BLOCK_LATE);
  store<u64>(controlBlock, lost, BLOCK_LOST);
}

/** The interrupt of the completion that is about to be reaped will not come any more. */
function countLost(): void {
  lost++;
  credit--;
}

function judgeEmptyWakeup(): void {
  if (credit >= 0 || isShared) {
    late++;
    return;
  }
  spurious++;
  credit = 0;
}

/** @returns interrupts taken. */
function blockUntil(until: u64): u64 {
  store<u64>(place, until, BLOCK_WAIT_UNTIL);
  block();
  acceptClock();
  const count = load<u64>(place, BLOCK_WAIT_COUNT);
  interrupts += count;
  credit -= count;
  return count;
}
