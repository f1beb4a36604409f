// Faults are data: what the device does wrong (kind), with which commands (match), how often
// (every, times, probability), and with what numbers. Each has a stream of random numbers of its
// own, so that one more fault does not move the others.
import { controller, FAULTS, MAX_FAULTS } from "./state.ts";
import { mix } from "./random.ts";
import { updateDetour } from "./latency.ts";

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
