// Messages of MSI-X: sent at once, or pending while their vector or the whole function is masked (PCI Express Base,
// section 6.1.4).
import { BUS_INTERRUPTS } from "../layout.ts";
import { controller } from "./state.ts";
import { hasUntaken } from "./queues.ts";
import { interrupt } from "./imports.ts";
import { forgetsToSend, ignoresMask, losesPendingBit } from "./fault-controls.ts";
import { isHeld, isPending, setPending } from "./msix.ts";

/** A vector's message. */
export function sendMessage(vector: u32): void {
  if (!isHeld(vector) || (controller.faults != 0 && ignoresMask())) return raiseVector(vector);
  if (controller.faults == 0 || !losesPendingBit()) setPending(vector, true);
}

/** Sends what waited for the end of a mask. */
export function sendWaiting(): void {
  controller.messagesDue = 0;
  for (let vector: u32 = 0; vector < controller.vectors; vector++) {
    if (!isPending(vector) || isHeld(vector)) continue;
    setPending(vector, false);
    if (controller.faults == 0 || !forgetsToSend()) raiseVector(vector);
  }
}

/** The host has taken all entries of a queue: a message that waits for no other one's is needless now. */
export function withdrawMessage(vector: u32): void {
  if (isPending(vector) && !hasUntaken(vector)) setPending(vector, false);
}

/** Sends it, whatever is masked, and counts it. */
export function raiseVector(vector: u32): void {
  store<u64>(BUS_INTERRUPTS, load<u64>(BUS_INTERRUPTS) + 1);
  interrupt(vector);
}
