// Get Log Page (NVMe 1.4, section 5.14). A page is built whole and the part asked for is
// transferred.
import {
  AdminOpcode,
  AsynchronousEventType,
  LOG_LID_MASK,
  LOG_NUMDL_SHIFT,
  LOG_NUMDU_MASK,
  LOG_RAE,
  LogPage,
  NSID_BROADCAST,
  NvmOpcode,
} from "../spec/commands.ts";
import {
  EFFECTS_ADMIN,
  EFFECTS_CSUPP,
  EFFECTS_IO,
  EFFECTS_LBCC,
  EFFECTS_LOG_BYTES,
  FIRMWARE_SLOT_LOG_BYTES,
  FR_BYTES,
} from "../spec/identify.ts";
import { Status } from "../spec/status.ts";
import { command, SCRATCH } from "./state.ts";
import { exceedsLimit, Movement, transfer } from "./transfer.ts";
import { buildErrorLog } from "./error-log.ts";
import { buildSmartLog } from "./smart-log.ts";
import { firmwareRevision } from "./identity.ts";
import { unmaskEvents } from "./events.ts";
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
  if ((offset & 3) != 0 || offset >= size) return failAt(LPO_LOCATION, Status.INVALID_FIELD);
  const status = transfer(Movement.TO_HOST, bytes, SCRATCH as u32 + (offset as u32), size - offset);
  if (status == 0 && (command.cdw10 & LOG_RAE) == 0) unmask(lid);
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
    default:
      return buildEffectsLog();
  }
}

/** Reading the page of an event's type lets more of that type be reported (5.2). */
function unmask(lid: u32): void {
  if (lid == (LogPage.ERROR_INFORMATION as u32)) unmaskEvents(AsynchronousEventType.ERROR);
  if (lid == (LogPage.SMART as u32)) unmaskEvents(AsynchronousEventType.SMART);
}

/** Firmware Slot Information (5.14.1.3): one slot, active. */
function buildFirmwareLog(): u32 {
  memory.fill(SCRATCH, 0, FIRMWARE_SLOT_LOG_BYTES);
  store<u8>(SCRATCH, 1);
  memory.copy(SCRATCH + 8, firmwareRevision(), FR_BYTES);
  return FIRMWARE_SLOT_LOG_BYTES;
}

/** Commands Supported and Effects (5.14.1.5). */
function buildEffectsLog(): u32 {
  memory.fill(SCRATCH, 0, EFFECTS_LOG_BYTES);
  adminSupported(AdminOpcode.DELETE_IO_SQ);
  adminSupported(AdminOpcode.CREATE_IO_SQ);
  adminSupported(AdminOpcode.GET_LOG_PAGE);
  adminSupported(AdminOpcode.DELETE_IO_CQ);
  adminSupported(AdminOpcode.CREATE_IO_CQ);
  adminSupported(AdminOpcode.IDENTIFY);
  adminSupported(AdminOpcode.ABORT);
  adminSupported(AdminOpcode.SET_FEATURES);
  adminSupported(AdminOpcode.GET_FEATURES);
  adminSupported(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST);
  ioSupported(NvmOpcode.FLUSH, 0);
  ioSupported(NvmOpcode.WRITE, EFFECTS_LBCC);
  ioSupported(NvmOpcode.READ, 0);
  ioSupported(NvmOpcode.COMPARE, 0);
  ioSupported(NvmOpcode.WRITE_ZEROES, EFFECTS_LBCC);
  ioSupported(NvmOpcode.DATASET_MANAGEMENT, EFFECTS_LBCC);
  return EFFECTS_LOG_BYTES;
}

function adminSupported(opcode: u32): void {
  store<u32>(SCRATCH + EFFECTS_ADMIN + ((opcode as usize) << 2), EFFECTS_CSUPP);
}

function ioSupported(opcode: u32, effects: u32): void {
  store<u32>(SCRATCH + EFFECTS_IO + ((opcode as usize) << 2), EFFECTS_CSUPP | effects);
}
