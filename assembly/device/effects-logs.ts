// The log pages that say which commands and features there are, and what they act on: Commands
// Supported and Effects (NVMe 1.4, section 5.14.1.5), and two more of 2.0.
import { AdminOpcode, FEATURE_FID_MASK, NvmOpcode } from "../spec/commands.ts";
import {
  EFFECTS_ADMIN,
  EFFECTS_CSUPP,
  EFFECTS_IO,
  EFFECTS_LBCC,
  EFFECTS_LOG_BYTES,
  FEATURE_EFFECTS_LOG_BYTES,
  FEATURE_FSUPP,
  MI_EFFECTS_LOG_BYTES,
  SCOPE_CONTROLLER,
  SCOPE_NAMESPACE,
} from "../spec/identify.ts";
import { SCRATCH } from "./state.ts";
import { isFeature, isOfNamespace } from "./features.ts";
import { isRevision2 } from "./version.ts";

/** Commands Supported and Effects (5.14.1.5). */
export function buildEffectsLog(): u32 {
  memory.fill(SCRATCH, 0, EFFECTS_LOG_BYTES);
  adminSupported(AdminOpcode.DELETE_IO_SQ, SCOPE_CONTROLLER);
  adminSupported(AdminOpcode.CREATE_IO_SQ, SCOPE_CONTROLLER);
  adminSupported(AdminOpcode.GET_LOG_PAGE, SCOPE_CONTROLLER);
  adminSupported(AdminOpcode.DELETE_IO_CQ, SCOPE_CONTROLLER);
  adminSupported(AdminOpcode.CREATE_IO_CQ, SCOPE_CONTROLLER);
  adminSupported(AdminOpcode.IDENTIFY, SCOPE_CONTROLLER | SCOPE_NAMESPACE);
  adminSupported(AdminOpcode.ABORT, SCOPE_CONTROLLER);
  adminSupported(AdminOpcode.SET_FEATURES, SCOPE_CONTROLLER | SCOPE_NAMESPACE);
  adminSupported(AdminOpcode.GET_FEATURES, SCOPE_CONTROLLER | SCOPE_NAMESPACE);
  adminSupported(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST, SCOPE_CONTROLLER);
  adminSupported(AdminOpcode.DOORBELL_BUFFER_CONFIG, SCOPE_CONTROLLER);
  ioSupported(NvmOpcode.FLUSH, 0);
  ioSupported(NvmOpcode.WRITE, EFFECTS_LBCC);
  ioSupported(NvmOpcode.READ, 0);
  ioSupported(NvmOpcode.COMPARE, 0);
  ioSupported(NvmOpcode.WRITE_ZEROES, EFFECTS_LBCC);
  ioSupported(NvmOpcode.DATASET_MANAGEMENT, EFFECTS_LBCC);
  return EFFECTS_LOG_BYTES;
}

function adminSupported(opcode: u32, scope: u32): void {
  supported(EFFECTS_ADMIN, opcode, EFFECTS_CSUPP, scope);
}

function ioSupported(opcode: u32, effects: u32): void {
  supported(EFFECTS_IO, opcode, EFFECTS_CSUPP | effects, SCOPE_NAMESPACE);
}

/** A command's dword. The scope is told since 2.0. */
function supported(table: u32, opcode: u32, effects: u32, scope: u32): void {
  const place = SCRATCH + table + ((opcode as usize) << 2);
  store<u32>(place, effects | (isRevision2() ? scope : 0));
}

/** Feature Identifiers Supported and Effects (Base 2.0). Setting one changes no data and no capability. */
export function buildFeaturesLog(): u32 {
  memory.fill(SCRATCH, 0, FEATURE_EFFECTS_LOG_BYTES);
  for (let fid: u32 = 0; fid <= (FEATURE_FID_MASK as u32); fid++) {
    if (!isFeature(fid)) continue;
    const scope: u32 = isOfNamespace(fid) ? SCOPE_NAMESPACE : SCOPE_CONTROLLER;
    store<u32>(SCRATCH + ((fid as usize) << 2), FEATURE_FSUPP | scope);
  }
  return FEATURE_EFFECTS_LOG_BYTES;
}

/** NVMe-MI Commands Supported and Effects (Base 2.0): there are none. */
export function buildManagementLog(): u32 {
  memory.fill(SCRATCH, 0, MI_EFFECTS_LOG_BYTES);
  return MI_EFFECTS_LOG_BYTES;
}
