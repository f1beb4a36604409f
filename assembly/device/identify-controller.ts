// Identify Controller (NVMe 1.4, figure 247). What is not written is zero: not supported, or not
// reported.
import {
  FR_BYTES,
  IdentifyController,
  MN_BYTES,
  OACS_DOORBELL_BUFFER_CONFIG,
  ONCS_COMPARE,
  ONCS_DATASET_MANAGEMENT,
  ONCS_WRITE_ZEROES,
  SN_BYTES,
} from "../spec/identify.ts";
import { Status } from "../spec/status.ts";
import {
  controller,
  MAX_ERRORS,
  MAX_EVENT_REQUESTS,
  MAX_NAMESPACES,
  SCRATCH,
} from "./state.ts";
import { OUI, serialNumber, VENDOR_ID, writeSubsystemName } from "./identity.ts";
import { isRevision2 } from "./version.ts";
import { CRITICAL_TEMPERATURE_KELVIN, WARNING_TEMPERATURE_KELVIN } from "./thresholds.ts";
import { ABORT_LIMIT } from "./abort.ts";
import { ARBITRATION_BURST } from "./feature-values.ts";

/** Longest wake-up from and shutdown to power off, in µs. */
const RTD3_MICROSECONDS: u32 = 1_000_000;
const CNTRLTYPE_IO: u8 = 1;
/** FRMW: one slot, and it is read only. */
const FRMW_ONE_SLOT: u8 = 0x03;
/** LPA: Commands Supported and Effects log; extended data (LPO, NUMDU) for Get Log Page. */
const LPA_EFFECTS: u8 = 0x02;
const LPA_EXTENDED: u8 = 0x04;
/** LPA since 2.0: Supported Log Pages, scopes of commands, and the pages 12h and 13h. */
const LPA_SUPPORTED_PAGES: u8 = 0x20;
/** SQES and CQES: required and maximum entry size as powers of two. */
const SQES_64: u8 = 0x66;
const CQES_16: u8 = 0x44;
/** ONCS: Select in Get Features and Save in Set Features are understood. */
const ONCS_SAVE_SELECT: u16 = 0x10;
/** VWC: present; Flush takes NSID FFFFFFFFh. */
const VWC_PRESENT: u8 = 0x01;
const VWC_FLUSH_ALL: u8 = 0x06;
/** AWUN, 0's based: commands execute one at a time, so the longest is atomic. */
const AWUN_ANY: u16 = 0xffff;
/** Maximum Power of the one power state, in units of 0.01 W. */
const POWER_CENTIWATTS: u16 = 2500;

/** Builds the data structure in the scratch memory, which is zero. */
export function buildController(): u32 {
  store<u16>(at(IdentifyController.VID), VENDOR_ID);
  store<u16>(at(IdentifyController.SSVID), VENDOR_ID);
  memory.copy(at(IdentifyController.SN), serialNumber(), SN_BYTES + MN_BYTES + FR_BYTES);
  store<u8>(at(IdentifyController.RAB), ARBITRATION_BURST as u8);
  store<u16>(at(IdentifyController.IEEE), OUI as u16);
  store<u8>(at(IdentifyController.IEEE) + 2, (OUI >> 16) as u8);
  store<u8>(at(IdentifyController.MDTS), controller.mdts as u8);
  store<u32>(at(IdentifyController.VER), controller.version);
  store<u32>(at(IdentifyController.RTD3R), RTD3_MICROSECONDS);
  store<u32>(at(IdentifyController.RTD3E), RTD3_MICROSECONDS);
  store<u8>(at(IdentifyController.CNTRLTYPE), CNTRLTYPE_IO);
  buildLimits();
  buildCommandSet();
  writeSubsystemName(at(IdentifyController.SUBNQN));
  store<u16>(at(IdentifyController.PSD0), POWER_CENTIWATTS);
  return Status.SUCCESS;
}

/** Admin command set attributes; limits are 0's based. */
function buildLimits(): void {
  store<u16>(at(IdentifyController.OACS), OACS_DOORBELL_BUFFER_CONFIG);
  store<u8>(at(IdentifyController.ACL), ABORT_LIMIT as u8);
  store<u8>(at(IdentifyController.AERL), (MAX_EVENT_REQUESTS - 1) as u8);
  store<u8>(at(IdentifyController.FRMW), FRMW_ONE_SLOT);
  const pages: u8 = isRevision2() ? LPA_SUPPORTED_PAGES : 0;
  store<u8>(at(IdentifyController.LPA), LPA_EFFECTS | LPA_EXTENDED | pages);
  store<u8>(at(IdentifyController.ELPE), (MAX_ERRORS - 1) as u8);
  store<u16>(at(IdentifyController.WCTEMP), WARNING_TEMPERATURE_KELVIN as u16);
  store<u16>(at(IdentifyController.CCTEMP), CRITICAL_TEMPERATURE_KELVIN as u16);
}

/** NVM command set attributes. */
function buildCommandSet(): void {
  store<u8>(at(IdentifyController.SQES), SQES_64);
  store<u8>(at(IdentifyController.CQES), CQES_16);
  store<u32>(at(IdentifyController.NN), MAX_NAMESPACES);
  store<u16>(
    at(IdentifyController.ONCS),
    ONCS_COMPARE | ONCS_DATASET_MANAGEMENT | ONCS_WRITE_ZEROES | ONCS_SAVE_SELECT,
  );
  store<u8>(at(IdentifyController.VWC), VWC_PRESENT | VWC_FLUSH_ALL);
  store<u16>(at(IdentifyController.AWUN), AWUN_ANY);
  store<u32>(at(IdentifyController.SGLS), controller.sgls);
}

@inline
function at(offset: u32): usize {
  return SCRATCH + offset;
}
