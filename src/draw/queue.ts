// Live queues drawn.
import { CompletionQueue } from "../nvme/completion-queue.ts";
import type { SubmissionQueue } from "../nvme/submission-queue.ts";
import { type DrawOptions, drawRings } from "./rings.ts";

/**
 * Draws a queue: a submission queue beside the completion queue that it completes into, a completion queue alone.
 * Nothing is consumed, written or rung.
 * @returns lines of text.
 * @throws PhasebitError USAGE when the queue is gone or lent.
 */
export function draw(queue: SubmissionQueue | CompletionQueue, options: DrawOptions = {}): string {
  const rings =
    queue instanceof CompletionQueue
      ? { sqs: [], cq: queue.snapshot() }
      : { sqs: [queue.snapshot()], cq: queue.cq.snapshot() };
  return drawRings(rings, options).join("\n");
}
