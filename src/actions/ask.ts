// Commands that ask a controller something: it is brought up, asked with the status told in full when it refuses, and
// given back.
import { oneOf } from "../ground/choices.ts";
import { type Carried, type CarriedOptions, carry, type Place } from "../nvme/carried.ts";
import { failureOf } from "../nvme/log.ts";
import type { SqeDwords } from "../nvme/sqe.ts";
import { type InspectFlags, withDevice } from "./inspect.ts";
import { fieldNumber } from "./numbers.ts";

/** Opens the device, brings its controller up without I/O queues, lets `work` ask it, and closes. */
export function withController<T>(
  flags: InspectFlags,
  work: (place: Place, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withDevice(flags, async (device, signal) => {
    const controller = await device.bringUp({ ioQueues: 0 });
    return work({ controller, memory: device.memory }, signal);
  });
}

/** Sends an admin command. @throws PhasebitError DEVICE for an error status, with what the error log has of it */
export async function ask(
  place: Place,
  command: SqeDwords,
  what: string,
  options: CarriedOptions,
): Promise<Carried> {
  const carried = await carry(place, place.controller.admin, command, options);
  if (carried.completion.status === 0) return carried;
  throw await failureOf(place, what, carried.completion);
}

/** A number, or a name that stands for one. @throws PhasebitError USAGE with the nearest name, and all of them */
export function namedNumber(
  flag: string,
  text: string,
  names: Readonly<Record<string, number>>,
): number {
  if (/^[0-9]/.test(text)) return fieldNumber(flag, text, 8);
  return names[oneOf(flag, text, Object.keys(names))]!;
}
