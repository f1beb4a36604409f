// How a workload wants to learn of completions; what that comes to on a given device is run/vectors.ts.
import type { CompletionMode, InterruptChoice } from "./workload-options.ts";

/** The completion part of a workload. */
export interface Completion {
  readonly mode: CompletionMode;
  readonly irq: InterruptChoice;
  /** `hybrid`: how long it looks before it blocks. */
  readonly spinNs: number;
  /** Longest wait for an interrupt, after which the completion queue is looked at anyway. */
  readonly deadlineMs: number;
}

/** Whether queues of this mode are created with interrupts. */
export function needsInterrupts(mode: CompletionMode): boolean {
  return mode !== "poll" && mode !== "lhp";
}
