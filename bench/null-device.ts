// Devices that complete at once whatever is rung, and how the benchmark starts and stops them for a case.
import type { BenchNative } from "./native.ts";
import type { Place } from "./place.ts";

export interface NullDevice {
  /** Serves the queue pair of `place`, on its CPU. */
  start(place: Place): Promise<void>;
  /** After that many more completions it stores `now` as the clock's reading. */
  endAfter(commands: number, now: bigint): void;
  /** It touches nothing any more. */
  stop(): Promise<void>;
}

/** The device in a thread of this process. */
export function threadDevice(native: BenchNative, cpu: number): NullDevice {
  return {
    start: async (place) => native.startDevice(place, cpu),
    endAfter: (commands, now) => native.endAfter(commands, now),
    stop: async () => native.stopDevice(),
  };
}
