// How many completions the loop takes at once.
import { describe, expect, test } from "vitest";
import { BLOCK_COMPLETED, BLOCK_SWEEPS_FULL } from "../../assembly/layout.ts";
import { at, cidAt, counter, type Harness, withLoop, writeCqe } from "./harness.ts";

const DEPTH = 8;
const ENTRIES = 9;

function started(least: number, most: number): Harness {
  const host = withLoop(DEPTH, ENTRIES);
  host.wasm.configureBatches(least, most);
  host.wasm.start();
  return host;
}

/** Posts the completions of commands `from` to `to`, in order. */
function post(host: Harness, from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const phase = Math.floor(n / ENTRIES) % 2 === 0 ? 1 : 0;
    writeCqe(host, n % ENTRIES, { cid: cidAt(host, n % ENTRIES), phase });
  }
}

function completed(host: Harness): number {
  host.wasm.run(host.now);
  return counter(host, BLOCK_COMPLETED);
}

describe("at least", () => {
  test("nothing is taken while one is missing", () => {
    const host = started(4, DEPTH);
    post(host, 0, 3);
    expect(completed(host)).toBe(0);
    expect(host.u32[at.cqDoorbell / 4]).toBe(0);
  });

  test("with the last of them all that are there are taken", () => {
    const host = started(4, DEPTH);
    post(host, 0, 5);
    expect(completed(host)).toBe(5);
  });

  test("across the queue's end, where the phase turns", () => {
    const host = started(4, DEPTH);
    post(host, 0, 7);
    expect(completed(host)).toBe(7);
    post(host, 7, 10);
    expect(completed(host)).toBe(7);
    post(host, 10, 11);
    expect(completed(host)).toBe(11);
  });

  test("for many laps", () => {
    const host = started(3, 3);
    for (let n = 0; n < 60 * ENTRIES; n += 3) {
      post(host, n, n + 3);
      expect(completed(host)).toBe(n + 3);
    }
  });

  test("more than are in flight, or 0, is what there can be", () => {
    const host = started(100, 200);
    post(host, 0, DEPTH);
    expect(completed(host)).toBe(DEPTH);
    const one = started(0, 0);
    post(one, 0, 2);
    expect(completed(one)).toBe(1);
  });
});

describe("at most", () => {
  test("so many are taken before the doorbells are rung", () => {
    const host = started(1, 2);
    post(host, 0, 5);
    expect(completed(host)).toBe(2);
    expect(host.u32[at.cqDoorbell / 4]).toBe(2);
    expect(host.u32[at.sqDoorbell / 4]).toBe((DEPTH + 2) % ENTRIES);
  });

  test("the rest is found at the next looks", () => {
    const host = started(1, 2);
    post(host, 0, 5);
    for (let run = 0; run < 3; run++) host.wasm.run(host.now);
    expect(completed(host)).toBe(5);
    expect(counter(host, BLOCK_SWEEPS_FULL)).toBe(3);
  });
});

test("what drains is not held back", () => {
  const host = started(4, DEPTH);
  post(host, 0, 3);
  host.now = 1_000n;
  host.readClock();
  post(host, 3, DEPTH);
  expect(host.wasm.drain(10_000n)).toBe(0);
});
