// Asynchronous Event Requests (NVMe 1.4, section 5.2): commands that stay outstanding until there is an
// event to report.
import {
  AdminOpcode,
  AER_INFORMATION_SHIFT,
  AER_LID_SHIFT,
  AsynchronousEventType,
  LogPage,
} from "../spec/commands.ts";
import { Status } from "../spec/status.ts";
import { answer, command, controller, EVENT_REQUESTS, MAX_EVENT_REQUESTS } from "./state.ts";
import { NO_COMPLETION, post } from "./completion.ts";
import { EVENT_TYPES, reportable, takeEvent } from "./events.ts";

/** Asynchronous Event Request (5.2): outstanding until there is an event. */
export function asynchronousEventRequest(): u32 {
  if (controller.eventRequests >= MAX_EVENT_REQUESTS) {
    return Status.ASYNCHRONOUS_EVENT_LIMIT_EXCEEDED;
  }
  store<u16>(requestAt(controller.eventRequests++), command.cid);
  controller.eventsDue = 1;
  return NO_COMPLETION;
}

/** Completes an outstanding request as aborted; false when `cid` is none. */
export function abortEventRequest(cid: u32): bool {
  for (let index: u32 = 0; index < controller.eventRequests; index++) {
    if (load<u16>(requestAt(index)) != cid) continue;
    dropRequest(index);
    complete(cid, Status.ABORT_REQUESTED, 0);
    return true;
  }
  return false;
}

/** Reports pending events to outstanding requests, as far as both reach; returns how many. */
export function reportEvents(): u32 {
  let count: u32 = 0;
  controller.eventsDue = 0;
  for (let type: u32 = 0; type < EVENT_TYPES; type++) {
    const events = reportable(type);
    if (events == 0 || controller.eventRequests == 0) continue;
    report(type, ctz(events));
    count++;
  }
  return count;
}

function report(type: u32, information: u32): void {
  const lid: u32 =
    type == (AsynchronousEventType.ERROR as u32) ? LogPage.ERROR_INFORMATION : LogPage.SMART;
  const cid = load<u16>(requestAt(0));
  dropRequest(0);
  takeEvent(type, information);
  const dw0 = type | (information << AER_INFORMATION_SHIFT) | (lid << AER_LID_SHIFT);
  complete(cid, Status.SUCCESS, dw0);
}

function complete(cid: u32, status: u32, dw0: u32): void {
  answer.dw0 = dw0;
  answer.sqid = 0;
  answer.cid = cid as u16;
  answer.status = status as u16;
  answer.opcode = AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST as u16;
  answer.location = 0;
  answer.lba = 0;
  answer.nsid = 0;
  post(answer);
}

function dropRequest(index: u32): void {
  controller.eventRequests--;
  const place = requestAt(index);
  memory.copy(place, place + 2, ((controller.eventRequests - index) as usize) << 1);
}

@inline
function requestAt(index: u32): usize {
  return EVENT_REQUESTS + ((index as usize) << 1);
}
