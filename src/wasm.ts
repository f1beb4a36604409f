// The two Wasm modules and their exports. A compiled module may be sent to other threads, and its code is one
// for all of them: what V8 optimizes in one thread runs in every instance (run/rehearsal.ts).
import { readFileSync } from "node:fs";
import { PhasebitError } from "./errors.ts";
import type { LinearMemory } from "./memory.ts";
import { packageRoot } from "./package.ts";

/** Exports of the host module; pointers and counts are numbers, 64-bit values bigints. */
export interface HostExports {
  attachSubmissionQueue(sqid: number, pointer: number, entries: number, tailDoorbell: number): void;
  attachCompletionQueue(pointer: number, entries: number, headDoorbell: number): void;
  post(sqe: number): number;
  ring(): void;
  reap(): number;
  free(): void;
  head(): number;
  tail(): number;
  buildPrps(out: number, buffer: number, bytes: number, list: number, iovaBase: bigint): void;
  prpListPages(buffer: number, bytes: number): number;
  configureSlots(
    slots: number,
    depth: number,
    buffers: number,
    bytes: number,
    stride: number,
    lists: number,
    iovaBase: bigint,
  ): void;
  configurePattern(
    random: number,
    blocks: bigint,
    slba: bigint,
    lbas: number,
    readShare: number,
    seed: bigint,
  ): void;
  configure(block: number, reads: number, writes: number, nsid: number, nlb: number): void;
  configureWait(block: number, mode: number, spinNs: bigint): void;
  configureAudit(block: number, deadlineNs: bigint, shared: number): void;
  takeInterrupts(): void;
  lowNs(): number;
  highNs(): number;
  wakeNs(): number;
  resetCounters(): void;
  start(): void;
  sweep(): number;
  sweepFrom(second: bigint): number;
  sweepStaged(second: bigint): void;
  wait(): void;
  settle(reaped: number, count: bigint, sumNs: bigint): void;
  run(untilNs: bigint): void;
  runStaged(untilNs: bigint): void;
  configureStages(histograms: number, stamps: number): void;
  drain(untilNs: bigint): number;
  outstanding(): number;
  oldest(): bigint;
  publish(): void;
  readClocks(count: number): void;
  countsIndex(ns: bigint): number;
  draw(): bigint;
  nextLba(bits: bigint): bigint;
  multiplyHigh(a: bigint, b: bigint): bigint;
}

/** Exports of the embedded controller's module; assembly/device/index.ts says what each takes. */
export interface DeviceExports {
  create(
    doorbells: number,
    doorbellBytes: number,
    mqes: number,
    ioQueues: number,
    vectors: number,
    mdts: number,
    dstrd: number,
    seed: bigint,
  ): void;
  addNamespace(blocks: bigint, lbaShift: number, medium: number, pointer: number): number;
  identity(field: number, index: number, byte: number): void;
  setLatency(model: number, a: number, b: number): void;
  addFault(
    kind: number,
    match: number,
    every: number,
    times: number,
    probability: number,
    a: bigint,
    b: bigint,
    seed: bigint,
  ): number;
  faultsFired(index: number): bigint;
  step(): number;
  run(untilNs: bigint): number;
  waiting(): number;
  nextDue(): bigint;
  stopped(): number;
}

/** Imports of the host module, beside the memory (assembly/host/imports.ts). */
export interface HostImports {
  clock(): void;
  /** Only called in modes that wait for interrupts. */
  block?(): void;
  /** Only called in modes that sleep. */
  sleep?(): void;
}

/** Imports of the embedded controller's module, beside the memory. */
export interface DeviceImports {
  clock(): void;
  interrupt(vector: number): void;
}

const compiled = new Map<string, WebAssembly.Module>();

/** The compiled module `name`; it may be sent to worker threads. */
export function wasmModule(name: "host" | "device"): WebAssembly.Module {
  let module = compiled.get(name);
  if (module === undefined) {
    module = new WebAssembly.Module(readModule(name));
    compiled.set(name, module);
  }
  return module;
}

/** A host instance: one queue pair over `memory`. */
export function instantiateHost(
  memory: WebAssembly.Memory,
  imports: HostImports,
  module: WebAssembly.Module = wasmModule("host"),
): HostExports {
  const all = { block: unexpected, sleep: unexpected, ...imports };
  return instantiate(module, memory, all) as unknown as HostExports;
}

/** The embedded controller over `memory`. */
export function instantiateDevice(
  memory: WebAssembly.Memory,
  imports: DeviceImports,
  module: WebAssembly.Module = wasmModule("device"),
): DeviceExports {
  return instantiate(module, memory, { ...imports }) as unknown as DeviceExports;
}

/**
 * The native clock as an import. V8 calls a JavaScript function from Wasm, and a native one from
 * JavaScript, faster than the native one from Wasm: 31 ns instead of 41 (docs/measuring.md). One such
 * function a thread: several behind this literal would share, and lose, its inline cache.
 */
export function clockImport(clock: () => void): () => void {
  return () => {
    clock();
  };
}

/** A host instance for queues whose loop is never run: it has no clock. */
export function instantiateQueue(memory: LinearMemory): HostExports {
  return instantiateHost(memory.memory, { clock: () => {} });
}

function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  imports: Record<string, unknown>,
): WebAssembly.Exports {
  return new WebAssembly.Instance(module, { env: { memory, ...imports } }).exports;
}

function unexpected(): never {
  throw new Error("the loop waits in a mode that this instance was not made for");
}

function readModule(name: string): Buffer<ArrayBuffer> {
  const file = `${packageRoot}/build/${name}.wasm`;
  try {
    return Buffer.from(readFileSync(file));
  } catch (cause) {
    throw new PhasebitError(
      "ENVIRONMENT",
      `read ${file}: it is not built; run "npm run build:wasm"`,
      { cause },
    );
  }
}
