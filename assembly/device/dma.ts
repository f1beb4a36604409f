// The way to host memory: every access of the controller is checked here against the simulated
// IOMMU. An IOVA's high dword is the window's number, its low dword the pointer, so translation is
// the check.
import {
  HEAP,
  IOMMU_COUNT,
  IOMMU_ENTRIES,
  IOMMU_ENTRY_BYTES,
  IOMMU_ENTRY_LENGTH,
  IOMMU_ENTRY_POINTER,
  IOMMU_ENTRY_WINDOW,
  IOMMU_ENTRY_WRITABLE,
  IOMMU_MAX_ENTRIES,
} from "../layout.ts";
import { hasOwnAddresses, isOwn, ownPointer } from "./controller-memory.ts";

// The entry that matched last.
let hitPointer: u32 = 0;
let hitLength: u32 = 0;
let hitWindow: u32 = 0;
let hitWritable: u32 = 0;

/** Forgets the entry that matched last; to be called when the table's generation has changed. */
export function forgetTranslation(): void {
  hitLength = 0;
}

/**
 * The pointer of `length` bytes at `iova`, all of which the device may read, or write if `writes` is
 * 1. 0 is a DMA fault.
 */
@inline
export function translate(iova: u64, length: u32, writes: u32): u32 {
  const pointer = iova as u32;
  const offset = pointer - hitPointer;
  const hit =
    ((iova >> 32) as u32) == hitWindow &&
    offset < hitLength &&
    length <= hitLength - offset &&
    hitWritable >= writes;
  return hit ? pointer : search(iova, length, writes);
}

/** As `translate`, when the entry that matched last does not: the controller's own memory comes before the table. */
function search(iova: u64, length: u32, writes: u32): u32 {
  if (!hasOwnAddresses()) return searchTable(iova, length, writes);
  if (isOwn(iova, length)) return ownPointer(iova, length);
  const pointer = searchTable(iova, length, writes);
  // what would be taken without a look at the memory's own addresses
  if (isOwn(((hitWindow as u64) << 32) | hitPointer, hitLength)) forgetTranslation();
  return pointer;
}

/** Entry by entry: a range may span neighbours. */
function searchTable(iova: u64, length: u32, writes: u32): u32 {
  const window = (iova >> 32) as u32;
  const end = (iova & 0xffffffff) + length;
  let reached: u64 = iova & 0xffffffff;
  if (length == 0 || end > 0x100000000) return 0;
  while (reached < end) {
    if (!find(window, reached as u32, writes)) return 0;
    reached = (hitPointer as u64) + hitLength;
  }
  return iova as u32;
}

/** Makes the entry that covers the byte at `pointer` the one that matched last. */
function find(window: u32, pointer: u32, writes: u32): bool {
  const count = min(load<u32>(IOMMU_COUNT), IOMMU_MAX_ENTRIES as u32);
  for (let index: u32 = 0; index < count; index++) {
    const entry = (IOMMU_ENTRIES as usize) + index * IOMMU_ENTRY_BYTES;
    const first = load<u32>(entry + IOMMU_ENTRY_POINTER);
    const length = load<u32>(entry + IOMMU_ENTRY_LENGTH);
    const writable: u32 = load<u32>(entry + IOMMU_ENTRY_WRITABLE) != 0 ? 1 : 0;
    if (load<u32>(entry + IOMMU_ENTRY_WINDOW) != window) continue;
    if (pointer - first >= length || writable < writes || !sane(first, length)) continue;
    hitPointer = first;
    hitLength = length;
    hitWindow = window;
    hitWritable = writable;
    return true;
  }
  return false;
}

/** An entry outside the memory, or over the controller's own state, covers nothing. */
function sane(first: u32, length: u32): bool {
  const end = (first as u64) + length;
  return first >= (HEAP as u32) && end <= (memory.size() as u64) << 16;
}
