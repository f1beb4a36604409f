// Slots: one per command in flight. CID = generation << bits | slot, so a completion names its slot
// without a look-up, and an old or forged one is told by its generation.
import {
  SLOT_BYTES,
  SLOT_EXPECTED,
  SLOT_IDLE,
  SLOT_PRP1,
  SLOT_STATE,
} from "../layout.ts";
import { buildPrps, prpListPages } from "./prp.ts";
import { newPhase, queueId } from "./queue.ts";
import { sqhdOf } from "./sqhd.ts";
import { PAGE_BYTES } from "../spec/registers.ts";

let slots: u32 = 0;
let depth: u32 = 0;
/**
 * Covers every slot number; the table has slotMask + 1 slots, so that a masked CID never leaves it. Slot
 * slotMask itself is never used, so no CID is FFFFh, by which the Error Information log means no command.
 */
let slotMask: u32 = 0;
/** One generation, where the CID stands in SLOT_EXPECTED. 0 when the slot number fills the CID. */
let generationStep: u32 = 0;

/**
 * Takes `count` slots at `pointer`; the table is as long as the next power of two above that. The device sees slot n's
 * buffer at `buffersIova + n * stride`. PRP list pages, if buffers need any, follow each other from `lists`, which the
 * device sees at `listsIova`.
 */
export function configureSlots(
  pointer: u32,
  count: u32,
  buffersIova: u64,
  bytes: u32,
  stride: u32,
  lists: u32,
  listsIova: u64,
): void {
  const bits: u32 = 32 - clz<u32>(count);
  slots = pointer;
  depth = count;
  slotMask = ((1 as u32) << bits) - 1;
  generationStep = bits < 16 ? (0x10000 as u32) << bits : 0;
  let used: u32 = 0;
  for (let slot: u32 = 0; slot <= slotMask; slot++) {
    const at = slotAt(slot);
    store<u32>(at, queueId() | (slot << 16), SLOT_EXPECTED);
    release(at);
    if (slot >= count) continue;
    const iova = buffersIova + (slot as u64) * stride;
    buildPrps(at + SLOT_PRP1, iova, bytes, lists + used, listsIova + used);
    used += prpListPages(iova as u32, bytes) * PAGE_BYTES;
  }
}

// @ts-ignore: decorator
@inline
export function slotAt(slot: u32): u32 {
  return slots + slot * SLOT_BYTES;
}

/** The slot that a CQE's second half names, masked into the table whatever the device wrote. */
// @ts-ignore: decorator
@inline
export function slotOf(second: u64): u32 {
  return slotAt(((second >> 32) as u32) & slotMask);
}

/** SQID and CID of the slot's command, which an idle slot does not lead to. */
// @ts-ignore: decorator
@inline
export function expectedOf(slot: u32): u64 {
  return load<u64>(slot, SLOT_EXPECTED);
}

/** What `expectedOf` holds, where the second half of an entry has it. */
// @ts-ignore: decorator
@inline
export function inSecondHalf(expected: u64): u64 {
  return expected << 16;
}

/** Whether the second half of an entry is that of this lap's success of a busy slot, but for SQHD. */
// @ts-ignore: decorator
@inline
export function isSuccess(second: u64): bool {
  return second - sqhdOf(second) == (inSecondHalf(expectedOf(slotOf(second))) | newPhase());
}

/** The slot of a command, by its Command Dword 0. */
// @ts-ignore: decorator
@inline
export function slotOfCommand(cdw0: u32): u32 {
  return slotAt((cdw0 >> 16) & slotMask);
}

/** The number of the slot at `slot`. */
export function slotNumber(slot: u32): u32 {
  return (slot - slots) / SLOT_BYTES;
}

// @ts-ignore: decorator
@inline
export function slotCount(): u32 {
  return depth;
}

/** Whether the CID in a CQE's second half names a slot that exists. */
export function isInRange(second: u64): bool {
  return (((second >> 32) as u32) & slotMask) < depth;
}

// @ts-ignore: decorator
@inline
export function isIdle(slot: u32): bool {
  return load<u32>(slot, SLOT_STATE) != 0;
}

/**
 * Marks a slot busy with its next generation.
 * @param former the lower half of what `expectedOf` holds
 * @returns the new CID, in bits 31:16
 */
// @ts-ignore: decorator
@inline
export function claim(slot: u32, former: u32): u32 {
  const expected = former + generationStep;
  store<u64>(slot, expected as u64, SLOT_EXPECTED);
  return expected & 0xffff0000;
}

/** Marks a slot idle; its generation stays. No entry that leads to it has the CID that it holds then. */
export function release(slot: u32): void {
  store<u32>(slot, SLOT_IDLE as u32, SLOT_STATE);
  otherSlot(slot);
}

/** Makes an idle slot one to be claimed; a busy one is. */
export function wake(slot: u32): void {
  if (!isIdle(slot)) return;
  store<u32>(slot, 0, SLOT_STATE);
  otherSlot(slot);
}

function otherSlot(slot: u32): void {
  store<u32>(slot, load<u32>(slot, SLOT_EXPECTED) ^ 0x10000, SLOT_EXPECTED);
}
