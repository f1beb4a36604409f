// A device on another core that completes at once, in a thread of this process or in another one. What is measured is the
// pair: host cost per command where the host is the slower side, the way between the cores where it waits.
import { PhasebitError } from "../src/ground/errors.ts";
import type { BenchMemory } from "./bench-memory.ts";
import type { Engine } from "./engine.ts";
import type { NullDevice } from "./null-device.ts";
import { median, quantile } from "./statistics.ts";

/** Shorter than the kernel's time slice: where a thread loses its CPU, most slices do not notice. */
const SLICE_NS = 1_000_000;
/** Share of the time that passes before it is measured. */
const RAMP = 0.2;
const FIRST_GUESS = 10_000;
const TRIES = 10;
const UNDISTURBED = 0.1;
/** A slice that cost so many times as much as an undisturbed one was disturbed. */
const DISTURBED = 2;

export interface ThreadSample {
  /** Of the slice that only a tenth of the others beat: what the pair does while nothing disturbs it. */
  readonly nsPerCommand: number;
  /** Completions per sweep that found any. */
  readonly perSweep: number;
  /** Share of the slices in which something else had a CPU. */
  readonly disturbed: number;
}

/** Runs the engine for about a millisecond. @returns how long it took, in ns. */
type Slice = () => number;

export class ThreadCase {
  readonly #memory: BenchMemory;
  readonly #device: NullDevice;

  /** @param device serves queues that lie in `memory` */
  constructor(memory: BenchMemory, device: NullDevice) {
    this.#memory = memory;
    this.#device = device;
  }

  /** @throws PhasebitError ENVIRONMENT when host and device were hardly ever on their CPUs together. */
  async measure(
    engine: Engine,
    depth: number,
    clock: boolean,
    seconds: number,
  ): Promise<ThreadSample> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const sample = await this.#measureOnce(engine, depth, clock, seconds);
      if (Number.isFinite(sample.nsPerCommand)) return sample;
    }
    throw new PhasebitError(
      "ENVIRONMENT",
      "measure with a device on another CPU: this machine is too busy; two free CPUs are needed",
    );
  }

  async #measureOnce(
    engine: Engine,
    depth: number,
    clock: boolean,
    seconds: number,
  ): Promise<ThreadSample> {
    const place = this.#memory.layOut(depth);
    engine.configure(place, clock);
    await this.#device.start(place);
    try {
      engine.start();
      const slice = clock ? this.#timedSlice(engine) : this.#countedSlice(engine);
      this.#slices(slice, seconds * RAMP);
      engine.resetCounters();
      engine.publish();
      this.#memory.clearHistograms();
      return this.#sample(this.#slices(slice, seconds * (1 - RAMP)), depth);
    } finally {
      await this.#device.stop();
    }
  }

  /** Ends by the clock, as a job's slices do. */
  #timedSlice(engine: Engine): Slice {
    return () => {
      const start = this.#memory.nowNs();
      engine.run(start + BigInt(SLICE_NS));
      return Number(this.#memory.nowNs() - start);
    };
  }

  /** No engine reads a clock: the device counts its completions and ends the slice. */
  #countedSlice(engine: Engine): Slice {
    let time = 0n;
    const commands = (count: number): number => {
      this.#memory.setNow(time++);
      this.#device.endAfter(count, time);
      const start = process.hrtime.bigint();
      engine.run(time);
      return Number(process.hrtime.bigint() - start);
    };
    commands(FIRST_GUESS);
    const guesses = Array.from({ length: 5 }, () => commands(FIRST_GUESS));
    const count = Math.ceil((SLICE_NS * FIRST_GUESS) / median(guesses));
    return () => commands(count);
  }

  /** @returns ns per command of each slice; Infinity for one without a completion. */
  #slices(slice: Slice, seconds: number): number[] {
    const costs: number[] = [];
    for (let left = seconds * 1e9; left > 0; ) {
      const before = this.#memory.counters.completed;
      const elapsedNs = slice();
      left -= elapsedNs;
      costs.push(elapsedNs / (this.#memory.counters.completed - before));
    }
    return costs;
  }

  /** @throws PhasebitError INTERNAL when the books do not balance. */
  #sample(costs: readonly number[], depth: number): ThreadSample {
    const { submitted, completed, rejected, sweepsFull } = this.#memory.counters;
    const recorded = this.#memory.recorded;
    if (submitted !== completed + depth || recorded !== completed || rejected !== 0) {
      const found = JSON.stringify({ submitted, completed, rejected, recorded, depth });
      throw new PhasebitError("INTERNAL", `check the counters: they do not add up: ${found}`);
    }
    const nsPerCommand = quantile(costs, UNDISTURBED);
    const disturbed = costs.filter((cost) => cost > DISTURBED * nsPerCommand).length;
    return { nsPerCommand, perSweep: completed / sweepsFull, disturbed: disturbed / costs.length };
  }
}
