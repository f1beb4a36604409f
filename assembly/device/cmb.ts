// The Controller Memory Buffer's registers (NVMe 1.4, sections 3.1.11, 3.1.12, 3.1.16 and 3.1.17): where it lies, what it is
// for, and from which address on the host's commands reach it.
import {
  CMBLOC_CDMMMS_SHIFT,
  CMBLOC_CDPCILS_SHIFT,
  CMBLOC_CDPMLS_SHIFT,
  CMBMSC_CMSE,
  CMBMSC_CRE,
  CMBSTS_CBAI,
  CMBSZ_UNIT_SHIFT,
  CMBSZ_UNIT_STEP,
  CONTROLLER_BASE_LO_MASK,
} from "../spec/controller-memory.ts";
import {
  CAP_HI_CMBS_SHIFT,
  CMBLOC_OFST_SHIFT,
  CMBSZ_SZ_SHIFT,
  CMBSZ_SZU_MASK,
  CMBSZ_SZU_SHIFT,
} from "../spec/registers.ts";
import { CMB_BAR } from "./options.ts";
import { isInvalidBase, makeUndefined } from "./controller-memory.ts";
import { cmb, controller, pmr } from "./state.ts";

const LOW_HALF: u64 = 0xffffffff;
const CONTROL_BITS: u64 =
  0xffffffff00000000 | CONTROLLER_BASE_LO_MASK | (CMBMSC_CMSE as u64) | (CMBMSC_CRE as u64);
const BASE_BITS: u64 = 0xffffffff00000000 | CONTROLLER_BASE_LO_MASK;

/**
 * Gives the controller a buffer, once after power on: `units` size units of 4 KiB << (4 * `szu`) at `pointer`, which is
 * `offset` units after the beginning of its BAR. `uses` are bits of Use. With `mixes` lists and data of a command may lie
 * on both sides of its edge. `legacyBase` is 0, or where its addresses begin in a controller as before 1.4.
 */
export function setCmb(
  pointer: u32,
  units: u32,
  offset: u32,
  szu: u32,
  uses: u32,
  mixes: u32,
  legacyBase: u64,
): void {
  cmb.pointer = pointer;
  controller.cmbPlace = pointer;
  cmb.bytes = units << (CMBSZ_UNIT_SHIFT + CMBSZ_UNIT_STEP * szu);
  cmb.uses = uses;
  controller.cmbMixes = mixes;
  const mixing: u32 =
    mixes == 0
      ? 0
      : (1 << CMBLOC_CDPMLS_SHIFT) | (1 << CMBLOC_CDPCILS_SHIFT) | (1 << CMBLOC_CDMMMS_SHIFT);
  controller.cmbLocation = (CMB_BAR as u32) | mixing | (offset << CMBLOC_OFST_SHIFT);
  controller.cmbSize = uses | (szu << CMBSZ_SZU_SHIFT) | (units << CMBSZ_SZ_SHIFT);
  controller.cmbIsLegacy = legacyBase != 0 ? 1 : 0;
  if (legacyBase == 0) return;
  cmb.base = legacyBase;
  cmb.reach = cmb.bytes;
}

/** CAP.CMBS, where it stands in CAP. */
export function cmbCapability(): u64 {
  return cmb.bytes != 0 && controller.cmbIsLegacy == 0 ? (<u64>1 << (32 + CAP_HI_CMBS_SHIFT)) : 0;
}

/** CMBLOC and CMBSZ read 0 before CMBMSC.CRE is set; a controller as before 1.4 has no CMBMSC. */
export function cmbLocation(): u32 {
  return isShown() ? controller.cmbLocation : 0;
}

export function cmbSize(): u32 {
  return isShown() ? controller.cmbSize : 0;
}

function isShown(): bool {
  return controller.cmbIsLegacy != 0 || (controller.cmbControl & CMBMSC_CRE) != 0;
}

/** A write to a half of CMBMSC. What CMSE asks for is done with the low one: the high one is to be written before. */
export function writeCmbControl(isHigh: bool, value: u32): void {
  if (cmb.bytes == 0 || controller.cmbIsLegacy != 0) return;
  const before = controller.cmbControl;
  const after = isHigh
    ? (before & LOW_HALF) | ((value as u64) << 32)
    : (before & ~LOW_HALF) | (value as u64);
  controller.cmbControl = after & CONTROL_BITS;
  applyControl(isEnabled(before));
}

/** Both bits: without CRE a host knows neither place nor size. */
function isEnabled(control: u64): bool {
  return (control & (CMBMSC_CRE | CMBMSC_CMSE)) == ((CMBMSC_CRE | CMBMSC_CMSE) as u64);
}

function applyControl(wasEnabled: bool): void {
  cmb.reach = 0;
  controller.cmbStatus = 0;
  if (!isEnabled(controller.cmbControl)) return;
  const base = controller.cmbControl & BASE_BITS;
  if (isInvalidBase(cmb, base, pmr)) {
    controller.cmbStatus = CMBSTS_CBAI;
    return;
  }
  cmb.base = base;
  cmb.reach = cmb.bytes;
  if (!wasEnabled) makeUndefined(cmb);
}

/** Commands take CMBLOC.OFST for units of 4 KiB from now on: a fault. */
export function misplaceCmb(): void {
  const offset = controller.cmbLocation >> CMBLOC_OFST_SHIFT;
  const szu = (controller.cmbSize >> CMBSZ_SZU_SHIFT) & CMBSZ_SZU_MASK;
  const unit = (1 as u32) << CMBSZ_UNIT_SHIFT;
  cmb.pointer = controller.cmbPlace - offset * (unit << (CMBSZ_UNIT_STEP * szu)) + offset * unit;
}

/** Every Controller Level Reset: what the buffer holds does not stay; CMBMSC does, unless `forgetCmb` follows. */
export function cmbAfterReset(): void {
  if (cmb.reach != 0) makeUndefined(cmb);
}

/** A reset of more than the function: CMBMSC is as after power on. */
export function forgetCmb(): void {
  if (controller.cmbIsLegacy != 0) return;
  controller.cmbControl = 0;
  controller.cmbStatus = 0;
  cmb.reach = 0;
}
