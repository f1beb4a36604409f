// Get Log Page (NVMe 1.4, section 5.14). A page is built whole and the part asked for is
// transferred.
import {
  AsynchronousEventType,
  LOG_LID_MASK,
  LOG_NUMDL_SHIFT,
  LOG_NUMDU_MASK,
  LOG_RAE,
  LogPage,
  NSID_BROADCAST,
} from "../spec/commands.ts";
import {
  FIRMWARE_SLOT_LOG_BYTES,
  FR_BYTES,
  SUPPORTED_LOG_PAGES_BYTES,
  SUPPORTED_LSUPP,
} from "../spec/identify.ts";
import { Status } from "../spec/status.ts";
import { command, SCRATCH } from "./state.ts";
import { Movement } from "./pieces.ts";
import { exceedsLimit, transfer } from "./transfer.ts";
import { buildErrorLog } from "./error-log.ts";
import { buildSmartLog } from "./smart-log.ts";
import { buildEffectsLog, buildFeaturesLog, buildManagementLog } from "./effects-logs.ts";
import { isRevision2 } from "./version.ts";
import { firmwareRevision } from "./identity.ts";
import { clearEvents, temperatureEvent } from "./events.ts";
import { isTooHotOrCold } from "./thresholds.ts";
import { failAt } from "./nvm.ts";

const NSID_LOCATION: u32 = 4;
const LID_LOCATION: u32 = 40;
const NUMD_LOCATION: u32 = 42;
const LPO_LOCATION: u32 = 48;

/** Get Log Page (5.14). */
export function getLogPage(): u32 {
  const lid = command.cdw10 & LOG_LID_MASK;
  const offset = (command.cdw12 as u64) | ((command.cdw13 as u64) << 32);
  const bytes = logBytes();
  if (!isSupported(lid)) return failAt(LID_LOCATION, Status.INVALID_LOG_PAGE);
  if (!isController(command.nsid)) return failAt(NSID_LOCATION, Status.INVALID_FIELD);
  if (exceedsLimit(bytes)) return failAt(NUMD_LOCATION, Status.INVALID_FIELD);
  const size = build(lid) as u64;
  if ((offset & 3) != 0 || offset > size) return failAt(LPO_LOCATION, Status.INVALID_FIELD);
  const status = transfer(Movement.TO_HOST, bytes, SCRATCH as u32 + (offset as u32), size - offset);
  if (status == 0 && (command.cdw10 & LOG_RAE) == 0) clear(lid);
  return status;
}

/** NUMD is 0's based and counts dwords. */
function logBytes(): u64 {
  const lower = command.cdw10 >> LOG_NUMDL_SHIFT;
  const upper = command.cdw11 & LOG_NUMDU_MASK;
  return (((lower | (upper << 16)) as u64) + 1) << 2;
}

function isSupported(lid: u32): bool {
  switch (lid) {
    case LogPage.ERROR_INFORMATION:
    case LogPage.SMART:
    case LogPage.FIRMWARE_SLOT:
    case LogPage.COMMANDS_SUPPORTED_AND_EFFECTS:
      return true;
    case LogPage.SUPPORTED_LOG_PAGES:
    case LogPage.FEATURES_SUPPORTED_AND_EFFECTS:
    case LogPage.MI_COMMANDS_SUPPORTED_AND_EFFECTS:
      return isRevision2();
    default:
      return false;
  }
}

/** All pages are the controller's; none is kept for each namespace (LPA bit 0). */
function isController(nsid: u32): bool {
  return nsid == 0 || nsid == NSID_BROADCAST;
}

/** Builds the page in the scratch memory; returns its size. */
function build(lid: u32): u32 {
  switch (lid) {
    case LogPage.ERROR_INFORMATION:
      return buildErrorLog();
    case LogPage.SMART:
      return buildSmartLog();
    case LogPage.FIRMWARE_SLOT:
      return buildFirmwareLog();
    case LogPage.SUPPORTED_LOG_PAGES:
      return buildSupportedLog();
    case LogPage.FEATURES_SUPPORTED_AND_EFFECTS:
      return buildFeaturesLog();
    case LogPage.MI_COMMANDS_SUPPORTED_AND_EFFECTS:
      return buildManagementLog();
    default:
      return buildEffectsLog();
  }
}

/** Supported Log Pages (Base 2.0): no page takes an index for its offset. */
function buildSupportedLog(): u32 {
  memory.fill(SCRATCH, 0, SUPPORTED_LOG_PAGES_BYTES);
  for (let lid: u32 = 0; lid <= (LOG_LID_MASK as u32); lid++) {
    if (isSupported(lid)) store<u32>(SCRATCH + ((lid as usize) << 2), SUPPORTED_LSUPP);
  }
  return SUPPORTED_LOG_PAGES_BYTES;
}

/**
 * Reading the page of an event's type clears what there was of that type, reported or not (5.2). A warning
 * that was reported and still holds is reported again.
 */
function clear(lid: u32): void {
  if (lid == (LogPage.ERROR_INFORMATION as u32)) clearEvents(AsynchronousEventType.ERROR);
  if (lid != (LogPage.SMART as u32)) return;
  if (clearEvents(AsynchronousEventType.SMART) && isTooHotOrCold()) temperatureEvent();
}

/** Firmware Slot Information (5.14.1.3): one slot, active. */
function buildFirmwareLog(): u32 {
  memory.fill(SCRATCH, 0, FIRMWARE_SLOT_LOG_BYTES);
  store<u8>(SCRATCH, 1);
  memory.copy(SCRATCH + 8, firmwareRevision(), FR_BYTES);
  return FIRMWARE_SLOT_LOG_BYTES;
}
