// Asynchronous events (NVMe 1.4, section 5.2). An event that cannot be reported yet, for want of a
// request or because its type is masked, stays pending. Reading the type's log page unmasks it.
import {
  AdminOpcode,
  AER_INFORMATION_SHIFT,
  AER_LID_SHIFT,
  AsynchronousEventType,
  ErrorEvent,
  Feature,
  LogPage,
  SmartEvent,
} from "../spec/commands.ts";
import { Status } from "../spec/status.ts";
import {
  answer,
  command,
  controller,
  EVENT_REQUESTS,
  EVENTS_PENDING,
  MAX_EVENT_REQUESTS,
} from "./state.ts";
import { NO_COMPLETION, post } from "./completion.ts";
import { recordGeneralError } from "./error-log.ts";
import { featureValue } from "./feature-values.ts";

/** Types there are: ERROR and SMART. */
const EVENT_TYPES: u32 = 2;
/** Critical Warning bit of the SMART log, and its enable bit in FID 0Bh. */
export const WARNING_TEMPERATURE: u32 = 0x2;

/** Asynchronous Event Request (5.2): outstanding until there is an event. */
export function asynchronousEventRequest(): u32 {
  if (controller.eventRequests >= MAX_EVENT_REQUESTS) {
    return Status.ASYNCHRONOUS_EVENT_LIMIT_EXCEEDED;
  }
  store<u16>(requestAt(controller.eventRequests++), command.cid);
  controller.eventsDue = 1;
  return NO_COMPLETION;
}

/** A doorbell was written that should not have been, or with a value that it cannot have. */
export function doorbellError(information: ErrorEvent): void {
  recordGeneralError(Status.INVALID_FIELD);
  raiseEvent(AsynchronousEventType.ERROR, information);
}

/** The temperature passed a threshold; reported when FID 0Bh enables that warning. */
export function temperatureEvent(): void {
  const enabled = featureValue(Feature.ASYNCHRONOUS_EVENT_CONFIGURATION) & WARNING_TEMPERATURE;
  if (enabled != 0) raiseEvent(AsynchronousEventType.SMART, SmartEvent.TEMPERATURE_THRESHOLD);
}

/**
 * The log page of `type` was read without Retain Asynchronous Event: its events are reported again.
 */
export function unmaskEvents(type: AsynchronousEventType): void {
  controller.eventsMasked &= ~(1 << type);
  controller.eventsDue = 1;
}

/** Forgets requests and events: a reset ends them without completions. */
export function forgetEvents(): void {
  controller.eventRequests = 0;
  controller.eventsMasked = 0;
  memory.fill(EVENTS_PENDING, 0, EVENT_TYPES * 4);
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
    const pending = load<u32>(pendingAt(type));
    if (pending == 0 || controller.eventRequests == 0) continue;
    if ((controller.eventsMasked & (1 << type)) != 0) continue;
    report(type, ctz(pending));
    count++;
  }
  return count;
}

function raiseEvent(type: u32, information: u32): void {
  store<u32>(pendingAt(type), load<u32>(pendingAt(type)) | (1 << information));
  controller.eventsDue = 1;
}

function report(type: u32, information: u32): void {
  const lid: u32 =
    type == (AsynchronousEventType.ERROR as u32) ? LogPage.ERROR_INFORMATION : LogPage.SMART;
  const cid = load<u16>(requestAt(0));
  dropRequest(0);
  store<u32>(pendingAt(type), load<u32>(pendingAt(type)) & ~(1 << information));
  controller.eventsMasked |= 1 << type;
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

@inline
function pendingAt(type: u32): usize {
  return EVENTS_PENDING + ((type as usize) << 2);
}
