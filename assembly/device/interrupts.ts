// Interrupts (NVMe 1.4, section 7.5): one for each completion queue with news in a step. `signal`
// is the one place they all pass, where coalescing belongs.
import { BUS_INTERRUPTS } from "../layout.ts";
import { CompletionQueue } from "./queue-state.ts";
import { controller } from "./state.ts";
import { activeCompletionQueue } from "./queues.ts";
import { interrupt } from "./imports.ts";
import { dropsInterrupt } from "./fault-entries.ts";

/**
 * MSI has at most this many messages; INTMS and INTMC mean something only for pin and MSI (3.1.3).
 */
const MSI_VECTORS: u32 = 32;

/** Notes that `cq` has something to tell. */
@inline
export function interruptLater(cq: CompletionQueue): void {
  cq.interruptDue = 1;
  controller.interruptsDue = 1;
}

/** Raises what was noted. */
export function raiseInterrupts(): void {
  controller.interruptsDue = 0;
  for (let index: u32 = 0; index < controller.completionQueues; index++) {
    const cq = activeCompletionQueue(index);
    if (cq.interruptDue != 0) signal(cq);
  }
}

/** INTMC took bits of the mask away: queues that are not empty interrupt now. */
export function unmasked(): void {
  for (let index: u32 = 0; index < controller.completionQueues; index++) {
    const cq = activeCompletionQueue(index);
    if (cq.interrupts != 0 && cq.head != cq.tail) interruptLater(cq);
  }
}

/** One interrupt of a queue, unless it is masked. */
function signal(cq: CompletionQueue): void {
  cq.interruptDue = 0;
  if (isMasked(cq.vector)) return;
  if (controller.faults != 0 && dropsInterrupt(cq)) return;
  raiseVector(cq.vector);
}

/** Sends the message and counts it. */
export function raiseVector(vector: u32): void {
  store<u64>(BUS_INTERRUPTS, load<u64>(BUS_INTERRUPTS) + 1);
  interrupt(vector);
}

function isMasked(vector: u32): bool {
  return controller.vectors <= MSI_VECTORS && ((controller.interruptMask >> vector) & 1) != 0;
}
