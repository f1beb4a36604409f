// An engine is one implementation of the hot loop. All of them take the same place, do the same work and
// publish the same counters.
import type { Place } from "./place.ts";

export type EngineName = "wasm" | "cpp" | "js";

export interface Engine {
  readonly name: EngineName;
  /** Takes a freshly laid out place. Without the clock, time is what stands in the control block. */
  configure(place: Place, readsClock: boolean): void;
  /** Submits one command from every slot. */
  start(): void;
  resetCounters(): void;
  /** Submits and reaps until the clock passes `until`; then publishes the counters. */
  run(until: bigint): void;
  /** Sweeps until so many commands are reaped. @returns how many were not there. */
  drive(commands: number): number;
  publish(): void;
  /** Which compiler made the code that ran. */
  compiler(): string;
}
