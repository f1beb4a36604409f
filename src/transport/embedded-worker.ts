// The embedded controller's thread: it runs the device in slices, and sleeps between looks at the
// doorbells once nothing has happened for a while, so that an idle device leaves its core to others.
import { parentPort, workerData } from "node:worker_threads";
import {
  BUS_ASLEEP,
  BUS_CPU,
  BUS_NOW,
  BUS_REQUEST,
  BUS_VECTORS,
  BUS_VECTORS_GENERATION,
  BUS_VECTORS_MAX,
  BusRequest,
} from "../../assembly/layout.ts";
import type { Region } from "../memory.ts";
import { type EventFd, native } from "../native.ts";
import { clockImport, instantiateDevice } from "../wasm.ts";
import { type EmbeddedDevice, powerOn } from "./embedded-device.ts";

const SLICE_NS = 1_000_000n;
/** Slices without work before the first sleep: a benchmark between two commands never waits this long. */
const PATIENCE = 50;
const SHORTEST_SLEEP_MS = 0.1;
const LONGEST_SLEEP_MS = 5;

const { memory, module, doorbells, device } = workerData as {
  memory: WebAssembly.Memory;
  module: WebAssembly.Module;
  doorbells: Region;
  device: EmbeddedDevice;
};
const bus = new Int32Array(memory.buffer);
const clocks = new BigUint64Array(memory.buffer);
const bytes = new Uint8Array(memory.buffer);
const clock = native().clock(bytes, BUS_NOW);
const signals = new Map<number, EventFd>();
let generation = 0;

const exports = instantiateDevice(memory, { clock: clockImport(clock), interrupt }, module);
powerOn(exports, doorbells, device);
parentPort!.postMessage("ready");
serve();

function serve(): void {
  let idle = 0;
  while (!exports.stopped()) {
    clock();
    const until = clocks[BUS_NOW / 8]! + SLICE_NS;
    idle = exports.run(until) > 0 ? 0 : idle + 1;
    if (idle > PATIENCE) sleep(idle - PATIENCE);
    accountCpu();
  }
  for (const signal of signals.values()) signal.close();
}

/** The host tells this thread's spinning from its own by this. */
function accountCpu(): void {
  const { userNs, systemNs } = native().threadUsage();
  clocks[BUS_CPU / 8] = BigInt(userNs + systemNs);
}

/** Sleeps until a bus request, or for longer the longer nothing happened: doorbells wake nobody. */
function sleep(idle: number): void {
  const timeout = Math.min(SHORTEST_SLEEP_MS * idle, LONGEST_SLEEP_MS);
  Atomics.store(bus, BUS_ASLEEP / 4, 1);
  Atomics.wait(bus, BUS_REQUEST / 4, BusRequest.NONE, timeout);
  Atomics.store(bus, BUS_ASLEEP / 4, 0);
}

/** Raises a vector: adds one to the eventfd that the host wired to it. */
function interrupt(vector: number): void {
  const fd = vector < BUS_VECTORS_MAX ? Atomics.load(bus, BUS_VECTORS / 4 + vector) - 1 : -1;
  if (fd < 0) return;
  dropClosed();
  let signal = signals.get(fd);
  if (signal === undefined) {
    signal = native().eventFdFrom(fd);
    signals.set(fd, signal);
  }
  signal.signal();
}

/** A closed descriptor's number may come back as another eventfd's. */
function dropClosed(): void {
  const current = Atomics.load(bus, BUS_VECTORS_GENERATION / 4);
  if (current === generation) return;
  for (const signal of signals.values()) signal.close();
  signals.clear();
  generation = current;
}
