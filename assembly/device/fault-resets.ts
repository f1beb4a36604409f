// Faults of resets: what should be gone afterwards and is not.
import { CQE_BYTES } from "../spec/entries.ts";
import { controller } from "./state.ts";
import { translate } from "./dma.ts";
import { firstStriking } from "./fault-strikes.ts";
import { FaultKind } from "./options.ts";
import { completionQueueOf, submissionQueueAt } from "./queues.ts";
import { firstDue, waitingAt } from "./waiting.ts";

/** Whether a reset of the subsystem, the function or the link is to do nothing this time. */
export function resetIsIgnored(): bool {
  return firstStriking(FaultKind.RESET_IGNORED) >= 0;
}

/** Whether NSSRO is to stay 0 this time. */
export function nssroIsLost(): bool {
  return firstStriking(FaultKind.NSSRO_LOST) >= 0;
}

/** Whether features are to keep their values this time. */
export function featuresAreKept(): bool {
  return firstStriking(FaultKind.FEATURES_KEPT) >= 0;
}

/** Before a reset: remembers where the first command in flight would complete, if it is to. */
export function rememberOneInFlight(): void {
  const place = firstDue();
  if (place == 0 || firstStriking(FaultKind.LATE_COMPLETION) < 0) return;
  const completion = waitingAt(place);
  const sq = submissionQueueAt(completion.sqid);
  const cq = completionQueueOf(sq);
  const low = (sq.head & 0xffff) | ((completion.sqid as u32) << 16);
  const high = (completion.cid as u32) | (cq.phase << 16);
  controller.lateEntry = cq.base + cq.tail * CQE_BYTES;
  controller.lateHalf = (low as u64) | ((high as u64) << 32);
}

/** Once the controller is enabled again: completes it. */
export function completeLate(): void {
  if (controller.lateEntry == 0) return;
  const pointer = translate(controller.lateEntry, CQE_BYTES, 1);
  controller.lateEntry = 0;
  if (pointer != 0) store<u64>(pointer, controller.lateHalf, 8);
}
