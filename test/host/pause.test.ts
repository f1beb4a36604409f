// The pause between two looks: what is learned of it, in virtual time. A turn of the counted loop lasts no time there;
// how long pauses are is what the loop publishes.
import { describe, expect, test } from "vitest";
import { BLOCK_PAUSE, BLOCK_PAUSE_EXCEPTIONS, BLOCK_SWEEPS } from "../../assembly/layout.ts";
import { at, cidAt, counter, type Harness, withLoop, writeCqe } from "./harness.ts";

const US = 1000;
const LEARNED = -1n;
/** A pause lasts this part of the shortest latency, and may add twice as much to any. */
const PART = 256;
const PROMISED = 128;
/** Commands before there is one. */
const ENOUGH = 1024;

/** A loop at depth 1 that polls, and how many commands it has completed. */
interface Started {
  readonly host: Harness;
  completed: number;
}

/** Completes the next command after `ns`, and lets the loop find it. */
function complete(started: Started, ns: number): void {
  const { host, completed: n } = started;
  writeCqe(host, n % 2, { cid: cidAt(host, n % 2), phase: (n >> 1) & 1 ? 0 : 1 });
  host.now += BigInt(ns);
  host.wasm.run(host.now);
  started.completed++;
}

function completeMany(started: Started, count: number, ns: number): void {
  for (let n = 0; n < count; n++) complete(started, ns);
}

function started(pauseNs: bigint): Started {
  const host = withLoop(1, 2);
  host.wasm.configureWait(at.block, 0, 0n);
  host.wasm.configurePause(pauseNs, 0.001);
  host.wasm.start();
  return { host, completed: 0 };
}

/** The longest pause so far, the one in force among them. */
const pauseOf = ({ host }: Started): number => {
  host.wasm.publish();
  return counter(host, BLOCK_PAUSE);
};
const exceptionsOf = ({ host }: Started): number => counter(host, BLOCK_PAUSE_EXCEPTIONS);

describe("learned", () => {
  test("there is none before anything completed", () => {
    const loop = started(LEARNED);
    loop.host.wasm.run(loop.host.now);
    expect(pauseOf(loop)).toBe(0);
  });

  test("nor before enough has: a disturbed first slice is not the device", () => {
    const loop = started(LEARNED);
    completeMany(loop, ENOUGH - 1, 300 * US);
    expect(pauseOf(loop)).toBe(0);
    // the device as it is
    completeMany(loop, ENOUGH, 240);
    expect(pauseOf(loop)).toBe(0);
    expect(exceptionsOf(loop)).toBe(0);
  });

  test.each([
    [80 * US, Math.floor((80 * US) / PART)],
    [10 * US, Math.floor((10 * US) / PART)],
    ["more than a thousandth of a millisecond never", 10_000 * US, 1000],
    ["none that is shorter than what it takes to count", 2047, 0],
  ])("is a small part of the shortest latency: %s", (...row) => {
    const [latencyNs, pauseNs] = row.slice(-2) as [number, number];
    const loop = started(LEARNED);
    completeMany(loop, ENOUGH, latencyNs);
    expect(pauseOf(loop)).toBe(pauseNs);
  });

  test("a shorter latency shortens it, and none makes it longer again", () => {
    const loop = started(LEARNED);
    completeMany(loop, ENOUGH, 80 * US);
    complete(loop, 50 * US);
    completeMany(loop, ENOUGH, 80 * US);
    expect(pauseOf(loop), "the longest").toBe(312);
    loop.host.wasm.resetCounters();
    expect(pauseOf(loop)).toBe(Math.floor((50 * US) / PART));
  });

  test("what the ramp showed is kept, though the measurement has histograms of its own", () => {
    const loop = started(LEARNED);
    const { host } = loop;
    complete(loop, 20 * US);
    completeMany(loop, ENOUGH, 80 * US);
    host.wasm.publish();
    host.bytes.fill(0, at.writes, at.writes + 0x10000);
    host.u64[at.writes / 8] = 2n ** 64n - 1n;
    host.wasm.countIn(at.writes, at.writes, 0);
    completeMany(loop, 10, 80 * US);
    expect(pauseOf(loop)).toBe(Math.floor((20 * US) / PART));
  });

  test("no latency of a steady device is longer by more than its part of the shortest", () => {
    for (const latencyNs of [2_048, 5_000, 17_000, 80_000, 3_000_000]) {
      const loop = started(LEARNED);
      completeMany(loop, ENOUGH, latencyNs);
      expect(pauseOf(loop) / latencyNs).toBeLessThanOrEqual(1 / PART);
    }
  });

  test("those to which it may have added more than is promised are counted, each once", () => {
    const loop = started(LEARNED);
    completeMany(loop, ENOUGH, 80 * US);
    // sooner than all before, but not so soon that it matters
    complete(loop, 41 * US);
    expect(exceptionsOf(loop)).toBe(0);
    const pauseNs = Math.floor((41 * US) / PART);
    complete(loop, pauseNs * PROMISED - 100);
    expect(exceptionsOf(loop)).toBe(1);
    completeMany(loop, 5, 20 * US);
    expect(exceptionsOf(loop)).toBe(1);
    loop.host.wasm.resetCounters();
    loop.host.wasm.publish();
    expect(exceptionsOf(loop)).toBe(0);
  });

  test("so what is told holds: but for those, none took less than 128 pauses", () => {
    const loop = started(LEARNED);
    completeMany(loop, ENOUGH, 80 * US);
    let soon = 0;
    // ever shorter ones among others, by more and by less than half
    for (const shorter of [60, 29, 25, 11, 5.4, 5.3, 2.5, 0.4]) {
      completeMany(loop, 20, 80 * US);
      const ns = Math.floor(shorter * US);
      if (ns < pauseNow(loop) * PROMISED) soon++;
      complete(loop, ns);
    }
    expect(soon).toBe(4);
    expect(exceptionsOf(loop)).toBe(soon);
  });
});

/** The pause in force, by what a fresh count begins with. */
function pauseNow(loop: Started): number {
  const { host } = loop;
  return Math.min(1000, Math.floor(Number(host.u64[at.reads / 8]!) / PART));
}

describe("given", () => {
  test("it stays as it is, whatever the latencies are", () => {
    const loop = started(150n);
    completeMany(loop, ENOUGH, 80 * US);
    expect(pauseOf(loop)).toBe(150);
    complete(loop, 160);
    expect(pauseOf(loop)).toBe(150);
    expect(exceptionsOf(loop), "it was asked for").toBe(0);
  });

  test("0 is none", () => {
    const loop = started(0n);
    completeMany(loop, ENOUGH, 80 * US);
    expect(pauseOf(loop)).toBe(0);
  });
});

test("a completion that is there is found at the first look, without a pause", () => {
  const { host } = started(1_000_000n);
  host.wasm.configurePause(1_000_000n, 1);
  const before = host.wasm.turn(0);
  writeCqe(host, 0, { cid: cidAt(host, 0), phase: 1 });
  host.wasm.run(host.now);
  host.wasm.publish();
  expect(host.wasm.turn(0)).toBe(before);
});

test("the clock is read as often as without: a long pause means few looks to a reading", () => {
  const looks = (pauseNs: bigint): number => {
    const { host } = started(pauseNs);
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
