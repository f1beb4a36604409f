// Faults of commands: what will go wrong with the command that was read. Those that are not the
// command's (an interrupt, a reset, the end of the controller) happen here and now.
import { BUS_NOW } from "../layout.ts";
import { SubmissionQueue } from "./queue-state.ts";
import { command, controller } from "./state.ts";
import { Fault, faultAt, streamOf } from "./fault-table.ts";
import { matches, strikes } from "./fault-strikes.ts";
import { FaultKind } from "./options.ts";
import { fatal } from "./controller-status.ts";
import { completionQueueOf } from "./queues.ts";
import { functionReset } from "./reset.ts";
import { interruptForNothing } from "./interrupts.ts";
import { NEVER } from "./waiting.ts";

const NO_CORRUPTION: u32 = 0xff;

// What the faults have decided for the command being executed.
/** The status that it ends with unexecuted, or 0. */
export let forcedStatus: u32 = 0;
let delayNs: u64 = 0;
/** A Corruption, or NO_CORRUPTION, and the stream of random numbers that it draws from. */
export let corruption: u32 = 0;
export let corruptionStream: usize = 0;

/** Decides for the command in `command`, anew. */
export function decideFaults(sq: SubmissionQueue): void {
  forcedStatus = 0;
  delayNs = 0;
  corruption = NO_CORRUPTION;
  command.dry = 0;
  for (let index: u32 = 0; index < controller.faults; index++) {
    const fault = faultAt(index);
    if (fault.kind > (FaultKind.SPURIOUS_INTERRUPT as u32)) continue;
    if (matches(fault, sq.qid, command.opcode) && strikes(fault)) strike(fault, sq);
  }
}

/** When a completion that would be due at `dueNs` is to be posted. */
export function dueWithFaults(dueNs: u64): u64 {
  if (delayNs == 0) return dueNs;
  return delayNs == NEVER ? NEVER : max(dueNs, load<u64>(BUS_NOW)) + delayNs;
}

function strike(fault: Fault, sq: SubmissionQueue): void {
  switch (fault.kind) {
    case FaultKind.ERROR_STATUS:
      forcedStatus = fault.a as u32;
      break;
    case FaultKind.DELAY:
      if (delayNs != NEVER) delayNs += fault.a;
      break;
    case FaultKind.NEVER_COMPLETE:
      delayNs = NEVER;
      break;
    case FaultKind.CORRUPT_DATA:
      corruption = fault.a as u32;
      corruptionStream = streamOf(fault);
      break;
    case FaultKind.NO_DATA:
    case FaultKind.WRITE_LOST:
      command.dry = 1;
      break;
    case FaultKind.SPURIOUS_INTERRUPT:
      interruptForNothing(completionQueueOf(sq));
      break;
    default:
      strikeController(fault.kind);
  }
}

/** Faults after which this command does not matter any more. */
function strikeController(kind: u32): void {
  if (kind == (FaultKind.SURPRISE_RESET as u32)) return functionReset();
  if (kind == (FaultKind.GONE as u32)) controller.gone = 1;
  fatal();
}
