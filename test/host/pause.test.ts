// The pause between two looks: what is learned of it, in virtual time. A turn of the counted loop lasts no time there;
// how long pauses are is what the loop publishes.
import { describe, expect, test } from "vitest";
import { BLOCK_PAUSE, BLOCK_SWEEPS } from "../../assembly/layout.ts";
import { cidAt, counter, type Harness, withLoop, writeCqe } from "./harness.ts";

const US = 1000;
const LEARNED = -1n;
const PART = 128;

/** Completes the n-th command after `ns`, and lets the loop find it. */
function complete(host: Harness, n: number, ns: number): void {
  writeCqe(host, n % 2, { cid: cidAt(host, n % 2), phase: (n >> 1) & 1 ? 0 : 1 });
  host.now += BigInt(ns);
  host.wasm.run(host.now);
}

function started(pauseNs: bigint): Harness {
  const host = withLoop(1, 2);
  host.wasm.configureWait(0x60000, 0, 0n);
  host.wasm.configurePause(pauseNs, 0.001);
  host.wasm.start();
  return host;
}

const pauseOf = (host: Harness): number => counter(host, BLOCK_PAUSE);

describe("learned", () => {
  test("there is none before anything completed", () => {
    const host = started(LEARNED);
    host.wasm.run(host.now);
    host.wasm.publish();
    expect(pauseOf(host)).toBe(0);
  });

  test.each([
    [80 * US, Math.floor((80 * US) / PART)],
    [10 * US, Math.floor((10 * US) / PART)],
    ["more than a thousandth of a millisecond never", 10_000 * US, 1000],
    ["none that is shorter than what it takes to count", 1000, 0],
  ])("is a small part of the shortest latency: %s", (...row) => {
    const [latencyNs, pauseNs] = row.slice(-2) as [number, number];
    const host = started(LEARNED);
    complete(host, 0, latencyNs);
    host.wasm.publish();
    expect(pauseOf(host)).toBe(pauseNs);
  });

  test("a shorter latency shortens it, and the longest one is told", () => {
    const host = started(LEARNED);
    complete(host, 0, 80 * US);
    complete(host, 1, 4 * US);
    host.wasm.publish();
    expect(pauseOf(host)).toBe(625);
    host.wasm.resetCounters();
    host.wasm.publish();
    expect(pauseOf(host)).toBe(Math.floor((4 * US) / PART));
  });

  test("no latency is longer by more than its part of the shortest", () => {
    for (const latencyNs of [1_024, 5_000, 17_000, 80_000, 3_000_000]) {
      const host = started(LEARNED);
      complete(host, 0, latencyNs);
      host.wasm.publish();
      expect(pauseOf(host) / latencyNs).toBeLessThanOrEqual(1 / PART);
    }
  });
});

describe("given", () => {
  test("it stays as it is, whatever the latencies are", () => {
    const host = started(150n);
    complete(host, 0, 80 * US);
    host.wasm.publish();
    expect(pauseOf(host)).toBe(150);
  });

  test("0 is none", () => {
    const host = started(0n);
    complete(host, 0, 80 * US);
    host.wasm.publish();
    expect(pauseOf(host)).toBe(0);
  });
});

test("a completion that is there is found at the first look, without a pause", () => {
  const host = started(1_000_000n);
  host.wasm.configurePause(1_000_000n, 1);
  const before = host.wasm.turn(0);
  writeCqe(host, 0, { cid: cidAt(host, 0), phase: 1 });
  host.wasm.run(host.now);
  host.wasm.publish();
  expect(host.wasm.turn(0)).toBe(before);
});

test("the clock is read as often as without: a long pause means few looks to a reading", () => {
  const looks = (pauseNs: bigint): number => {
    const host = started(pauseNs);
    host.wasm.configurePause(pauseNs, 0.001);
    host.wasm.run(host.now);
    return counter(host, BLOCK_SWEEPS);
  };
  expect(looks(0n)).toBe(1024);
  expect(looks(100n)).toBe(32);
  expect(looks(1000n)).toBe(4);
  expect(looks(1_000_000n)).toBe(1);
});

test("the counted loop counts", () => {
  const host = withLoop(1);
  const before = host.wasm.turn(0);
  expect(host.wasm.turn(1000) - before).toBe(1000n);
});
