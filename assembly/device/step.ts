// The controller's main loop. `step` does a bounded amount of everything and depends on nothing but
// memory, BUS_NOW and the seeds; `run` repeats it by the clock.
import {
  BUS_MASTER,
  BUS_NOW,
  BUS_OFFSET,
  BUS_REQUEST,
  BUS_VALUE,
  BUS_VALUE_HIGH,
  BusRequest,
  IOMMU_GENERATION,
} from "../layout.ts";
import { controller } from "./state.ts";
import { continueShutdown } from "./controller.ts";
import { isOperational, isShuttingDown, mayPost } from "./controller-status.ts";
import { requestedFunctionReset, requestedHotReset } from "./reset.ts";
import { readRegister, writeRegister } from "./registers.ts";
import { activeCompletionQueue } from "./queues.ts";
import { retranslateQueues } from "./queue-life.ts";
import { postDue, postHeld } from "./completion.ts";
import { finishLate } from "./fault-entries.ts";
import { headWritten, scanAbsent } from "./doorbells.ts";
import { fetchAll } from "./fetch.ts";
import { isShadowed, shadowedHead } from "./shadow.ts";
import { reportEvents } from "./event-requests.ts";
import { acceptStamps } from "./stamps.ts";
import { raiseInterrupts } from "./interrupts.ts";
import { forgetTranslation } from "./dma.ts";
import { acceptAnswering } from "./page-requests.ts";
import { maskFunction } from "./msix.ts";
import { clock } from "./imports.ts";
import { pause } from "./pause.ts";
import { drivePin } from "./pin.ts";

/** While there is work, doorbells of absent queues are looked at every so many steps. */
const ABSENT_SCAN_MASK: u32 = 255;
/** Without latencies the clock only tells when to return: it is read every so many steps. */
const CLOCK_MASK: u32 = 63;

/**
 * Does what is to be done now, within bounds; returns how much that was, 0 when there was nothing.
 */
export function step(): u32 {
  controller.steps++;
  if (isShuttingDown()) continueShutdown();
  let work = answerBus();
  acceptTranslations();
  if (load<u32>(BUS_MASTER) == 0 || controller.gone != 0) return work;
  if (mayPost()) work += postCompletions();
  if (isOperational()) work += processCommands(work);
  if ((controller.interruptsDue | controller.delayedVectors | controller.messagesDue) != 0) {
    raiseInterrupts();
  }
  if (controller.pin != 0) drivePin();
  return work;
}

const LONGEST_MICROS: u64 = 0x3fffffff;
/** When something was last done, at the end of a slice. */
let workedNs: u64 = 0;
let markedNs: u64 = 0;

/** Steps until BUS_NOW has reached `until` or a STOP was seen; returns the work done. */
export function run(until: u64): u32 {
  let work: u32 = 0;
  let steps: u32 = 0;
  clock();
  while (controller.stopped == 0) {
    const done = step();
    work += done;
    if (done == 0) pause();
    if (isTimed() || (++steps & CLOCK_MASK) == 0) clock();
    if (load<u64>(BUS_NOW) >= until) break;
  }
  return work;
}

/**
 * Runs for `ns`, and counts for how long nothing was done. Plain small numbers go in and out: a 64-bit time would be a new
 * BigInt for each slice, and so garbage, which the device's thread would stop to collect.
 */
export function runSlice(ns: u32): u32 {
  clock();
  if (workedNs == 0) workedNs = load<u64>(BUS_NOW);
  const done = run(load<u64>(BUS_NOW) + ns);
  if (done != 0) workedNs = load<u64>(BUS_NOW);
  return done;
}

/** @returns for how many us nothing was done, at the end of the last slice. */
export function idleMicros(): u32 {
  return min<u64>((load<u64>(BUS_NOW) - workedNs) / 1000, LONGEST_MICROS) as u32;
}

/** @returns whether `micros` have passed since it last did so, at the end of the last slice. */
export function havePassed(micros: u32): bool {
  const now = load<u64>(BUS_NOW);
  if (now - markedNs < (micros as u64) * 1000) return false;
  markedNs = now;
  return true;
}

/** Whether the time decides about completions or interrupts: then every step reads the clock. */
@inline
function isTimed(): bool {
  return (controller.latencyModel | controller.waiting | controller.delayedVectors) != 0;
}

/** 1 when the host asked the device's thread to end. */
export function stopped(): u32 {
  return controller.stopped;
}

/** New commands and what they lead to. */
function processCommands(before: u32): u32 {
  let work = fetchAll();
  if ((before | work) == 0 || (controller.steps & ABSENT_SCAN_MASK) == 0) scanAbsent();
  if (controller.eventsDue != 0) work += reportEvents();
  return work;
}

/** What may be posted now: queues with new room, completions that are due. */
function postCompletions(): u32 {
  let work: u32 = 0;
  for (let index: u32 = 0; index < controller.completionQueues; index++) {
    const cq = activeCompletionQueue(index);
    const value = isShadowed(cq.qid) ? shadowedHead(cq) : load<u32>(cq.doorbell as usize);
    if (value != cq.seen) headWritten(cq, value);
    if (cq.lateIova != 0) finishLate(cq);
    if (cq.held != 0) work += postHeld(cq);
  }
  return controller.waiting != 0 ? work + postDue() : work;
}

/**
 * Answers one request of the host, if there is one. A change of the IOMMU's table that came before the
 * request is in force before the answer: a register access is how a host makes sure of it.
 */
function answerBus(): u32 {
  const request = atomic.load<u32>(BUS_REQUEST);
  if (request == (BusRequest.NONE as u32)) return 0;
  acceptTranslations();
  acceptStamps();
  serve(request);
  atomic.store<u32>(BUS_REQUEST, BusRequest.NONE);
  atomic.notify(BUS_REQUEST, -1);
  return 1;
}

function serve(request: u32): void {
  const offset = load<u32>(BUS_OFFSET);
  switch (request) {
    case BusRequest.READ:
      store<u32>(BUS_VALUE, readRegister(offset));
      break;
    case BusRequest.WRITE:
      writeRegister(offset, load<u32>(BUS_VALUE));
      break;
    case BusRequest.READ64:
      store<u32>(BUS_VALUE, readRegister(offset));
      store<u32>(BUS_VALUE_HIGH, readRegister(offset + 4));
      break;
    case BusRequest.WRITE64:
      writeRegister(offset, load<u32>(BUS_VALUE));
      writeRegister(offset + 4, load<u32>(BUS_VALUE_HIGH));
      break;
    case BusRequest.RESET:
      requestedFunctionReset();
      break;
    case BusRequest.HOT_RESET:
      requestedHotReset();
      break;
    case BusRequest.MASK_FUNCTION:
      maskFunction(load<u32>(BUS_VALUE));
      break;
    case BusRequest.STOP:
      controller.stopped = 1;
      break;
    default:
  }
}

/** When the IOMMU's table has changed, what was remembered of it is forgotten. */
function acceptTranslations(): void {
  const generation = load<u32>(IOMMU_GENERATION);
  if (generation == controller.iommuGeneration) return;
  controller.iommuGeneration = generation;
  forgetTranslation();
  retranslateQueues();
  acceptAnswering();
}
