// Abort (NVMe 1.4, section 5.1). Commands execute when they are fetched, so what can be aborted is
// one that waits for its due time, or an Asynchronous Event Request. It ends before the Abort does.
import {
  ABORT_CID_SHIFT,
  ABORT_NOT_ABORTED,
  ABORT_SQID_MASK,
  AdminOpcode,
} from "../spec/commands.ts";
import { Status } from "../spec/status.ts";
import { command } from "./state.ts";
import { countWaiting, findWaiting, release, takeWaiting, waitingAt } from "./waiting.ts";
import { abortEventRequest } from "./event-requests.ts";
import { post } from "./completion.ts";

/** Abort Command Limit, 0's based as in Identify Controller. */
export const ABORT_LIMIT: u32 = 3;

/** Abort (5.1): dword 0 says whether the command was aborted. */
export function abort(): u32 {
  const sqid = command.cdw10 & ABORT_SQID_MASK;
  const cid = command.cdw10 >> ABORT_CID_SHIFT;
  if (countWaiting(0, AdminOpcode.ABORT) > ABORT_LIMIT) return Status.ABORT_LIMIT_EXCEEDED;
  const aborted = (sqid == 0 && abortEventRequest(cid)) || abortWaitingCommand(sqid, cid);
  command.dw0 = aborted ? 0 : ABORT_NOT_ABORTED;
  return Status.SUCCESS;
}

function abortWaitingCommand(sqid: u32, cid: u32): bool {
  const index = findWaiting(sqid, cid);
  if (index < 0) return false;
  const place = takeWaiting(index as u32);
  const completion = waitingAt(place);
  completion.status = Status.ABORT_REQUESTED as u16;
  completion.dw0 = 0;
  post(completion);
  release(place);
  return true;
}
