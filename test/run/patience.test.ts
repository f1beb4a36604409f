// Whether a command has been in flight for too long, in virtual time.
import { describe, expect, test } from "vitest";
import { Patience } from "../../src/run/patience.ts";

const MS = 1_000_000n;
const TIMEOUT_MS = 100;
const SLICE_MS = 5;

/** A command that never completes, submitted at 0, and a host that does with the threads what `host` says. */
class World {
  /** Job and device. */
  readonly waitedMs = [0, 0];
  #nowMs = 0;
  asked = 0;
  readonly #patience = new Patience({
    timeoutNs: BigInt(TIMEOUT_MS) * MS,
    turnNs: 10n * MS,
    waitedNs: () => {
      this.asked++;
      return this.waitedMs.map((ms) => BigInt(Math.round(ms * 1e6)));
    },
  });

  /** One turn of the loop. @returns whether the command has had its time. */
  turn(submittedMs = 0, lengthMs = SLICE_MS): boolean {
    const from = this.#nowMs;
    this.#nowMs += lengthMs;
    return this.#patience.isOver(
      BigInt(submittedMs) * MS,
      BigInt(from) * MS,
      BigInt(this.#nowMs) * MS,
    );
  }

  /** Turns until it is over, or 100 timeouts have passed. @returns the time. */
  untilOver(each: () => void = () => {}): number {
    for (;;) {
      each();
      if (this.turn()) return this.#nowMs;
      if (this.#nowMs > 100 * TIMEOUT_MS) return Number.POSITIVE_INFINITY;
    }
  }
}

describe("on a host that gives every thread its CPU", () => {
  test("a command has its time, and two slices more at most", () => {
    const endMs = new World().untilOver();
    expect(endMs).toBeGreaterThan(TIMEOUT_MS);
    expect(endMs).toBeLessThanOrEqual(TIMEOUT_MS + 2 * SLICE_MS);
  });

  test("while commands are young nobody asks the kernel", () => {
    const world = new World();
    for (let turn = 0; turn < 1000; turn++) expect(world.turn(turn * SLICE_MS)).toBe(false);
    expect(world.asked).toBe(0);
  });

  test("another command in the slot's place begins anew", () => {
    const world = new World();
    for (let turn = 0; turn < 15; turn++) world.turn(0);
    expect(world.turn(20)).toBe(false);
    for (let turn = 0; turn < 8; turn++) expect(world.turn(20)).toBe(false);
  });
});

describe("on a host that does not", () => {
  test("a process that was stopped for long blames no command when it comes back", () => {
    const world = new World();
    world.turn();
    expect(world.turn(0, 20 * TIMEOUT_MS)).toBe(false);
    for (let turn = 0; turn < 5; turn++) expect(world.turn()).toBe(false);
    // stopped again, when half of the time had passed
    expect(world.turn(0, 20 * TIMEOUT_MS)).toBe(false);
    expect(world.untilOver()).toBeLessThan(42 * TIMEOUT_MS);
  });

  test.each([
    ["the job's", 0],
    ["the device's", 1],
  ])("time in which %s thread waited for a CPU is not the device's", (_whose, thread) => {
    const world = new World();
    // it has a tenth of a CPU
    const endMs = world.untilOver(() => {
      world.waitedMs[thread]! += SLICE_MS * 0.9;
    });
    expect(endMs).toBeGreaterThan(TIMEOUT_MS / 2 + (TIMEOUT_MS / 2) * 9);
    expect(endMs).toBeLessThan(TIMEOUT_MS * 7);
  });

  test("both threads waiting at once wait once", () => {
    const world = new World();
    const endMs = world.untilOver(() => {
      world.waitedMs[0]! += SLICE_MS * 0.6;
      world.waitedMs[1]! += SLICE_MS * 0.6;
    });
    expect(endMs).toBeLessThan(TIMEOUT_MS * 3);
  });

  test("one that gives no CPU at all is waited for", () => {
    const world = new World();
    const endMs = world.untilOver(() => {
      world.waitedMs[1]! += SLICE_MS;
    });
    expect(endMs).toBe(Number.POSITIVE_INFINITY);
  });
});
