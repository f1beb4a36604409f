// Create I/O Completion Queue (NVMe 1.4, section 5.3) and Create I/O Submission Queue (5.4). Queues
// are physically contiguous (CAP.CQR), priorities are accepted and, as there is only round robin,
// mean nothing.
import {
  CREATE_CQ_IEN,
  CREATE_CQ_IV_SHIFT,
  CREATE_PC,
  CREATE_QID_MASK,
  CREATE_QSIZE_SHIFT,
  CREATE_SQ_CQID_SHIFT,
} from "../spec/commands.ts";
import {
  CC_IOCQES_MASK,
  CC_IOCQES_SHIFT,
  CC_IOSQES_MASK,
  CC_IOSQES_SHIFT,
  PAGE_BYTES,
} from "../spec/registers.ts";
import { Status } from "../spec/status.ts";
import { CQE_BYTES, SQE_BYTES } from "../spec/entries.ts";
import { command, controller } from "./state.ts";
import { completionQueueAt, submissionQueueAt } from "./queues.ts";
import { openCompletionQueue, openSubmissionQueue } from "./queue-life.ts";
import { vectorCount } from "./vectors.ts";
import { failAt } from "./nvm.ts";
import { checkUse, Use } from "./controller-memory.ts";

/** Entry sizes in CC are powers of two: 64 and 16 bytes are all there is. */
const SQE_POWER: u32 = 6;
const CQE_POWER: u32 = 4;

const PRP1_LOCATION: u32 = 24;
const CDW10_LOCATION: u32 = 40;
const QSIZE_LOCATION: u32 = 42;
const CDW11_LOCATION: u32 = 44;
const CDW11_HIGH_LOCATION: u32 = 46;

/** Create I/O Completion Queue (5.3). */
export function createCompletionQueue(): u32 {
  const qid = queueId();
  const vector = command.cdw11 >> CREATE_CQ_IV_SHIFT;
  const interrupts: u32 = (command.cdw11 & CREATE_CQ_IEN) != 0 ? 1 : 0;
  const power = (controller.cc >> CC_IOCQES_SHIFT) & CC_IOCQES_MASK;
  if (qid == 0 || qid > controller.grantedCompletionQueues || completionQueueAt(qid).entries != 0) {
    return failAt(CDW10_LOCATION, Status.INVALID_QUEUE_IDENTIFIER);
  }
  const status = checkMemory(power == CQE_POWER, CQE_BYTES, Use.COMPLETION_QUEUE);
  if (status != 0) return status;
  if (interrupts != 0 && vector >= vectorCount()) {
    return failAt(CDW11_HIGH_LOCATION, Status.INVALID_INTERRUPT_VECTOR);
  }
  openCompletionQueue(qid, command.prp1, queueEntries(), vector, interrupts);
  controller.queuesCreated = 1;
  return Status.SUCCESS;
}

/** Create I/O Submission Queue (5.4). */
export function createSubmissionQueue(): u32 {
  const qid = queueId();
  const cqid = command.cdw11 >> CREATE_SQ_CQID_SHIFT;
  const power = (controller.cc >> CC_IOSQES_SHIFT) & CC_IOSQES_MASK;
  if (qid == 0 || qid > controller.grantedSubmissionQueues || submissionQueueAt(qid).entries != 0) {
    return failAt(CDW10_LOCATION, Status.INVALID_QUEUE_IDENTIFIER);
  }
  if (cqid == 0 || cqid > controller.grantedCompletionQueues) {
    return failAt(CDW11_HIGH_LOCATION, Status.INVALID_QUEUE_IDENTIFIER);
  }
  if (completionQueueAt(cqid).entries == 0) {
    return failAt(CDW11_HIGH_LOCATION, Status.COMPLETION_QUEUE_INVALID);
  }
  const status = checkMemory(power == SQE_POWER, SQE_BYTES, Use.SUBMISSION_QUEUE);
  if (status != 0) return status;
  openSubmissionQueue(qid, command.prp1, queueEntries(), cqid);
  controller.queuesCreated = 1;
  return Status.SUCCESS;
}

/** What both kinds demand of their memory: size, PC, alignment, and that it is for queues where it is the controller's. */
function checkMemory(entrySizeSet: bool, entryBytes: u32, use: Use): u32 {
  const entries = queueEntries();
  if (entries < 2 || entries > controller.entriesLimit) {
    return failAt(QSIZE_LOCATION, Status.INVALID_QUEUE_SIZE);
  }
  // CC is wrong, and no field of the command
  if (!entrySizeSet) return Status.INVALID_QUEUE_SIZE;
  if ((command.cdw11 & CREATE_PC) == 0) return failAt(CDW11_LOCATION, Status.INVALID_FIELD);
  if ((command.prp1 & (PAGE_BYTES - 1)) != 0) {
    return failAt(PRP1_LOCATION, Status.PRP_OFFSET_INVALID);
  }
  return failAt(PRP1_LOCATION, checkUse(command.prp1, entries * entryBytes, use));
}

@inline
function queueId(): u32 {
  return command.cdw10 & CREATE_QID_MASK;
}

/** QSIZE is 0's based. */
@inline
function queueEntries(): u32 {
  return (command.cdw10 >> CREATE_QSIZE_SHIFT) + 1;
}
