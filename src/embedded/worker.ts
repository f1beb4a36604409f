// The embedded controller's thread: it runs the device in slices, offers its CPU to others between them when
// it has nothing to do or shares it, and sleeps when embedded-idle.ts says so.
import { parentPort, workerData } from "node:worker_threads";
import { LatencyModel } from "../../assembly/device/options.ts";
import {
  BUS_MEDIUM_LOST,
  BUS_NOW,
  BUS_REQUEST,
  BUS_THREAD,
  BusRequest,
} from "../../assembly/layout.ts";
import { instantiateDevice } from "../compiled/modules.ts";
import { type ClockScale, native } from "../compiled/native.ts";
import { threadClock } from "../compiled/thread-clock.ts";
import { turnsPerNs } from "../compiled/turns.ts";
import { ownThread } from "../ground/scheduler.ts";
import type { Span } from "../memory/arena.ts";
import type { SharedMemory } from "../memory/linear-memory.ts";
import { type EmbeddedDevice, powerOn } from "./device.ts";
import { pauseNs, SOONEST_REST_NS, sleepNs } from "./idle.ts";
import { Wires } from "./wires.ts";

/** Between two slices some commands are late by a microsecond; a device that is busy need seldom stop. */
const BUSY_SLICE_NS = 4_000_000;
/** Commands in a slice that make it a busy one: a register access or two do not keep it awake for long. */
const BUSY = 100;
const SLICE_NS = 1_000_000;
/** When idle, or when a job that shares the CPU waits for it. */
const SHORT_SLICE_NS = 50_000;
/** Nobody rests sooner, and most slices of a device that waits for its latency end here. */
const SOONEST_REST_US = SOONEST_REST_NS / 1000;
/** How long it takes to see that others want this CPU. */
const WINDOW_US = 10_000;

const {
  memory,
  module,
  doorbells,
  device,
  clock: scale,
} = workerData as {
  memory: SharedMemory;
  module: WebAssembly.Module;
  doorbells: Span;
  device: EmbeddedDevice;
  clock: ClockScale | null;
};
const bus = new Int32Array(memory.buffer);
const clocks = new BigUint64Array(memory.buffer);
const bytes = new Uint8Array(memory.buffer);
const clock = threadClock(bytes, BUS_NOW, scale);
const wires = new Wires(bus);
/** Other threads want this CPU: it was taken away more than once in the last window. */
let isShared = false;
let switchesBefore = 0;
let isLossTold = false;

const imports = {
  interrupt: (vector: number): void => wires.signal(vector),
  unmasked: (): number => wires.unmasked(),
};
const exports = instantiateDevice(memory, { clock: clock.imported, ...imports }, module);
powerOn(exports, doorbells, device);
Atomics.store(bus, BUS_THREAD / 4, ownThread());
settlePause();
parentPort!.postMessage("ready");
try {
  serve();
} finally {
  // whoever waits for an answer looks whether there is anybody
  Atomics.store(bus, BUS_THREAD / 4, 0);
}

/** Makes next to no garbage while commands are in flight: collecting it would be a pause of the device. */
function serve(): void {
  let done = 1;
  while (!exports.stopped()) {
    done = exports.runSlice(sliceNs(done));
    wires.refresh();
    // with more spinning threads than CPUs, a job may be waiting for this one
    if (done === 0 || isShared) native().yieldThread();
    if (done === 0 && exports.idleMicros() >= SOONEST_REST_US) rest();
    if (exports.havePassed(WINDOW_US)) account();
    if (Atomics.load(bus, BUS_MEDIUM_LOST / 4) !== 0) tellLoss();
  }
  wires.close();
}

/** Nobody is to measure a medium that is gone for longer than he must. */
function tellLoss(): void {
  if (isLossTold) return;
  isLossTold = true;
  parentPort!.postMessage("medium-lost");
}

/** A device that answers at once has no time for a pause. */
function settlePause(): void {
  const { model, ns } = device.options.latency;
  const pause = model === LatencyModel.NONE ? 0 : pauseNs(ns);
  if (pause > 0) exports.setPause(pause, Math.round(pause * turnsPerNs(exports.turn, readClock)));
}

/** How long the next slice may last when `done` was done in the last one. */
function sliceNs(done: number): number {
  if (done === 0 || isShared) return SHORT_SLICE_NS;
  return done < BUSY ? SLICE_NS : BUSY_SLICE_NS;
}

/** Once in a while: whether this thread's CPU is taken away. */
function account(): void {
  const { involuntarySwitches } = native().threadUsage();
  isShared = involuntarySwitches - switchesBefore > 1;
  switchesBefore = involuntarySwitches;
}

/** Sleeps, if that is not too late for anything: until a bus request at the latest. */
function rest(): void {
  const due = exports.nextDue();
  const dueInNs = due === 0n ? null : Number(due - clocks[BUS_NOW / 8]!);
  const sleep = sleepNs(exports.idleMicros() * 1000, dueInNs, exports.waiting());
  if (sleep === 0) return;
  Atomics.wait(bus, BUS_REQUEST / 4, BusRequest.NONE, sleep / 1e6);
}

function readClock(): bigint {
  clock.read();
  return clocks[BUS_NOW / 8]!;
}
