// The revision of the specification that the controller keeps, and what 2.0 has that 1.4 has not: the
// controller ready modes with CAP.CRMS, CC.CRIME and CRTO (NVMe Base 2.0, section 3.1.3), and a few
// structures and log pages, whose files ask here.
import {
  CAP_HI_CRMS_MASK,
  CAP_HI_CRMS_SHIFT,
  CAP_LO_TO_MASK,
  CAP_LO_TO_SHIFT,
  CC_CRIME_MASK,
  CC_CRIME_SHIFT,
  CRTO_CRIMT_SHIFT,
} from "../spec/registers.ts";
import { Version } from "./options.ts";
import { controller } from "./state.ts";

/**
 * CRTO: what enabling may take with media, and independent of media, in units of 500 ms. As the medium
 * is memory it never takes that long in either mode.
 */
const WITH_MEDIA_500_MS: u32 = 20;
const INDEPENDENT_OF_MEDIA_500_MS: u32 = 10;
const CRIME: u32 = CC_CRIME_MASK << CC_CRIME_SHIFT;
const TO: u64 = (CAP_LO_TO_MASK as u64) << CAP_LO_TO_SHIFT;
const CRMS: u64 = (CAP_HI_CRMS_MASK as u64) << (32 + CAP_HI_CRMS_SHIFT);

/** Chooses the revision, a Version, once after power on. Another number is ignored. */
export function setVersion(version: u32): void {
  if (version != (Version.V1_4 as u32) && version != (Version.V2_0 as u32)) return;
  controller.version = version;
}

/** Whether what 2.0 added is there. */
@inline
export function isRevision2(): bool {
  return controller.version >= (Version.V2_0 as u32);
}

/** CAP as it reads now: with 2.0 both ready modes are there, and TO is that of the chosen one. */
export function capabilitiesOfVersion(cap: u64): u64 {
  if (!isRevision2()) return cap;
  const independent = (controller.cc & CRIME) != 0;
  const timeout: u64 = independent ? INDEPENDENT_OF_MEDIA_500_MS : WITH_MEDIA_500_MS;
  return (cap & ~TO) | (timeout << CAP_LO_TO_SHIFT) | CRMS;
}

/** The bits of CC that 2.0 added. */
export function configurationBitsOfVersion(): u32 {
  return isRevision2() ? CRIME : 0;
}

/** CRTO: CRWMT and CRIMT. 1.4 has no such register. */
export function readyTimeouts(): u32 {
  if (!isRevision2()) return 0;
  return WITH_MEDIA_500_MS | (INDEPENDENT_OF_MEDIA_500_MS << CRTO_CRIMT_SHIFT);
}
