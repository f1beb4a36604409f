// Completions that wait: for their due time (a binary heap), or for room in their queue (a list for
// each completion queue). All share one pool of places; an empty pool stops the fetching of
// commands.
import { BUS_NOW } from "../layout.ts";
import {
  answer,
  Completion,
  COMPLETION_BYTES,
  controller,
  MAX_WAITING,
  WAITING,
  WAITING_HEAP,
} from "./state.ts";

/** A due time that never comes. */
export const NEVER: u64 = u64.MAX_VALUE;

/** The completion at a place, counted from 1. */
@inline
export function waitingAt(place: u32): Completion {
  return changetype<Completion>(WAITING + ((place - 1) as usize) * COMPLETION_BYTES);
}

/** Empties heap and pool. */
export function forgetWaiting(): void {
  if (controller.waiting != 0) noLongerBusy();
  controller.waiting = 0;
  controller.waitingUsed = 0;
  controller.waitingFree = 0;
  controller.waitingFresh = 0;
  controller.waitingNever = 0;
}

/** Copies `completion` into the pool; returns its place, or 0 when the pool is empty. */
export function keep(completion: Completion): u32 {
  const place = claim();
  if (place == 0) return 0;
  const kept = waitingAt(place);
  controller.waitingUsed++;
  memory.copy(changetype<usize>(kept), changetype<usize>(completion), COMPLETION_BYTES);
  kept.next = 0;
  return place;
}

/** A place that was given back, or else one never used. */
function claim(): u32 {
  const place = controller.waitingFree;
  if (place != 0) {
    controller.waitingFree = waitingAt(place).next;
    return place;
  }
  return controller.waitingFresh < MAX_WAITING ? ++controller.waitingFresh : 0;
}

/** Gives a place back. */
export function release(place: u32): void {
  waitingAt(place).next = controller.waitingFree;
  controller.waitingFree = place;
  controller.waitingUsed--;
}

/** Lets the answer wait until `dueNs`. The fetch budget keeps the pool from running empty. */
export function scheduleAnswer(dueNs: u64): void {
  answer.dueNs = dueNs;
  answer.sequence = controller.sequence++;
  const place = keep(answer);
  if (place == 0) return;
  if (dueNs == NEVER) controller.waitingNever++;
  if (controller.waiting == 0) controller.busySinceNs = load<u64>(BUS_NOW);
  siftUp(controller.waiting++, place);
}

/** The place of the completion that is due first, or 0. */
@inline
export function firstDue(): u32 {
  return controller.waiting == 0 ? 0 : heapAt(0);
}

/** Takes the heap's entry `index` out; its place stays in use until it is released. */
export function takeWaiting(index: u32): u32 {
  const place = heapAt(index);
  if (waitingAt(place).dueNs == NEVER) controller.waitingNever--;
  const last = heapAt(--controller.waiting);
  if (index < controller.waiting) {
    siftDown(index, last);
    siftUp(index, heapAt(index));
  }
  if (controller.waiting == 0) noLongerBusy();
  return place;
}

/** For how long commands have been in flight since power on; those that end at once take no time. */
export function busyNs(): u64 {
  if (controller.waiting == 0) return controller.busyNs;
  return controller.busyNs + (load<u64>(BUS_NOW) - controller.busySinceNs);
}

function noLongerBusy(): void {
  controller.busyNs += load<u64>(BUS_NOW) - controller.busySinceNs;
}

/** Whether a completion waits whose time will come. */
export function hasTimedWaiting(): bool {
  const place = firstDue();
  return place != 0 && waitingAt(place).dueNs != NEVER;
}

/** Index in the heap of the command `cid` of queue `sqid`, or -1. */
export function findWaiting(sqid: u32, cid: u32): i32 {
  for (let index: u32 = 0; index < controller.waiting; index++) {
    const completion = waitingAt(heapAt(index));
    if (completion.sqid == sqid && completion.cid == cid) return index as i32;
  }
  return -1;
}

/** The completion at an index of the heap. */
export function waitingOf(index: u32): Completion {
  return waitingAt(heapAt(index));
}

/** Index in the heap of any command of queue `sqid`, or -1. */
export function findAnyWaiting(sqid: u32): i32 {
  for (let index: u32 = 0; index < controller.waiting; index++) {
    if (waitingAt(heapAt(index)).sqid == sqid) return index as i32;
  }
  return -1;
}

/** How many commands with this opcode wait on queue `sqid`. */
export function countWaiting(sqid: u32, opcode: u32): u32 {
  let count: u32 = 0;
  for (let index: u32 = 0; index < controller.waiting; index++) {
    const completion = waitingAt(heapAt(index));
    if (completion.sqid == sqid && completion.opcode == opcode) count++;
  }
  return count;
}

function siftUp(from: u32, place: u32): void {
  let index = from;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!before(place, heapAt(parent))) break;
    setHeap(index, heapAt(parent));
    index = parent;
  }
  setHeap(index, place);
}

function siftDown(from: u32, place: u32): void {
  let index = from;
  while (true) {
    let child: u32 = 2 * index + 1;
    if (child >= controller.waiting) break;
    if (child + 1 < controller.waiting && before(heapAt(child + 1), heapAt(child))) child++;
    if (!before(heapAt(child), place)) break;
    setHeap(index, heapAt(child));
    index = child;
  }
  setHeap(index, place);
}

/** Whether the completion at place `a` comes before that at `b`. */
function before(a: u32, b: u32): bool {
  const first = waitingAt(a);
  const second = waitingAt(b);
  if (first.dueNs != second.dueNs) return first.dueNs < second.dueNs;
  return ((first.sequence - second.sequence) as i32) < 0;
}

@inline
function heapAt(index: u32): u32 {
  return load<u32>(WAITING_HEAP + ((index as usize) << 2));
}

@inline
function setHeap(index: u32, place: u32): void {
  store<u32>(WAITING_HEAP + ((index as usize) << 2), place);
}
