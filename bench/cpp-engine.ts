// The loop in C++: bench/native/loop.cc, built with -O3.
import type { Engine } from "./engine.ts";
import type { BenchNative } from "./native.ts";
import type { Place } from "./place.ts";

export class CppEngine implements Engine {
  readonly name = "cpp";
  readonly #native: BenchNative;

  constructor(native: BenchNative) {
    this.#native = native;
  }

  configure(place: Place, readsClock: boolean): void {
    this.#native.configure(place, readsClock);
  }

  start(): void {
    this.#native.start();
  }

  resetCounters(): void {
    this.#native.resetCounters();
  }

  run(until: bigint): void {
    this.#native.run(until);
  }

  drive(commands: number): number {
    return this.#native.drive(commands);
  }

  publish(): void {
    this.#native.publish();
  }

  compiler(): string {
    return "-O3";
  }
}
