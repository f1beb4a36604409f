// Completion queue entries (NVMe 1.4, section 4.6): how one is put together and written at the tail.
import { CQE_BYTES } from "../spec/entries.ts";
import { CompletionQueue } from "./queue-state.ts";
import { fatal } from "./controller-status.ts";
import { interruptLater } from "./interrupts.ts";
import { translate } from "./dma.ts";

/** One place always stays free, or a full queue would look empty (4.1.3). */
@inline
export function hasRoom(cq: CompletionQueue): bool {
  const next = cq.tail + 1;
  return (next == cq.entries ? 0 : next) != cq.head;
}

/** How many more entries the queue takes. */
export function freeEntries(cq: CompletionQueue): u32 {
  const used = cq.tail >= cq.head ? cq.tail - cq.head : cq.tail + cq.entries - cq.head;
  return cq.entries - 1 - used;
}

/** SQHD, SQID, CID, phase tag and status: the second half of an entry. */
@inline
export function secondHalf(
  cq: CompletionQueue,
  sqhd: u32,
  sqid: u32,
  cid: u32,
  status: u32,
): u64 {
  const low = (sqhd & 0xffff) | (sqid << 16);
  const high = (cid & 0xffff) | (((status << 1) | cq.phase) << 16);
  return (low as u64) | ((high as u64) << 32);
}

/**
 * Writes the entry at the tail and moves the tail on. The second half, which holds the phase tag, is
 * one store after the first, so that a host that sees the phase sees the whole entry.
 */
@inline
export function writeEntry(cq: CompletionQueue, first: u64, second: u64): void {
  const entry = tailEntry(cq);
  if (entry == 0) return fatal();
  store<u64>(entry, first);
  store<u64>(entry, second, 8);
  advance(cq);
}

/** Pointer of the entry at the tail, or 0 for a DMA fault. */
@inline
export function tailEntry(cq: CompletionQueue): u32 {
  const offset = cq.tail * CQE_BYTES;
  return cq.pointer != 0 ? cq.pointer + offset : translate(cq.base + offset, CQE_BYTES, 1);
}

/** The entry at the tail has been written: the phase flips when the tail wraps. */
@inline
export function advance(cq: CompletionQueue): void {
  const next = cq.tail + 1;
  if (next == cq.entries) {
    cq.tail = 0;
    cq.phase ^= 1;
  } else {
    cq.tail = next;
  }
  if (cq.interrupts != 0) {
    cq.posted++;
    interruptLater(cq);
  }
}
