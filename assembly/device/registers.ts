// The controller registers (NVMe 1.4, section 3.1), 32 bits at a time. Offsets that are no
// register, and reserved bits, read 0; what is read only ignores writes.
import {
  ALL_ONES,
  CSTS_NSSRO_MASK,
  CSTS_NSSRO_SHIFT,
  NSSR_SIGNATURE,
  Register,
} from "../spec/registers.ts";
import { controller } from "./state.ts";
import { writeConfiguration } from "./controller.ts";
import { subsystemReset } from "./reset.ts";
import { capabilitiesOfVersion, readyTimeouts } from "./version.ts";
import { unmasked } from "./interrupts.ts";
import { overrideCapabilities, overrideRegister } from "./fault-controls.ts";
import { cmbCapability } from "./cmb.ts";
import { isMsix, readMsix, writeMsix } from "./msix.ts";
import { settlePin } from "./pin.ts";
import { pmrCapability } from "./pmr.ts";
import { readMemoryRegister, writeMemoryRegister } from "./memory-registers.ts";

const AQA_BITS: u32 = 0x0fff0fff;
/** ASQ and ACQ: bits 11:0 are reserved. */
const BASE_BITS: u32 = 0xfffff000;
const LOW_HALF: u64 = 0xffffffff;

/** The value that a read of the four bytes at `offset` returns. */
export function readRegister(offset: u32): u32 {
  if (controller.gone != 0) return ALL_ONES as u32;
  const value = valueOf(offset);
  return controller.faults == 0 ? value : overrideRegister(offset, value);
}

function valueOf(offset: u32): u32 {
  switch (offset) {
    case Register.CAP_LO:
      return readCapabilities() as u32;
    case Register.CAP_HI:
      return (readCapabilities() >> 32) as u32;
    case Register.VS:
      return controller.version;
    case Register.INTMS:
    case Register.INTMC:
      return controller.interruptMask;
    case Register.CC:
      return controller.cc;
    case Register.CSTS:
      return controller.csts;
    case Register.AQA:
      return controller.aqa;
    case Register.ASQ_LO:
      return (controller.asq as u32) & BASE_BITS;
    case Register.ASQ_HI:
      return (controller.asq >> 32) as u32;
    case Register.ACQ_LO:
      return (controller.acq as u32) & BASE_BITS;
    case Register.ACQ_HI:
      return (controller.acq >> 32) as u32;
    case Register.CRTO:
      return readyTimeouts();
    default:
      return isMsix(offset) ? readMsix(offset) : readMemoryRegister(offset);
  }
}

function readCapabilities(): u64 {
  const cap = capabilitiesOfVersion(controller.cap) | cmbCapability() | pmrCapability();
  return controller.faults == 0 ? cap : overrideCapabilities(cap);
}

/** A write of four bytes at `offset`. */
export function writeRegister(offset: u32, value: u32): void {
  if (controller.gone != 0) return;
  switch (offset) {
    case Register.INTMS:
      controller.interruptMask |= value;
      settlePin();
      break;
    case Register.INTMC:
      clearMask(value);
      break;
    case Register.CC:
      writeConfiguration(value);
      break;
    case Register.CSTS:
      clearStatus(value);
      break;
    case Register.NSSR:
      if (value == (NSSR_SIGNATURE as u32)) subsystemReset();
      break;
    case Register.AQA:
      controller.aqa = value & AQA_BITS;
      break;
    default:
      writeBase(offset, value);
  }
}

/** What was masked and is not any more interrupts now. */
function clearMask(value: u32): void {
  const before = controller.interruptMask;
  controller.interruptMask = before & ~value;
  unmasked(before & value);
}

/** ASQ and ACQ, in either order of their halves; what is none of them may be of the controller's memory. */
function writeBase(offset: u32, value: u32): void {
  switch (offset) {
    case Register.ASQ_LO:
      controller.asq = withLow(controller.asq, value);
      break;
    case Register.ASQ_HI:
      controller.asq = withHigh(controller.asq, value);
      break;
    case Register.ACQ_LO:
      controller.acq = withLow(controller.acq, value);
      break;
    case Register.ACQ_HI:
      controller.acq = withHigh(controller.acq, value);
      break;
    default:
      if (isMsix(offset)) writeMsix(offset, value);
      else writeMemoryRegister(offset, value);
  }
}

/** NSSRO is cleared by writing 1; the rest of CSTS is read only. */
function clearStatus(value: u32): void {
  controller.csts &= ~(value & (CSTS_NSSRO_MASK << CSTS_NSSRO_SHIFT));
}

function withLow(register: u64, value: u32): u64 {
  return (register & ~LOW_HALF) | value;
}

function withHigh(register: u64, value: u32): u64 {
  return (register & LOW_HALF) | ((value as u64) << 32);
}
