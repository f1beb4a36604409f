// Faults are data: what the device does wrong (kind), with which commands (match), how often
// (every, times, probability), and with what numbers. Each has a stream of random numbers of its
// own, so that one more fault does not move the others.
import { controller, FAULTS, MAX_FAULTS } from "./state.ts";
import { mix, nextUniform } from "./random.ts";
import { updateDetour } from "./latency.ts";
import { FaultKind, MATCH_ADMIN, MATCH_ANY } from "./options.ts";

@unmanaged
export class Fault {
  random: u64;
  a: u64;
  b: u64;
  probability: f64;
  /** Matching events so far, and how many of them it struck. */
  seen: u64;
  fired: u64;
  kind: u32;
  match: u32;
  every: u32;
  times: u32;
}

const FAULT_BYTES: usize = 128;

/**
 * Adds a fault. It strikes every `every`-th matching event (0: all), but each of them only with
 * `probability` (0: always), and at most `times` times (0: for ever). Returns its index, or -1 when
 * there are enough.
 */
export function addFault(
  kind: u32,
  match: u32,
  every: u32,
  times: u32,
  probability: f64,
  a: u64,
  b: u64,
  seed: u64,
): i32 {
  if (controller.faults >= MAX_FAULTS) return -1;
  const index = controller.faults++;
  const fault = faultAt(index);
  fault.kind = kind;
  fault.match = match;
  fault.every = every;
  fault.times = times;
  fault.probability = probability;
  fault.a = a;
  fault.b = b;
  fault.random = mix(seed + index);
  updateDetour();
  return index as i32;
}

/** How often the fault `index` has struck. */
export function faultsFired(index: u32): u64 {
  return index < controller.faults ? faultAt(index).fired : 0;
}

@inline
export function faultAt(index: u32): Fault {
  return changetype<Fault>(FAULTS + (index as usize) * FAULT_BYTES);
}

/** The fault's stream, for what it does. */
@inline
export function streamOf(fault: Fault): usize {
  return changetype<usize>(fault) + offsetof<Fault>("random");
}

/** Whether a command is one that the fault is about. */
export function matches(fault: Fault, sqid: u32, opcode: u32): bool {
  if ((fault.match & MATCH_ADMIN) != 0 != (sqid == 0)) return false;
  return (fault.match & MATCH_ANY) != 0 || (fault.match & 0xff) == opcode;
}

/** Counts one event and says whether the fault strikes this time. */
export function strikes(fault: Fault): bool {
  fault.seen++;
  if (fault.times != 0 && fault.fired >= fault.times) return false;
  if (fault.every != 0 && fault.seen % fault.every != 0) return false;
  if (fault.probability != 0.0 && nextUniform(streamOf(fault)) >= fault.probability) return false;
  fault.fired++;
  return true;
}

/** The first fault of a kind that strikes now, for events that no command causes; -1 is none. */
export function firstStriking(kind: FaultKind): i32 {
  for (let index: u32 = 0; index < controller.faults; index++) {
    const fault = faultAt(index);
    if (fault.kind == (kind as u32) && strikes(fault)) return index as i32;
  }
  return -1;
}
