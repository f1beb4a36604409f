// The Error Information log (NVMe 1.4, section 5.14.1.1): a ring of entries, newest first when it
// is read.
import { ERROR_LOG_ENTRY_BYTES, ErrorLogEntry } from "../spec/identify.ts";
import { Completion, controller, ERROR_LOG, MAX_ERRORS, SCRATCH } from "./state.ts";

/** SQID and CID of an error that no command caused. */
const NO_COMMAND: u32 = 0xffff;
/** SCT of media and data integrity errors. */
const MEDIA_SCT: u32 = 2;
const COMPARE_SC: u32 = 0x85;

/** Logs the failure of a command, with the phase tag of its completion entry. */
export function recordError(completion: Completion, phase: u32): void {
  const entry = nextEntry();
  const status: u32 = completion.status;
  countMediaError(status);
  store<u16>(entry + ErrorLogEntry.SQID, completion.sqid);
  store<u16>(entry + ErrorLogEntry.CID, completion.cid);
  store<u16>(entry + ErrorLogEntry.STATUS, ((status << 1) | phase) as u16);
  store<u16>(entry + ErrorLogEntry.PARAMETER_ERROR_LOCATION, completion.location);
  store<u64>(entry + ErrorLogEntry.LBA, completion.lba);
  store<u32>(entry + ErrorLogEntry.NSID, completion.nsid);
}

/** Logs an error that belongs to no command. */
export function recordGeneralError(status: u32): void {
  const entry = nextEntry();
  store<u16>(entry + ErrorLogEntry.SQID, NO_COMMAND as u16);
  store<u16>(entry + ErrorLogEntry.CID, NO_COMMAND as u16);
  store<u16>(entry + ErrorLogEntry.STATUS, (status << 1) as u16);
  store<u16>(entry + ErrorLogEntry.PARAMETER_ERROR_LOCATION, NO_COMMAND as u16);
}

/** Empties the log, as a reset does (5.14.1.1). The Error Count goes on. */
export function forgetErrors(): void {
  controller.errorsForgotten = controller.errors;
}

/** Builds the log page in the scratch memory; returns its size. */
export function buildErrorLog(): u32 {
  const count = controller.errors;
  memory.fill(SCRATCH, 0, MAX_ERRORS * ERROR_LOG_ENTRY_BYTES);
  for (let age: u64 = 0; age < min(count - controller.errorsForgotten, MAX_ERRORS as u64); age++) {
    const entry = SCRATCH + (age as usize) * ERROR_LOG_ENTRY_BYTES;
    memory.copy(entry, entryAt(count - 1 - age), ERROR_LOG_ENTRY_BYTES);
  }
  return MAX_ERRORS * ERROR_LOG_ENTRY_BYTES;
}

/** A cleared entry with the next Error Count, which is unique over the controller's life. */
function nextEntry(): usize {
  const entry = entryAt(controller.errors++);
  memory.fill(entry, 0, ERROR_LOG_ENTRY_BYTES);
  store<u64>(entry + ErrorLogEntry.ERROR_COUNT, controller.errors);
  return entry;
}

/** A comparison that differs is the host's data, not a media error. */
function countMediaError(status: u32): void {
  if (((status >> 8) & 7) == MEDIA_SCT && (status & 0xff) != COMPARE_SC) controller.mediaErrors++;
}

@inline
function entryAt(number: u64): usize {
  return ERROR_LOG + ((number % MAX_ERRORS) as usize) * ERROR_LOG_ENTRY_BYTES;
}
