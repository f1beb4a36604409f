// The Persistent Memory Region's registers (NVMe 1.4, sections 3.1.18 to 3.1.23). What it holds outlives every reset: it
// lasts as long as the memory behind it.
import {
  CONTROLLER_BASE_LO_MASK,
  PMRCAP_BIR_SHIFT,
  PMRCAP_CMSS_SHIFT,
  PMRCAP_PMRTO_SHIFT,
  PMRCAP_PMRWBM_SHIFT,
  PMRCTL_EN,
  PMREBS_RBB,
  PMRMSCL_CMSE,
  PMRSTS_CBAI,
  PMRSTS_NRDY,
  PMR_VALUE_SHIFT,
} from "../spec/controller-memory.ts";
import { PMR_BAR } from "./options.ts";
import { isInvalidBase } from "./controller-memory.ts";
import { cmb, controller, pmr } from "./state.ts";

/** CAP.PMRS, where it stands in CAP (3.1.1). */
const CAP_PMRS: u64 = <u64>1 << 56;
/** PMRTO: half a second, though it is ready at once. */
const TIMEOUT_500_MS: u32 = 1;
/** PMRWBM: a read of the region, and one of PMRSTS, is a write barrier. */
const BARRIERS: u32 = 0x3;
/** PMREBS: 64 KiB; PMRSWTP: 1024 MiB/s. Units are powers of 1024. */
const ELASTICITY_KIB: u32 = 64;
const KIB: u32 = 1;
const THROUGHPUT_MIB: u32 = 1024;
const MIB: u32 = 2;
const LOW_HALF: u64 = 0xffffffff;
const BASE_BITS: u64 = 0xffffffff00000000 | CONTROLLER_BASE_LO_MASK;

/** Gives the controller a region of `bytes`, once after power on, which is the whole of its BAR. `uses` are bits of Use. */
export function setPmr(pointer: u32, bytes: u32, uses: u32): void {
  pmr.pointer = pointer;
  pmr.bytes = bytes;
  pmr.uses = uses;
  controller.pmrCapabilities =
    uses |
    (PMR_BAR << PMRCAP_BIR_SHIFT) |
    (BARRIERS << PMRCAP_PMRWBM_SHIFT) |
    (TIMEOUT_500_MS << PMRCAP_PMRTO_SHIFT) |
    (1 << PMRCAP_CMSS_SHIFT);
  forgetPmr();
}

export function pmrCapability(): u64 {
  return pmr.bytes != 0 ? CAP_PMRS : 0;
}

export function pmrStatus(): u32 {
  return controller.pmrStatus;
}

export function pmrElasticity(): u32 {
  return pmr.bytes == 0 ? 0 : KIB | PMREBS_RBB | (ELASTICITY_KIB << PMR_VALUE_SHIFT);
}

export function pmrThroughput(): u32 {
  return pmr.bytes == 0 ? 0 : MIB | (THROUGHPUT_MIB << PMR_VALUE_SHIFT);
}

/** A write to PMRCTL. @param neverReady set by a fault: NRDY stays 1 */
export function enablePmr(value: u32, neverReady: bool): void {
  if (pmr.bytes == 0) return;
  controller.pmrEnabled = value & PMRCTL_EN;
  const isReady = controller.pmrEnabled != 0 && !neverReady;
  controller.pmrStatus = isReady ? 0 : PMRSTS_NRDY;
  applyControl();
}

/** A write to PMRMSCU, or to PMRMSCL, which CMSE stands in. */
export function writePmrControl(isHigh: bool, value: u32): void {
  if (pmr.bytes == 0) return;
  const before = controller.pmrControl;
  controller.pmrControl = isHigh
    ? (before & LOW_HALF) | ((value as u64) << 32)
    : (before & ~LOW_HALF) | (value & (CONTROLLER_BASE_LO_MASK | PMRMSCL_CMSE) as u32);
  applyControl();
}

function applyControl(): void {
  pmr.reach = 0;
  controller.pmrStatus &= ~PMRSTS_CBAI;
  if ((controller.pmrControl & PMRMSCL_CMSE) == 0) return;
  const base = controller.pmrControl & BASE_BITS;
  if (isInvalidBase(pmr, base, cmb)) {
    controller.pmrStatus |= PMRSTS_CBAI;
    return;
  }
  if ((controller.pmrStatus & PMRSTS_NRDY) != 0) return;
  pmr.base = base;
  pmr.reach = pmr.bytes;
}

/** A Controller Level Reset that is no Controller Reset: registers are as after power on, what the region holds stays. */
export function forgetPmr(): void {
  controller.pmrEnabled = 0;
  controller.pmrControl = 0;
  controller.pmrStatus = pmr.bytes == 0 ? 0 : PMRSTS_NRDY;
  pmr.reach = 0;
}
