// Asynchronous events (NVMe 1.4, section 5.2): what is to be reported. An event that cannot be reported
// yet, for want of a request (event-requests.ts) or because its type is masked, stays pending. Reading
// the type's log page unmasks it.
import { AsynchronousEventType, ErrorEvent, Feature, SmartEvent } from "../spec/commands.ts";
import { Status } from "../spec/status.ts";
import { controller, EVENTS_PENDING } from "./state.ts";
import { recordGeneralError } from "./error-log.ts";
import { featureValue } from "./feature-values.ts";

/** Types there are: ERROR and SMART. */
export const EVENT_TYPES: u32 = 2;
/** Critical Warning bit of the SMART log, and its enable bit in FID 0Bh. */
export const WARNING_TEMPERATURE: u32 = 0x2;

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

/** The host no longer asks for it: what was not reported yet is forgotten. */
export function dropTemperatureEvent(): void {
  const place = pendingAt(AsynchronousEventType.SMART);
  const bit: u32 = 1 << SmartEvent.TEMPERATURE_THRESHOLD;
  store<u32>(place, load<u32>(place) & ~bit);
}

/**
 * The log page of `type` was read without Retain Asynchronous Event: the host knows of all its events so
 * far, and those to come are reported again. Returns whether one had been reported.
 */
export function clearEvents(type: AsynchronousEventType): bool {
  const reported = (controller.eventsMasked & (1 << type)) != 0;
  controller.eventsMasked &= ~(1 << type);
  store<u32>(pendingAt(type), 0);
  return reported;
}

/** The events of `type` that may be reported now, a bit for each information. */
@inline
export function reportable(type: u32): u32 {
  return (controller.eventsMasked & (1 << type)) != 0 ? 0 : load<u32>(pendingAt(type));
}

/** An event is being reported: it waits no longer, and its type is masked. */
@inline
export function takeEvent(type: u32, information: u32): void {
  store<u32>(pendingAt(type), load<u32>(pendingAt(type)) & ~(1 << information));
  controller.eventsMasked |= 1 << type;
}

/** Forgets requests and events: a reset ends them without completions. */
export function forgetEvents(): void {
  controller.eventRequests = 0;
  controller.eventsMasked = 0;
  memory.fill(EVENTS_PENDING, 0, EVENT_TYPES * 4);
}

function raiseEvent(type: u32, information: u32): void {
  store<u32>(pendingAt(type), load<u32>(pendingAt(type)) | (1 << information));
  controller.eventsDue = 1;
}

@inline
function pendingAt(type: u32): usize {
  return EVENTS_PENDING + ((type as usize) << 2);
}
