// Before anything is timed: all engines must leave the same memory behind, to the bit, after the same
// completions at the same times.
import { PhasebitError } from "../src/ground/errors.ts";
import type { BenchMemory } from "./bench-memory.ts";
import type { Engine } from "./engine.ts";
import type { BenchNative } from "./native.ts";
import type { Place } from "./place.ts";
import { BATCH } from "./stub-case.ts";

const BATCHES = 40;

const WORKS: readonly Partial<Place>[] = [
  {},
  { readShare: 0xb333, blocks: 0x0003_1234_5678n, seed: 7n },
  { isRandom: false, blocks: 1000n },
];

/** @throws PhasebitError INTERNAL when an engine did something else than the first one. */
export function checkSameWork(
  memory: BenchMemory,
  native: BenchNative,
  engines: readonly Engine[],
  depths: readonly number[],
): void {
  for (const depth of depths) {
    for (const work of WORKS) {
      const [first, ...others] = engines.map((engine) =>
        leftBy(memory, native, engine, depth, work),
      );
      const wrong = others.findIndex((other) => !other.equals(first!));
      if (wrong < 0) continue;
      throw new PhasebitError(
        "INTERNAL",
        `compare engines: ${engines[wrong + 1]!.name} left other memory than ${engines[0]!.name} ` +
          `at depth ${depth} with ${Object.keys(work).join(", ") || "random reads"}`,
      );
    }
  }
}

/** What `engine` leaves after some batches, each a little longer after the last: all buckets are met. */
function leftBy(
  memory: BenchMemory,
  native: BenchNative,
  engine: Engine,
  depth: number,
  work: Partial<Place>,
): Buffer {
  const place = memory.layOut(depth, { cqEntries: BATCH + 1, ...work });
  engine.configure(place, false);
  native.attachStub(place);
  let now = 1_000_000_000n;
  memory.setNow(now);
  engine.start();
  for (let batch = 0; batch < BATCHES; batch++) {
    now += 2n ** BigInt(batch) + BigInt(batch * 77);
    memory.setNow(now);
    native.postAhead(BATCH);
    engine.drive(BATCH);
  }
  engine.publish();
  return memory.snapshot();
}
