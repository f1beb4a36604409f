// The walk along a command's Scatter Gather List (NVMe 1.4, section 4.4), which begins with the descriptor in DPTR. Segments
// are the host's: each descriptor is read once and then checked, and no chain of them has the walk go on for ever.
import { PAGE_BYTES } from "../spec/registers.ts";
import {
  Psdt,
  SGL_DESCRIPTOR_BYTES,
  SGL_SEGMENT_ALIGNMENT,
  SGL_SUBTYPE_ADDRESS,
  SGL_SUBTYPE_MASK,
  SGL_TYPE_SHIFT,
  SGLS_BIT_BUCKET,
  SGLS_SUPPORTED,
  SglType,
} from "../spec/sgl.ts";
import { Status } from "../spec/status.ts";
import { command, controller } from "./state.ts";
import { hasOwnAddresses } from "./controller-memory.ts";
import { translateForCommand } from "./dma.ts";
import { begin, checkList, movePiece, Movement, skipPiece, writes, wrong } from "./pieces.ts";

/** PSDT in bits 7:6 of the second byte. */
const PSDT_SHIFT: u32 = 6;
/** Byte offset of DPTR in the SQE, for the error log. */
const SGL1_LOCATION: u32 = 24;
/** Descriptors that move nothing: there may be that many, so that a list that leads to itself ends. */
const MOST_IDLE: u32 = 4096;

// The descriptor under way, as it was read.
let address: u64 = 0;
let length: u32 = 0;
let type: u32 = 0;
let subtype: u32 = 0;
/** Data that no descriptor has described yet. */
let left: u64 = 0;
let idle: u32 = 0;
/** For the faults: where the first bytes of data were moved. */
export let firstAddress: u64 = 0;
export let firstLength: u32 = 0;

/** Whether the controller has SGLs, once after power on. */
export function setSgls(support: u32): void {
  controller.sgls = support != 0 ? SGLS_SUPPORTED | SGLS_BIT_BUCKET : 0;
}

/** Whether the command's data are described by an SGL. */
@inline
export function isSgl(): bool {
  return (command.flags as u32) >> PSDT_SHIFT == (Psdt.SGL as u32);
}

/** Goes along the list once; it has to describe exactly `bytes`. */
export function walkSgl(how: Movement, bytes: u64, pointer: u32, present: u64): u32 {
  begin(how, pointer, present, SGL1_LOCATION);
  left = bytes;
  idle = 0;
  firstLength = 0;
  take(command.prp1, command.prp2);
  if (!leadsOn()) {
    const status = describe();
    return status != 0 ? status : end();
  }
  return segments();
}

/** A descriptor out of its two qwords. */
@inline
function take(low: u64, high: u64): void {
  address = low;
  length = high as u32;
  const kind = (high >> 56) as u32;
  type = kind >> SGL_TYPE_SHIFT;
  subtype = kind & SGL_SUBTYPE_MASK;
}

/** Whether it is for another segment. */
@inline
function leadsOn(): bool {
  return type == (SglType.SEGMENT as u32) || type == (SglType.LAST_SEGMENT as u32);
}

/** Whether it goes past the end of all addresses. */
@inline
function wraps(): bool {
  return length != 0 && address + (length as u64) - 1 < address;
}

/** All segments that the descriptor under way leads to. */
function segments(): u32 {
  let isLast = false;
  while (!isLast) {
    isLast = type == (SglType.LAST_SEGMENT as u32);
    const status = checkSegment();
    if (status != 0) return status;
    const ended = segment(address, length / SGL_DESCRIPTOR_BYTES, isLast);
    if (ended != 0) return ended;
  }
  return end();
}

/** A descriptor of a segment: its sub-type, alignment and length. */
function checkSegment(): u32 {
  if (subtype != SGL_SUBTYPE_ADDRESS) return fail(Status.SGL_DESCRIPTOR_TYPE_INVALID);
  if (wraps()) return fail(Status.DATA_SGL_LENGTH_INVALID);
  const isWhole = length != 0 && length % SGL_DESCRIPTOR_BYTES == 0;
  const isAligned = (address & (SGL_SEGMENT_ALIGNMENT - 1)) == 0;
  return isWhole && isAligned ? 0 : fail(Status.INVALID_SGL_SEGMENT_DESCRIPTOR);
}

/** The descriptors of one segment; every one but the last ends with one for the next, which is left under way. */
function segment(first: u64, count: u32, isLast: bool): u32 {
  for (let index: u32 = 0; index < count; index++) {
    const status = read(first + (index as u64) * SGL_DESCRIPTOR_BYTES);
    if (status != 0) return status;
    if (leadsOn()) {
      if (isLast) return fail(Status.INVALID_SGL_SEGMENT_DESCRIPTOR);
      if (index != count - 1) return fail(Status.INVALID_NUMBER_OF_SGL_DESCRIPTORS);
      return isIdle() ? fail(Status.INVALID_NUMBER_OF_SGL_DESCRIPTORS) : 0;
    }
    if (!isLast && index == count - 1) return fail(Status.INVALID_SGL_SEGMENT_DESCRIPTOR);
    const described = describe();
    if (described != 0) return described;
  }
  return 0;
}

/** Takes a descriptor out of host memory, once. */
function read(iova: u64): u32 {
  const misuse = hasOwnAddresses() ? checkList(iova, SGL_DESCRIPTOR_BYTES) : 0;
  if (misuse != 0) return fail(misuse);
  const pointer = translateForCommand(iova, SGL_DESCRIPTOR_BYTES, 0);
  if (pointer == 0) return fail(Status.DATA_TRANSFER_ERROR);
  take(load<u64>(pointer), load<u64>(pointer, 8));
  return 0;
}

/** A Data Block, or a Bit Bucket: what is read from the device, and dropped. */
function describe(): u32 {
  const isBucket = type == (SglType.BIT_BUCKET as u32);
  if (!isBucket && type != (SglType.DATA_BLOCK as u32)) return fail(Status.SGL_DESCRIPTOR_TYPE_INVALID);
  if (subtype != SGL_SUBTYPE_ADDRESS) return fail(Status.SGL_DESCRIPTOR_TYPE_INVALID);
  if (!isBucket && wraps()) return fail(Status.DATA_SGL_LENGTH_INVALID);
  const bytes: u32 = isBucket && writes == 0 ? 0 : length;
  if (bytes == 0) return isIdle() ? fail(Status.INVALID_NUMBER_OF_SGL_DESCRIPTORS) : 0;
  if (bytes > left) return fail(Status.DATA_SGL_LENGTH_INVALID);
  left -= bytes;
  if (isBucket) return drop(bytes);
  return move(address, bytes);
}

function drop(bytes: u32): u32 {
  skipPiece(bytes);
  return 0;
}

/** Counts what moves nothing; true when that is too much. */
function isIdle(): bool {
  return ++idle > MOST_IDLE;
}

/** A Data Block, a page at a time. */
function move(iova: u64, bytes: u32): u32 {
  let at = iova;
  let rest = bytes;
  while (rest != 0) {
    const piece = min(rest, PAGE_BYTES - ((at as u32) & (PAGE_BYTES - 1)));
    const status = movePiece(at, piece);
    if (status != 0) return status;
    if (firstLength == 0) {
      firstAddress = at;
      firstLength = piece;
    }
    at += piece;
    rest -= piece;
  }
  return 0;
}

/** The list has ended: so must the data. */
function end(): u32 {
  return left == 0 ? 0 : fail(Status.DATA_SGL_LENGTH_INVALID);
}

function fail(status: u32): u32 {
  return wrong(SGL1_LOCATION, status);
}
