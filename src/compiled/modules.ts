// The two Wasm modules and their exports. A compiled module may be sent to other threads, and its code is one
// for all of them: what V8 optimizes in one thread runs in every instance (run/rehearsal.ts).
import { readFileSync } from "node:fs";
import { PhasebitError } from "../ground/errors.ts";
import { packageRoot } from "../ground/package.ts";
import type { LinearMemory, SharedMemory } from "../memory/linear-memory.ts";
import { type DeviceExports, deviceArity, type HostExports, hostArity } from "./bindings.ts";

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
  /** 1 when the host has unmasked the interrupt pin since it was last asked. */
  unmasked(): number;
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
  memory: SharedMemory,
  imports: HostImports,
  module: WebAssembly.Module = wasmModule("host"),
): HostExports {
  const all = { block: unexpected, sleep: unexpected, ...imports };
  return instantiate<HostExports>(module, memory, all, hostArity);
}

/** The embedded controller over `memory`. */
export function instantiateDevice(
  memory: SharedMemory,
  imports: DeviceImports,
  module: WebAssembly.Module = wasmModule("device"),
): DeviceExports {
  return instantiate<DeviceExports>(module, memory, { ...imports }, deviceArity);
}

/** A host instance for queues whose loop is never run: it has no clock. */
export function instantiateQueue(memory: LinearMemory): HostExports {
  return instantiateHost(memory.memory, { clock: () => {} });
}

function instantiate<Exports>(
  module: WebAssembly.Module,
  memory: SharedMemory,
  imports: Record<string, unknown>,
  arity: Readonly<Record<string, number>>,
): Exports {
  const { exports } = new WebAssembly.Instance(module, { env: { memory, ...imports } });
  const functions = exports as Readonly<Record<string, { readonly length: number } | undefined>>;
  const other = Object.keys(arity).find((name) => functions[name]?.length !== arity[name]);
  if (other === undefined) return exports as Exports;
  throw new PhasebitError(
    "ENVIRONMENT",
    `load the WebAssembly modules: ${other} is another function than the program knows; run "npm run build"`,
  );
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
