// The loop in plain JavaScript.

import { asksV8 } from "../src/compiled/tier.ts";
import type { BenchMemory } from "./bench-memory.ts";
import type { Engine } from "./engine.ts";
import { createLoop, type JsLoop } from "./js/loop.ts";
import type { Place } from "./place.ts";

/** Bits of `%GetOptimizationStatus` (V8 11.3, src/runtime/runtime.h). */
const OPTIMIZED = 1 << 4;
const MAGLEVVED = 1 << 5;

export class JsEngine implements Engine {
  readonly name = "js";
  readonly #loop: JsLoop;

  constructor(memory: BenchMemory) {
    this.#loop = createLoop(memory.memory.memory.buffer, memory.clock);
  }

  configure(place: Place, readsClock: boolean): void {
    this.#loop.configure(place, readsClock);
  }

  start(): void {
    this.#loop.start();
  }

  resetCounters(): void {
    this.#loop.resetCounters();
  }

  run(until: bigint): void {
    this.#loop.run(Number(until));
  }

  drive(commands: number): number {
    return this.#loop.drive(commands);
  }

  publish(): void {
    this.#loop.publish();
  }

  compiler(): string {
    const status = asksV8("GetOptimizationStatus", this.#loop.sweep) as number;
    if ((status & OPTIMIZED) === 0) return `not optimized (status ${status})`;
    return (status & MAGLEVVED) === 0 ? "TurboFan" : "Maglev";
  }
}
