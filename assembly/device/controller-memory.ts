// Memory of the controller's own: the Controller Memory Buffer (NVMe 1.4, section 4.7) and the Persistent Memory Region
// (4.8). Each lies in the linear memory, where the host maps the same pages as a BAR, and answers to a range of addresses
// of its own once the host has said from which on: such an address never reaches the IOMMU.
import { Status } from "../spec/status.ts";
import { cmb, ControllerMemory, pmr } from "./state.ts";

/** What memory may be used for, as CMBSZ has it in bits 4:0 and PMRCAP in bits 4:3. */
export enum Use {
  SUBMISSION_QUEUE = 1,
  COMPLETION_QUEUE = 2,
  LIST = 4,
  /** Data that go to the host: RDS. */
  READ_DATA = 8,
  /** Data that come from the host: WDS. */
  WRITE_DATA = 16,
}

/** "CMB?", again and again. */
const UNDEFINED: u32 = 0x3f424d43;

/** Whether all of [iova, iova + length) lies in the memory. */
@inline
function contains(own: ControllerMemory, iova: u64, length: u32): bool {
  const offset = iova - own.base;
  return offset < own.reach && length <= own.reach - offset;
}

/** Whether a byte of [iova, iova + length) lies in the memory. */
@inline
function meets(own: ControllerMemory, iova: u64, length: u64): bool {
  return iova - own.base < own.reach || (own.reach != 0 && own.base - iova < length);
}

/** Whether host-supplied addresses reach any of it. */
@inline
export function hasOwnAddresses(): bool {
  return (cmb.reach | pmr.reach) != 0;
}

/** Whether [iova, iova + length) is the controller's own memory, all or in part. */
export function isOwn(iova: u64, length: u64): bool {
  return meets(cmb, iova, length) || meets(pmr, iova, length);
}

/** Whether a byte of it lies in the Controller Memory Buffer. */
export function isInBuffer(iova: u64, length: u64): bool {
  return meets(cmb, iova, length);
}

/** Where the device has `length` bytes at `iova`, all in one memory of its own; 0 where they do not. */
export function ownPointer(iova: u64, length: u32): u32 {
  if (contains(cmb, iova, length)) return cmb.pointer + ((iova - cmb.base) as u32);
  if (contains(pmr, iova, length)) return pmr.pointer + ((iova - pmr.base) as u32);
  return 0;
}

/**
 * Whether [iova, iova + length) may be used so: a status, 0 when it may, or is host memory. Queues and lists lie wholly in
 * the buffer or wholly outside (CMBLOC.CQMMS is 0). The specification has no status for misuse of the Persistent Memory
 * Region: it is an invalid field here.
 */
export function checkUse(iova: u64, length: u32, use: Use): u32 {
  if (!hasOwnAddresses()) return 0;
  if (meets(cmb, iova, length)) {
    return allows(cmb, iova, length, use) ? 0 : (Status.INVALID_USE_OF_CMB as u32);
  }
  if (meets(pmr, iova, length)) {
    return allows(pmr, iova, length, use) ? 0 : (Status.INVALID_FIELD as u32);
  }
  return 0;
}

function allows(own: ControllerMemory, iova: u64, length: u32, use: u32): bool {
  return (own.uses & use) != 0 && contains(own, iova, length);
}

/** Whether a range of addresses goes past 2^64, or meets that of `other`. */
export function isInvalidBase(own: ControllerMemory, base: u64, other: ControllerMemory): bool {
  if (base + own.bytes - 1 < base) return true;
  return meets(other, base, own.bytes);
}

/** What it holds is undefined from now on; whoever relies on it is to notice (4.7). */
export function makeUndefined(own: ControllerMemory): void {
  for (let at: u32 = 0; at < own.bytes; at += 4) store<u32>(own.pointer + at, UNDEFINED);
}
