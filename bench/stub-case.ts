// "stub": no device at all while the clock runs. Completions are posted beforehand, a batch at a time,
// and the engine sweeps them up: the host's own cost per command, with warm caches and nobody to wait for.
import { PhasebitError } from "../src/ground/errors.ts";
import type { BenchMemory } from "./bench-memory.ts";
import type { Engine } from "./engine.ts";
import type { BenchNative } from "./native.ts";
import { median } from "./statistics.ts";

/** Commands in a batch: a multiple of every depth, so that every sweep is as long as the depth. */
export const BATCH = 1024;
const EMPTY_BATCHES = 200;
/** Batches before the first that counts. */
const WARM_UP = 50;

export class StubCase {
  readonly #memory: BenchMemory;
  readonly #native: BenchNative;

  constructor(memory: BenchMemory, native: BenchNative) {
    this.#memory = memory;
    this.#native = native;
  }

  /** @returns ns per command: median of the batches of `seconds`, less what an empty batch takes. */
  measure(engine: Engine, depth: number, clock: boolean, seconds: number): number {
    const place = this.#memory.layOut(depth, { cqEntries: BATCH + 1 });
    engine.configure(place, clock);
    this.#native.attachStub(place);
    engine.start();
    for (let batch = 0; batch < WARM_UP; batch++) this.#batch(engine);

    const end = process.hrtime.bigint() + BigInt(Math.round(seconds * 1e9));
    const batches: number[] = [];
    while (process.hrtime.bigint() < end) batches.push(this.#batch(engine));
    const empty = Array.from({ length: EMPTY_BATCHES }, () => this.#timed(engine, 0));
    this.#check(engine, depth, (WARM_UP + batches.length) * BATCH);
    return (median(batches) - median(empty)) / BATCH;
  }

  #batch(engine: Engine): number {
    if (!this.#native.postAhead(BATCH)) {
      throw new PhasebitError("INTERNAL", "post completions: the engine left some in the queue");
    }
    return this.#timed(engine, BATCH);
  }

  #timed(engine: Engine, commands: number): number {
    const start = process.hrtime.bigint();
    const missing = engine.drive(commands);
    const elapsedNs = Number(process.hrtime.bigint() - start);
    if (missing > 0) {
      throw new PhasebitError("INTERNAL", `drive ${engine.name}: ${missing} completions refused`);
    }
    return elapsedNs;
  }

  #check(engine: Engine, depth: number, commands: number): void {
    engine.publish();
    const { submitted, completed } = this.#memory.counters;
    const { recorded } = this.#memory;
    if (completed === commands && recorded === commands && submitted === commands + depth) return;
    throw new PhasebitError("INTERNAL", `check the counters of ${engine.name}: they do not add up`);
  }
}
