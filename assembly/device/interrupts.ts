// Interrupts (NVMe 1.4, section 7.5): one for each completion queue with news in a step, or later, when
// coalescing says so.
import { CompletionQueue } from "./queue-state.ts";
import { controller } from "./state.ts";
import { activeCompletionQueue } from "./queues.ts";
import { endDelay, isDelayed, isOverdue } from "./coalescing.ts";
import { dropsInterrupt } from "./fault-controls.ts";
import { beginsStatus, endStatus } from "./msi.ts";
import { raiseVector, sendMessage, sendWaiting, withdrawMessage } from "./messages.ts";
import { assertPin, pulsePin, settlePin } from "./pin.ts";
import { isIn, isVectorMasked, usesMsi, usesMsix, usesPin } from "./vectors.ts";

/** Notes that `cq` has something to tell. */
@inline
export function interruptLater(cq: CompletionQueue): void {
  cq.interruptDue = 1;
  controller.interruptsDue = 1;
}

/** Raises what was noted, and what has been delayed for long enough. */
export function raiseInterrupts(): void {
  controller.interruptsDue = 0;
  for (let index: u32 = 0; index < controller.completionQueues; index++) {
    const cq = activeCompletionQueue(index);
    if (cq.interruptDue != 0) consider(cq);
  }
  if (controller.delayedVectors != 0) raiseDelayed();
  if (controller.messagesDue != 0) sendWaiting();
}

/** INTMC took these bits out of the mask: queues of their vectors that are not empty interrupt now (7.5.1). */
export function unmasked(bits: u32): void {
  if (usesMsix()) return;
  endStatus(bits);
  for (let index: u32 = 0; index < controller.completionQueues; index++) {
    const cq = activeCompletionQueue(index);
    if (!isIn(bits, cq.vector) || !isUnacknowledged(cq)) continue;
    cq.urgent = 1;
    interruptLater(cq);
  }
}

/**
 * The host has taken entries. Where it left others the pin stays active, and MSI sends another message, for other queues
 * of the vector too (7.5.1); MSI-X has sent one for them already.
 */
export function acknowledged(cq: CompletionQueue): void {
  if (cq.interrupts == 0) return;
  // whatever kind there is now: the next may be MSI again
  endStatus(1 << cq.vector);
  if (usesMsix()) {
    if (cq.head == cq.tail) withdrawMessage(cq.vector);
  } else if (!usesPin()) {
    announceAgain(cq.vector);
  } else if (cq.head != cq.tail) {
    interruptLater(cq);
  } else {
    settlePin();
  }
}

/** MSI: one message for all that the host has left of the vector's entries. */
function announceAgain(vector: u32): void {
  for (let index: u32 = 0; index < controller.completionQueues; index++) {
    const cq = activeCompletionQueue(index);
    if (cq.vector == vector && isUnacknowledged(cq)) return interruptLater(cq);
  }
}

/** An interrupt of `cq` that has no reason. */
export function interruptForNothing(cq: CompletionQueue): void {
  if (usesPin()) pulsePin();
  else raiseVector(cq.vector);
}

@inline
function isUnacknowledged(cq: CompletionQueue): bool {
  return cq.interrupts != 0 && cq.head != cq.tail;
}

/** The queue has news: an interrupt now, or later. */
function consider(cq: CompletionQueue): void {
  const delayed = isDelayed(cq, cq.posted);
  cq.interruptDue = 0;
  cq.posted = 0;
  cq.urgent = 0;
  if (!delayed) signal(cq);
}

/** The host may have taken the entries without their interrupt: then it needs none any more. */
function raiseDelayed(): void {
  for (let index: u32 = 0; index < controller.completionQueues; index++) {
    const cq = activeCompletionQueue(index);
    if (cq.interrupts == 0 || cq.head == cq.tail || !isOverdue(cq.vector)) continue;
    signal(cq);
  }
  for (let index: u32 = 0; index < controller.completionQueues; index++) {
    const cq = activeCompletionQueue(index);
    if (cq.interrupts != 0 && isOverdue(cq.vector)) endDelay(cq.vector);
  }
}

/** One interrupt of a queue, unless it is masked, or MSI's message for it has been sent and not been answered yet. */
function signal(cq: CompletionQueue): void {
  endDelay(cq.vector);
  if (isVectorMasked(cq.vector)) return;
  if (usesMsi() && !beginsStatus(cq.vector)) return;
  if (controller.faults != 0 && dropsInterrupt(cq)) return;
  if (usesMsix()) sendMessage(cq.vector);
  else if (usesPin()) assertPin();
  else raiseVector(cq.vector);
}
