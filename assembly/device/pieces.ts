// The pieces of a command's data, whatever describes them: each is checked against the IOMMU and the controller's own
// memory, and then moved to or from the device's copy, in order.
import { Status } from "../spec/status.ts";
import { readable, willWrite, withinPage } from "./blank.ts";
import { command, controller } from "./state.ts";
import { checkUse, hasOwnAddresses, isInBuffer, Use } from "./controller-memory.ts";
import { translateForCommand } from "./dma.ts";

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

// The transfer under way.
let movement: u32 = 0;
/** 1 when it writes to host memory. */
export let writes: u32 = 0;
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

/** The device's copy is at `pointer` and has `present` bytes; entries come from `location` in the SQE. */
@inline
export function begin(how: u32, pointer: u32, present: u64, location: u32): void {
  movement = how;
  writes = how == (Movement.TO_HOST as u32) || how == (Movement.CHECK_TO_HOST as u32) ? 1 : 0;
  place = pointer;
  available = present;
  entryLocation = location;
  dataSide = NO_SIDE;
  listSide = NO_SIDE;
}

/** Entries come from another place in the SQE from now on. */
@inline
export function continueFrom(location: u32): void {
  entryLocation = location;
}

/** A list may lie in the buffer, wholly or not at all, and only with its command, unless CMBLOC says more (4.7). */
export function checkList(iova: u64, bytes: u32): u32 {
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

/** Data that lie on one page, or reach from it into the next one: a page at most. */
@inline
export function movePiece(iova: u64, bytes: u32): u32 {
  const misuse = hasOwnAddresses() ? checkData(iova, bytes) : 0;
  if (misuse != 0) return wrong(entryLocation, misuse);
  const pointer = translateForCommand(iova, bytes, writes);
  if (pointer == 0) return wrong(entryLocation, Status.DATA_TRANSFER_ERROR);
  if (movement >= (Movement.CHECK_TO_HOST as u32)) return Status.SUCCESS;
  return moveBytes(pointer, bytes);
}

/** Bytes of the device's copy that go nowhere. */
export function skipPiece(bytes: u32): void {
  const present = min(available, bytes as u64) as u32;
  place += present;
  available -= present;
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
export function wrong(location: u32, status: u32): u32 {
  command.location = location;
  return status;
}
