// The way to host memory: every access of the controller is checked here against the simulated
// IOMMU. An IOVA's high dword is the window's number, its low dword the pointer, so translation is
// the check; memory that was placed elsewhere has a table of its own, which is searched last.
import {
  BUS_NOW,
  HEAP,
  IOMMU_COUNT,
  IOMMU_ENTRIES,
  IOMMU_ENTRY_ACCESS,
  IOMMU_ENTRY_BYTES,
  IOMMU_ENTRY_LENGTH,
  IOMMU_ENTRY_POINTER,
  IOMMU_ENTRY_WINDOW,
  IOMMU_FAULT_BYTES,
  IOMMU_FAULT_ENTRIES,
  IOMMU_FAULT_IOVA,
  IOMMU_FAULT_LENGTH,
  IOMMU_FAULT_MAPPED,
  IOMMU_FAULT_TIME,
  IOMMU_FAULT_WRITES,
  IOMMU_FAULTS,
  IOMMU_FAULTS_KEPT,
  IOMMU_MAX_ENTRIES,
  IOMMU_MAX_PLACED,
  IOMMU_PLACED,
  IOMMU_PLACED_ACCESS,
  IOMMU_PLACED_BYTES,
  IOMMU_PLACED_COUNT,
  IOMMU_PLACED_IOVA,
  IOMMU_PLACED_LENGTH,
  IOMMU_PLACED_POINTER,
  IOMMU_PLACED_SECOND,
  IOMMU_PLACED_STATE,
  IOMMU_PLACED_STRIDE,
} from "../layout.ts";
import { hasOwnAddresses, isOwn, ownPointer } from "./controller-memory.ts";
import { controller } from "./state.ts";

// The entry that matched last.
let hitPointer: u32 = 0;
let hitLength: u32 = 0;
let hitWindow: u32 = 0;
/** Some of DmaAccess. */
let hitAccess: u32 = 0;

/** Whether `access`, some of DmaAccess, allows a read, or a write if `writes` is 1. */
@inline
function allows(access: u32, writes: u32): bool {
  return ((access >> writes) & 1) != 0;
}

/** Forgets the entry that matched last; to be called when the table's generation has changed. */
export function forgetTranslation(): void {
  hitLength = 0;
}

/** Whether the entry that matched last allows this too. */
@inline
function hits(iova: u64, length: u32, writes: u32): bool {
  const offset = (iova as u32) - hitPointer;
  return (
    ((iova >> 32) as u32) == hitWindow &&
    offset < hitLength &&
    length <= hitLength - offset &&
    allows(hitAccess, writes)
  );
}

/**
 * The pointer of `length` bytes at `iova`, all of which the device may read, or write if `writes` is
 * 1. 0 is a DMA fault.
 */
@inline
export function translate(iova: u64, length: u32, writes: u32): u32 {
  return hits(iova, length, writes) ? (iova as u32) : search(iova, length, writes);
}

/**
 * As `translate`, for what a command's pointers lead to: where the host answers page faults, what leads nowhere is no fault
 * yet. The command, which must end with DATA_TRANSFER_ERROR, may ask (page-requests.ts).
 */
@inline
export function translateForCommand(iova: u64, length: u32, writes: u32): u32 {
  return hits(iova, length, writes) ? (iova as u32) : searchForCommand(iova, length, writes);
}

// The access of a command that led nowhere; `missedLength` is 0 when there is none.
export let missedIova: u64 = 0;
export let missedLength: u32 = 0;
export let missedWrites: u32 = 0;

function searchForCommand(iova: u64, length: u32, writes: u32): u32 {
  if (controller.answering == 0) return search(iova, length, writes);
  const pointer = lookUp(iova, length, writes);
  if (pointer != 0) return pointer;
  missedIova = iova;
  missedLength = length;
  missedWrites = writes;
  return 0;
}

export function forgetMiss(): void {
  missedLength = 0;
}

/** As `translate`, for what is only to be remembered: nothing is accessed, so nothing is a fault. */
export function lookUp(iova: u64, length: u32, writes: u32): u32 {
  if (!hasOwnAddresses()) return searchTables(iova, length, writes);
  if (isOwn(iova, length)) return ownPointer(iova, length);
  const pointer = searchTables(iova, length, writes);
  // what would be taken without a look at the memory's own addresses
  if (isOwn(((hitWindow as u64) << 32) | hitPointer, hitLength)) forgetTranslation();
  return pointer;
}

/** As `translate`, when the entry that matched last does not: the controller's own memory comes before the table. */
function search(iova: u64, length: u32, writes: u32): u32 {
  const pointer = lookUp(iova, length, writes);
  if (pointer == 0) noteFault(iova, length, writes);
  return pointer;
}

function searchTables(iova: u64, length: u32, writes: u32): u32 {
  const pointer = searchTable(iova, length, writes);
  return pointer != 0 ? pointer : searchPlaced(iova, length, writes);
}

/** Memory that lies elsewhere than its pointer says is looked for each time: all of the access in one entry. */
function searchPlaced(iova: u64, length: u32, writes: u32): u32 {
  let state: u32 = 0;
  let pointer: u32 = 0;
  do {
    state = atomic.load<u32>(IOMMU_PLACED_STATE);
    pointer = searchPlacedTable(state, iova, length, writes);
    // another state: the table may have been written meanwhile
  } while (atomic.load<u32>(IOMMU_PLACED_STATE) != state);
  return pointer;
}

@inline
function searchPlacedTable(state: u32, iova: u64, length: u32, writes: u32): u32 {
  let left = min(state & IOMMU_PLACED_COUNT, IOMMU_MAX_PLACED as u32);
  if (left == 0 || length == 0) return 0;
  let entry: usize = IOMMU_PLACED;
  if ((state & IOMMU_PLACED_SECOND) != 0) entry += IOMMU_PLACED_STRIDE;
  // the last entry that begins at or before the address, or the first one
  while (left > 1) {
    const half = left >> 1;
    const middle = entry + half * IOMMU_PLACED_BYTES;
    if (load<u64>(middle + IOMMU_PLACED_IOVA) <= iova) entry = middle;
    left -= half;
  }
  const first = load<u32>(entry + IOMMU_PLACED_POINTER);
  const bytes = load<u32>(entry + IOMMU_PLACED_LENGTH);
  const offset = iova - load<u64>(entry + IOMMU_PLACED_IOVA);
  if (offset >= bytes || length > bytes - (offset as u32)) return 0;
  if (!allows(load<u32>(entry + IOMMU_PLACED_ACCESS), writes) || !sane(first, bytes)) return 0;
  return first + (offset as u32);
}

/** Keeps a refused access for the host to read: the entry first, then the count. */
export function noteFault(iova: u64, length: u32, writes: u32): void {
  const count = load<u32>(IOMMU_FAULTS);
  const entry =
    (IOMMU_FAULT_ENTRIES as usize) + (count % IOMMU_FAULTS_KEPT) * IOMMU_FAULT_BYTES;
  store<u64>(entry + IOMMU_FAULT_IOVA, iova);
  store<u64>(entry + IOMMU_FAULT_TIME, load<u64>(BUS_NOW));
  store<u32>(entry + IOMMU_FAULT_LENGTH, length);
  store<u32>(entry + IOMMU_FAULT_WRITES, writes);
  // 1 for the other direction: it is the direction then, and not the address, that was wrong
  store<u32>(entry + IOMMU_FAULT_MAPPED, lookUp(iova, length, 1 - writes) != 0 ? 1 : 0);
  atomic.store<u32>(IOMMU_FAULTS, count + 1);
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
    const access = load<u32>(entry + IOMMU_ENTRY_ACCESS);
    if (load<u32>(entry + IOMMU_ENTRY_WINDOW) != window) continue;
    if (pointer - first >= length || !allows(access, writes) || !sane(first, length)) continue;
    hitPointer = first;
    hitLength = length;
    hitWindow = window;
    hitAccess = access;
    return true;
  }
  return false;
}

/** An entry outside the memory, or over the controller's own state, covers nothing. */
function sane(first: u32, length: u32): bool {
  const end = (first as u64) + length;
  return first >= (HEAP as u32) && end <= (memory.size() as u64) << 16;
}
