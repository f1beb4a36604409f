// Admin commands (NVMe 1.4, section 5): the table of those there are.
import { AdminOpcode } from "../spec/commands.ts";
import { Status } from "../spec/status.ts";
import { command } from "./state.ts";
import { FLAGS_UNSUPPORTED, failAt, unsupportedFlags } from "./nvm.ts";
import { createCompletionQueue, createSubmissionQueue } from "./create-queue.ts";
import { deleteCompletionQueue, deleteSubmissionQueue } from "./delete-queue.ts";
import { identify } from "./identify.ts";
import { getFeatures, setFeatures } from "./features.ts";
import { getLogPage } from "./log-pages.ts";
import { asynchronousEventRequest } from "./event-requests.ts";
import { abort } from "./abort.ts";
import { configureDoorbellBuffer } from "./doorbell-buffer.ts";

const NSID_LOCATION: u32 = 4;

/** Executes the admin command in `command`; returns its status, or NO_COMPLETION. */
export function executeAdmin(): u32 {
  if ((command.flags & FLAGS_UNSUPPORTED) != 0) return unsupportedFlags();
  switch (command.opcode as u32) {
    case AdminOpcode.DELETE_IO_SQ:
      return namesNone() ? deleteSubmissionQueue() : unusedNamespace();
    case AdminOpcode.CREATE_IO_SQ:
      return namesNone() ? createSubmissionQueue() : unusedNamespace();
    case AdminOpcode.GET_LOG_PAGE:
      return getLogPage();
    case AdminOpcode.DELETE_IO_CQ:
      return namesNone() ? deleteCompletionQueue() : unusedNamespace();
    case AdminOpcode.CREATE_IO_CQ:
      return namesNone() ? createCompletionQueue() : unusedNamespace();
    case AdminOpcode.IDENTIFY:
      return identify();
    case AdminOpcode.ABORT:
      return namesNone() ? abort() : unusedNamespace();
    case AdminOpcode.SET_FEATURES:
      return setFeatures();
    case AdminOpcode.GET_FEATURES:
      return getFeatures();
    case AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST:
      return namesNone() ? asynchronousEventRequest() : unusedNamespace();
    case AdminOpcode.DOORBELL_BUFFER_CONFIG:
      return namesNone() ? configureDoorbellBuffer() : unusedNamespace();
    default:
      return failAt(0, Status.INVALID_OPCODE);
  }
}

/** Commands that do not use the NSID have 0 there (4.2). */
@inline
function namesNone(): bool {
  return command.nsid == 0;
}

function unusedNamespace(): u32 {
  return failAt(NSID_LOCATION, Status.INVALID_FIELD);
}
