// Interrupt coalescing (NVMe 1.4, sections 5.21.1.8 and 7.5): the interrupt of an I/O vector waits until
// THR + 1 entries were posted for it (THR is 0's based), or TIME has passed since the first of them.
// With either field 0 it is implicitly disabled (5.21.1.8). Delays are counted for each vector; an end
// of all delays, as after a change of the settings, is the same as an end of their time.
import { BUS_NOW } from "../layout.ts";
import { Feature } from "../spec/commands.ts";
import { CompletionQueue } from "./queue-state.ts";
import { controller, DELAYED_VECTORS, MAX_VECTORS } from "./state.ts";
import { featureValue } from "./feature-values.ts";
import { activeCompletionQueue } from "./queues.ts";
import { isCoalesced } from "./vectors.ts";
import { NEVER } from "./waiting.ts";

// A vector's delay: u64 until when; u32 entries posted since its last interrupt; u32 1 while it lasts.
const DELAY_END: usize = 0;
const DELAY_POSTED: usize = 8;
const DELAY_LASTS: usize = 12;
const DELAY_BYTES: usize = 16;

const THR_MASK: u32 = 0xff;
const TIME_SHIFT: u32 = 8;
const TIME_UNIT_NS: u64 = 100_000;

/** Takes over what Set Features left in Interrupt Coalescing or in a vector's configuration. */
export function applyCoalescing(): void {
  const value = featureValue(Feature.INTERRUPT_COALESCING);
  const threshold = value & THR_MASK;
  const time = (value >> TIME_SHIFT) & THR_MASK;
  const enabled = threshold != 0 && time != 0;
  controller.coalescingThreshold = enabled ? threshold + 1 : 0;
  controller.coalescingNs = enabled ? (time as u64) * TIME_UNIT_NS : 0;
  endDelays();
}

/**
 * Whether the interrupt of `cq` for `posted` more entries waits. It never does for the admin queue's
 * vector, nor for an entry with an error status, as 5.21.1.8 recommends.
 */
export function isDelayed(cq: CompletionQueue, posted: u32): bool {
  if (controller.coalescingThreshold == 0 || !isCoalesced(cq.vector)) return false;
  const delay = delayOf(cq.vector);
  const total = load<u32>(delay, DELAY_POSTED) + posted;
  if (total >= controller.coalescingThreshold || cq.urgent != 0) return false;
  store<u32>(delay, total, DELAY_POSTED);
  if (!lasts(delay)) start(delay);
  return true;
}

/** The vector's interrupt is raised, or has become needless: what was counted for it is settled. */
@inline
export function endDelay(vector: u32): void {
  if (controller.delayedVectors == 0) return;
  const delay = delayOf(vector);
  if (lasts(delay)) controller.delayedVectors--;
  memory.fill(delay, 0, DELAY_BYTES);
}

/** Whether the vector's interrupt has waited for its time. */
export function isOverdue(vector: u32): bool {
  const delay = delayOf(vector);
  return lasts(delay) && load<u64>(delay, DELAY_END) <= load<u64>(BUS_NOW);
}

/** When the first delay ends, or NEVER. */
export function nextInterrupt(): u64 {
  let first = NEVER;
  if (controller.delayedVectors == 0) return first;
  for (let index: u32 = 0; index < controller.completionQueues; index++) {
    const cq = activeCompletionQueue(index);
    if (cq.interrupts == 0 || !lasts(delayOf(cq.vector))) continue;
    first = min(first, load<u64>(delayOf(cq.vector), DELAY_END));
  }
  return first;
}

/** No queue is left: nor is there anything to interrupt for. */
export function forgetDelays(): void {
  memory.fill(DELAYED_VECTORS, 0, (MAX_VECTORS as usize) * DELAY_BYTES);
  controller.delayedVectors = 0;
}

/** After the deletion of `cq`: a delay that was for its entries alone is none any more. */
export function forgetDelayOf(cq: CompletionQueue): void {
  if (cq.interrupts == 0) return;
  for (let index: u32 = 0; index < controller.completionQueues; index++) {
    const other = activeCompletionQueue(index);
    if (other.interrupts != 0 && other.vector == cq.vector) return;
  }
  endDelay(cq.vector);
}

function start(delay: usize): void {
  store<u64>(delay, load<u64>(BUS_NOW) + controller.coalescingNs, DELAY_END);
  store<u32>(delay, 1, DELAY_LASTS);
  controller.delayedVectors++;
}

/** Lets the time of every delay be over: the interrupts come before the step ends. */
function endDelays(): void {
  if (controller.delayedVectors == 0) return;
  for (let vector: u32 = 0; vector < controller.vectors; vector++) {
    store<u64>(delayOf(vector), 0, DELAY_END);
  }
}

@inline
function lasts(delay: usize): bool {
  return load<u32>(delay, DELAY_LASTS) != 0;
}

@inline
function delayOf(vector: u32): usize {
  return DELAYED_VECTORS + (vector as usize) * DELAY_BYTES;
}
