// A command's data: the walk along its PRP entries (NVMe 1.4, section 4.3) and what happens to each
// piece. Entries are the host's: each is checked whenever it is read, and the walk ends with the
// data, not with the list.
import { PAGE_BYTES } from "../spec/registers.ts";
import { Status } from "../spec/status.ts";
import { readable, willWrite, withinPage } from "./blank.ts";
import { command, controller } from "./state.ts";
import { checkUse, hasOwnAddresses, isInBuffer, Use } from "./controller-memory.ts";
import { translate } from "./dma.ts";

/** What is done with the data. */
export enum Movement {
  /** Written to host memory. Past the end of the device's copy the host gets zeroes. */
  TO_HOST = 0,
  /** Read from host memory. */
  FROM_HOST = 1,
  /** Read from host memory and compared with the device's copy. */
  COMPARE = 2,
  /** Nothing, but addresses are checked as for TO_HOST. */
  CHECK_TO_HOST = 3,
  /** Nothing, but addresses are checked as for FROM_HOST. */
  CHECK_FROM_HOST = 4,
}

/** A PRP list's entries are 8 bytes. */
const PRP_BYTES: u32 = 8;
const OFFSET_MASK: u64 = PAGE_BYTES - 1;
/** Byte offsets of DPTR's halves in the SQE, for the error log. */
const PRP1_LOCATION: u32 = 24;
const PRP2_LOCATION: u32 = 32;

// The transfer under way.
let movement: u32 = 0;
/** 1 when it writes to host memory. */
let writes: u32 = 0;
/** Where in the SQE the entry of the piece under way comes from. */
let entryLocation: u32 = 0;
/** 1 when the first piece of data, and the first page of the list, lies in the Controller Memory Buffer; 2 before. */
let dataSide: u32 = 0;
let listSide: u32 = 0;
const NO_SIDE: u32 = 2;
/** The first byte of the device's copy that a comparison found different. */
export let differsAt: u32 = 0;
/** Next byte of the device's copy, and how many there are still. */
let place: u32 = 0;
let available: u64 = 0;

/**
 * Moves `bytes` between the memory that the command's PRP entries describe and the device's copy at
 * `pointer`, which has `present` bytes. Returns a status. What comes from the host comes whole or not
 * at all: an entry that leads nowhere is found before the first byte is written.
 */
export function transfer(how: Movement, bytes: u64, pointer: u32, present: u64): u32 {
  if (how == Movement.FROM_HOST && bytes > firstPiece()) {
    const status = walk(Movement.CHECK_FROM_HOST, bytes, pointer, present);
    if (status != 0) return status;
  }
  return walk(how, bytes, pointer, present);
}

/** How many bytes PRP1 may stand for. */
@inline
function firstPiece(): u64 {
  return PAGE_BYTES - (command.prp1 & OFFSET_MASK);
}

/** Goes along the PRP entries once. */
function walk(how: Movement, bytes: u64, pointer: u32, present: u64): u32 {
  const prp1 = command.prp1;
  const first = firstPiece();
  begin(how, pointer, present);
  if ((prp1 & 3) != 0) return wrong(PRP1_LOCATION, Status.PRP_OFFSET_INVALID);
  if (bytes <= first) return movePiece(prp1, bytes as u32);
  const status = movePiece(prp1, first as u32);
  if (status != 0) return status;
  const left = bytes - first;
  return left <= (PAGE_BYTES as u64) ? secondPage(left as u32) : list(left);
}

@inline
function begin(how: u32, pointer: u32, present: u64): void {
  movement = how;
  writes = how == (Movement.TO_HOST as u32) || how == (Movement.CHECK_TO_HOST as u32) ? 1 : 0;
  place = pointer;
  available = present;
  entryLocation = PRP1_LOCATION;
  dataSide = NO_SIDE;
  listSide = NO_SIDE;
}

/** Data that ends in the second page: PRP2 is that page. */
function secondPage(bytes: u32): u32 {
  const prp2 = command.prp2;
  entryLocation = PRP2_LOCATION;
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
  entryLocation = PRP2_LOCATION;
  if ((iova & (PRP_BYTES - 1)) != 0) return wrong(PRP2_LOCATION, Status.PRP_OFFSET_INVALID);
  while (true) {
    const entries = (PAGE_BYTES - (iova & OFFSET_MASK)) / PRP_BYTES;
    const pages = (left + OFFSET_MASK) / PAGE_BYTES;
    const length = min(entries, pages) as u32 * PRP_BYTES;
    const misuse = hasOwnAddresses() ? checkList(iova, length) : 0;
    if (misuse != 0) return wrong(PRP2_LOCATION, misuse);
    const pointer = translate(iova, length, 0);
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

/** A list may lie in the buffer, wholly or not at all, and only with its command, unless CMBLOC says more (4.7). */
function checkList(iova: u64, bytes: u32): u32 {
  const status = checkUse(iova, bytes, Use.LIST);
  if (status != 0 || controller.cmbMixes != 0) return status;
  const side: u32 = isInBuffer(iova, bytes) ? 1 : 0;
  if (listSide == NO_SIDE) listSide = side;
  if (side != listSide || side > command.isInBuffer) return Status.INVALID_USE_OF_CMB;
  return 0;
}

/** So may data, wholly or not at all. */
function checkData(iova: u64, bytes: u32): u32 {
  const status = checkUse(iova, bytes, writes != 0 ? Use.READ_DATA : Use.WRITE_DATA);
  if (status != 0 || controller.cmbMixes != 0) return status;
  const side: u32 = isInBuffer(iova, bytes) ? 1 : 0;
  if (dataSide == NO_SIDE) dataSide = side;
  return side == dataSide ? 0 : (Status.INVALID_USE_OF_CMB as u32);
}

/** The data inside one page. */
@inline
function movePiece(iova: u64, bytes: u32): u32 {
  const misuse = hasOwnAddresses() ? checkData(iova, bytes) : 0;
  if (misuse != 0) return wrong(entryLocation, misuse);
  const pointer = translate(iova, bytes, writes);
  if (pointer == 0) return wrong(entryLocation, Status.DATA_TRANSFER_ERROR);
  if (movement >= (Movement.CHECK_TO_HOST as u32)) return Status.SUCCESS;
  return moveBytes(pointer, bytes);
}

function moveBytes(pointer: u32, bytes: u32): u32 {
  const present = min(available, bytes as u64) as u32;
  if (movement == (Movement.TO_HOST as u32)) {
    copyOut(pointer, present);
    if (present < bytes) memory.fill(pointer + present, 0, bytes - present);
  } else if (movement == (Movement.FROM_HOST as u32)) {
    willWrite(place, present);
    memory.copy(place, pointer, present);
  } else if (differs(pointer, present)) {
    differsAt = place + countSame(pointer, present);
    return Status.COMPARE_FAILURE;
  }
  place += present;
  available -= present;
  return Status.SUCCESS;
}

/** Copies from the device's page, and from the next one where a piece reaches into it. */
@inline
function copyOut(pointer: u32, bytes: u32): void {
  const part = withinPage(place, bytes);
  memory.copy(pointer, readable(place), part);
  if (part < bytes) memory.copy(pointer + part, readable(place + part), bytes - part);
}

/** Whether the host's bytes are others than the device's. */
function differs(pointer: u32, bytes: u32): bool {
  const part = withinPage(place, bytes);
  if (memory.compare(pointer, readable(place), part) != 0) return true;
  return memory.compare(pointer + part, readable(place + part), bytes - part) != 0;
}

/** How many of the host's bytes are the device's, up to the first that is not. */
function countSame(pointer: u32, bytes: u32): u32 {
  let same: u32 = 0;
  while (same < bytes && load<u8>(pointer + same) == load<u8>(readable(place + same))) same++;
  return same;
}

/** Notes where the SQE is wrong. */
function wrong(location: u32, status: u32): u32 {
  command.location = location;
  return status;
}

/** Whether `bytes` exceed MDTS, the most that one command may move (5.15.2.2). */
@inline
export function exceedsLimit(bytes: u64): bool {
  return bytes > controller.transferLimit;
}
