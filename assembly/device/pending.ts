// What waits in the controller, for the thread that runs it: whether it may sleep, and until when.
import { BUS_MASTER } from "../layout.ts";
import { controller } from "./state.ts";
import { mayPost } from "./controller-status.ts";
import { activeCompletionQueue } from "./queues.ts";
import { firstDue, NEVER, waitingAt } from "./waiting.ts";
import { nextInterrupt } from "./coalescing.ts";

/**
 * How many completions wait for their time or for room, and how many vectors for theirs. Not those
 * for which only the host can do something: that never complete, or whose queue is stuck.
 */
export function waiting(): u32 {
  if (!isActive()) return 0;
  const completions = controller.waitingUsed - controller.waitingNever - stuckCompletions();
  return completions + controller.delayedVectors;
}

/** When the first of them is due, on BUS_NOW's scale; 0 when none is. */
export function nextDue(): u64 {
  if (!isActive()) return 0;
  const place = firstDue();
  const due = min(place == 0 ? NEVER : waitingAt(place).dueNs, nextInterrupt());
  return due == NEVER ? 0 : due;
}

/** Whether `step` posts and raises anything at all. */
function isActive(): bool {
  return load<u32>(BUS_MASTER) != 0 && controller.gone == 0 && mayPost();
}

/** Completions held for queues to which a fault lets nothing be posted any more. */
function stuckCompletions(): u32 {
  let count: u32 = 0;
  for (let index: u32 = 0; index < controller.completionQueues; index++) {
    const cq = activeCompletionQueue(index);
    if (cq.stuck != 0) count += cq.held;
  }
  return count;
}
