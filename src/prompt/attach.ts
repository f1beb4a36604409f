// What only a prompt gives the driver's objects: the driver has no words, and no pictures.
import { draw } from "../draw/queue.ts";
import type { DrawOptions } from "../draw/rings.ts";
import { CompletionQueue } from "../nvme/completion-queue.ts";
import { SubmissionQueue } from "../nvme/submission-queue.ts";

/** Gives queues `draw()`, for this process. @param options what is drawn how when a line does not say */
export function attachDrawing(options: () => DrawOptions): void {
  for (const { prototype } of [SubmissionQueue, CompletionQueue]) {
    Object.defineProperty(prototype, "draw", {
      configurable: true,
      value(this: SubmissionQueue | CompletionQueue, own: DrawOptions = {}): string {
        return draw(this, { ...options(), ...own });
      },
    });
  }
}
