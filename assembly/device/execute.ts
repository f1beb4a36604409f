// Executing the command that was read, and ending it: as it should be, or as the faults have decided.
import { SubmissionQueue } from "./queue-state.ts";
import { command, controller } from "./state.ts";
import { executeAdmin } from "./admin.ts";
import { finish, finishSlowly, NO_COMPLETION } from "./completion.ts";
import { isOperational } from "./controller-status.ts";
import { corruption, decideFaults, forcedStatus } from "./fault-commands.ts";
import { corrupt, misdirect } from "./fault-data.ts";
import { executeNvm } from "./nvm.ts";
import { Corruption } from "./options.ts";

/** From the command in `command` to its completion. */
@inline
export function execute(sq: SubmissionQueue): void {
  if (controller.faults != 0) return executeWithFaults(sq);
  const status = executeOn(sq);
  if (status != NO_COMPLETION) finish(sq, status);
}

function executeWithFaults(sq: SubmissionQueue): void {
  decideFaults(sq);
  if (isOperational()) executePlanned(sq);
}

function executePlanned(sq: SubmissionQueue): void {
  if (forcedStatus != 0) return force(sq);
  if (corruption == (Corruption.MISDIRECT as u32)) misdirect();
  const status = executeOn(sq);
  if (status == NO_COMPLETION) return;
  if (status == 0 && corruption < (Corruption.MISDIRECT as u32)) corrupt();
  finish(sq, status);
}

/** The first block of an I/O command is what a status that was forced on it is about. */
function force(sq: SubmissionQueue): void {
  if (sq.qid != 0) command.lba = command.slba;
  finishSlowly(sq, forcedStatus);
}

/** Executes the command; the status it ends with, or NO_COMPLETION. */
@inline
function executeOn(sq: SubmissionQueue): u32 {
  return sq.qid == 0 ? executeAdmin() : executeNvm();
}
