// Number of Queues (NVMe 1.4, section 5.21.1.7): the host asks, the controller grants what it has.
// All numbers in the command are 0's based.
import { Status } from "../spec/status.ts";
import { command, controller } from "./state.ts";
import { queueLimit } from "./fault-controls.ts";

const SUBMISSION_MASK: u32 = 0xffff;
const COMPLETION_SHIFT: u32 = 16;
/** 65,536 queues of a kind are more than there can be. */
const INVALID_COUNT: u32 = 0xffff;
// Byte offsets in the SQE, for the error log.
const NSQR_LOCATION: u32 = 44;
const NCQR_LOCATION: u32 = 46;

/** Until the host asks for less, everything there is. */
export function resetNumberOfQueues(): void {
  controller.queuesCreated = 0;
  controller.grantedSubmissionQueues = limit();
  controller.grantedCompletionQueues = limit();
}

/** Dword 0 of Get and Set Features: NSQA and NCQA. */
export function numberOfQueues(): u32 {
  return pair(controller.grantedSubmissionQueues, controller.grantedCompletionQueues);
}

/** Dword 0 of Get Features for the default value: what there is until the host asks for less. */
export function mostQueues(): u32 {
  return pair(limit(), limit());
}

/** Set Features: `value` is CDW11, NSQR and NCQR. Settled once an I/O queue was created. */
export function setNumberOfQueues(value: u32): u32 {
  const submission = value & SUBMISSION_MASK;
  const completion = value >> COMPLETION_SHIFT;
  if (submission == INVALID_COUNT) return tooMany(NSQR_LOCATION);
  if (completion == INVALID_COUNT) return tooMany(NCQR_LOCATION);
  if (controller.queuesCreated != 0) return Status.COMMAND_SEQUENCE_ERROR;
  controller.grantedSubmissionQueues = min(submission + 1, limit());
  controller.grantedCompletionQueues = min(completion + 1, limit());
  command.dw0 = numberOfQueues();
  return Status.SUCCESS;
}

function tooMany(location: u32): u32 {
  command.location = location;
  return Status.INVALID_FIELD;
}

/** Both numbers, 0's based. */
function pair(submission: u32, completion: u32): u32 {
  return (submission - 1) | ((completion - 1) << COMPLETION_SHIFT);
}

/** What the controller has, or a fault lets it have. */
function limit(): u32 {
  return min(controller.ioQueues, queueLimit());
}
