// The loop that `run` uses: build/host.wasm itself, in two instances, with and without the clock.

import type { HostExports } from "../src/compiled/bindings.ts";
import { type HostImports, instantiateHost } from "../src/compiled/modules.ts";
import { tierOf } from "../src/compiled/tier.ts";
import { turnsPerNs } from "../src/compiled/turns.ts";
import type { SharedMemory } from "../src/memory/linear-memory.ts";
import type { BenchMemory } from "./bench-memory.ts";
import type { Engine } from "./engine.ts";
import type { Place } from "./place.ts";
import { type Driver, driverOf, emptyFunction } from "./wasm-driver.ts";

/** Makes a host instance over a memory. */
export type Instantiate = (memory: SharedMemory, imports: HostImports) => HostExports;

export class WasmEngine implements Engine {
  readonly name = "wasm";
  readonly #memory: BenchMemory;
  readonly #withClock: HostExports;
  readonly #withoutClock: HostExports;
  readonly #drivers: Map<HostExports, Driver>;
  readonly #turnsPerNs: number;
  /** Between two looks; none unless that is what is measured. */
  pauseNs = 0;
  #loop: HostExports;

  /** @param instantiate makes an instance of the loop; this build's without it */
  constructor(memory: BenchMemory, instantiate: Instantiate = instantiateHost) {
    this.#memory = memory;
    const shared = memory.memory.memory;
    this.#withClock = instantiate(shared, { clock: memory.wasmClock });
    this.#withoutClock = instantiate(shared, { clock: emptyFunction() });
    this.#drivers = new Map(
      [this.#withClock, this.#withoutClock].map((loop) => [loop, driverOf(loop)]),
    );
    this.#loop = this.#withClock;
    this.#turnsPerNs = turnsPerNs(this.#loop.turn, process.hrtime.bigint);
  }

  configure(place: Place, readsClock: boolean): void {
    this.#loop = readsClock ? this.#withClock : this.#withoutClock;
    this.#memory.configure(this.#loop, place);
    this.#loop.configurePause(BigInt(this.pauseNs), this.#turnsPerNs);
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
