// The loop that `run` uses: build/host.wasm itself, in two instances, with and without the clock.

import type { HostExports } from "../src/compiled/bindings.ts";
import { instantiateHost, wasmModule } from "../src/compiled/modules.ts";
import { tierOf } from "../src/compiled/tier.ts";
import type { BenchMemory } from "./bench-memory.ts";
import type { Engine } from "./engine.ts";
import type { Place } from "./place.ts";
import { type Driver, driverOf, emptyFunction } from "./wasm-driver.ts";

export class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly #memory: BenchMemory;
  readonly #withClock: HostExports;
  readonly #withoutClock: HostExports;
  readonly #drivers: Map<HostExports, Driver>;
  #loop: HostExports;

  constructor(memory: BenchMemory, module = wasmModule("host")) {
    this.#memory = memory;
    const shared = memory.memory.memory;
    this.#withClock = instantiateHost(shared, { clock: memory.wasmClock }, module);
    this.#withoutClock = instantiateHost(shared, { clock: emptyFunction() }, module);
    this.#drivers = new Map(
      [this.#withClock, this.#withoutClock].map((loop) => [loop, driverOf(loop)]),
    );
    this.#loop = this.#withClock;
  }

  configure(place: Place, readsClock: boolean): void {
    this.#loop = readsClock ? this.#withClock : this.#withoutClock;
    this.#memory.configure(this.#loop, place);
  }

  start(): void {
    this.#loop.start();
  }

  resetCounters(): void {
    this.#loop.resetCounters();
  }

  run(until: bigint): void {
    this.#loop.run(until);
  }

  drive(commands: number): number {
    return this.#drivers.get(this.#loop)!(commands);
  }

  publish(): void {
    this.#loop.publish();
  }

  compiler(): string {
    return tierOf([this.#loop.sweep, this.#loop.sweepFrom]);
  }
}
