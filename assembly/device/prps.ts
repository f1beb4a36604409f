// The walk along a command's PRP entries (NVMe 1.4, section 4.3). Entries are the host's: each is checked whenever it is
// read, and the walk ends with the data, not with the list.
import { PAGE_BYTES } from "../spec/registers.ts";
import { Status } from "../spec/status.ts";
import { command } from "./state.ts";
import { hasOwnAddresses } from "./controller-memory.ts";
import { translateForCommand } from "./dma.ts";
import { begin, checkList, continueFrom, movePiece, Movement, wrong } from "./pieces.ts";

/** A PRP list's entries are 8 bytes. */
const PRP_BYTES: u32 = 8;
const OFFSET_MASK: u64 = PAGE_BYTES - 1;
/** Byte offsets of DPTR's halves in the SQE, for the error log. */
const PRP1_LOCATION: u32 = 24;
const PRP2_LOCATION: u32 = 32;

/** How many bytes PRP1 may stand for. */
@inline
export function firstPiece(): u64 {
  return PAGE_BYTES - (command.prp1 & OFFSET_MASK);
}

/** Goes along the PRP entries once. */
export function walkPrps(how: Movement, bytes: u64, pointer: u32, present: u64): u32 {
  const prp1 = command.prp1;
  const first = firstPiece();
  begin(how, pointer, present, PRP1_LOCATION);
  if ((prp1 & 3) != 0) return wrong(PRP1_LOCATION, Status.PRP_OFFSET_INVALID);
  if (bytes <= first) return movePiece(prp1, bytes as u32);
  const status = movePiece(prp1, first as u32);
  if (status != 0) return status;
  const left = bytes - first;
  return left <= (PAGE_BYTES as u64) ? secondPage(left as u32) : list(left);
}

/** Data that ends in the second page: PRP2 is that page. */
function secondPage(bytes: u32): u32 {
  const prp2 = command.prp2;
  continueFrom(PRP2_LOCATION);
  if ((prp2 & OFFSET_MASK) != 0) return wrong(PRP2_LOCATION, Status.PRP_OFFSET_INVALID);
  return movePiece(prp2, bytes);
}

/**
 * More than two pages: PRP2 points to the list's first entry. The last entry of a list page points to
 * the next list page, unless it is the last of the data.
 */
function list(bytes: u64): u32 {
  let iova = command.prp2;
  let left = bytes;
  continueFrom(PRP2_LOCATION);
  if ((iova & (PRP_BYTES - 1)) != 0) return wrong(PRP2_LOCATION, Status.PRP_OFFSET_INVALID);
  while (true) {
    const entries = (PAGE_BYTES - (iova & OFFSET_MASK)) / PRP_BYTES;
    const pages = (left + OFFSET_MASK) / PAGE_BYTES;
    const length = min(entries, pages) as u32 * PRP_BYTES;
    const misuse = hasOwnAddresses() ? checkList(iova, length) : 0;
    if (misuse != 0) return wrong(PRP2_LOCATION, misuse);
    const pointer = translateForCommand(iova, length, 0);
    if (pointer == 0) return wrong(PRP2_LOCATION, Status.DATA_TRANSFER_ERROR);
    const data = pages <= entries ? pages : entries - 1;
    const status = moveList(pointer, data as u32, left);
    if (status != 0) return status;
    if (pages <= entries) return Status.SUCCESS;
    left -= data * PAGE_BYTES;
    iova = load<u64>(pointer + (data as u32) * PRP_BYTES);
    if ((iova & OFFSET_MASK) != 0) return wrong(PRP2_LOCATION, Status.PRP_OFFSET_INVALID);
  }
}

/** The data of `entries` entries of a list, of which `bytes` are left. */
function moveList(pointer: u32, entries: u32, bytes: u64): u32 {
  let left = bytes;
  for (let index: u32 = 0; index < entries; index++) {
    const prp = load<u64>(pointer + index * PRP_BYTES);
    if ((prp & OFFSET_MASK) != 0) return wrong(PRP2_LOCATION, Status.PRP_OFFSET_INVALID);
    const piece = min(left, PAGE_BYTES as u64);
    const status = movePiece(prp, piece as u32);
    if (status != 0) return status;
    left -= piece;
  }
  return Status.SUCCESS;
}
