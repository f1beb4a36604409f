// Messages of MSI (NVMe 1.4, section 7.5.1): a vector's status is 1 while the host has not taken all of its entries, and
// its message is sent when that begins. What the host leaves behind when it takes others, or finds at the end of a mask,
// begins anew.
import { controller } from "./state.ts";
import { hasUntaken } from "./queues.ts";

/** Whether the vector's status is 1 now and was not before, which is worth a message. */
export function beginsStatus(vector: u32): bool {
  const bit: u32 = 1 << vector;
  // a queue that was to be announced again may have been emptied since
  if ((controller.announcedVectors & bit) != 0 || !hasUntaken(vector)) return false;
  controller.announcedVectors |= bit;
  return true;
}

/** Whatever is left of these vectors' entries is news once more. */
export function endStatus(bits: u32): void {
  controller.announcedVectors &= ~bits;
}

/** After the deletion of a queue with this vector: its entries count no longer. */
export function settleStatus(vector: u32): void {
  if (!hasUntaken(vector)) endStatus(1 << vector);
}
