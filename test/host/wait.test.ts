import { describe, expect, test } from "vitest";
import {
  BLOCK_INTERRUPTS,
  BLOCK_LATE,
  BLOCK_LOST,
  BLOCK_NOW,
  BLOCK_OVERSLEPT,
  BLOCK_SLEEPS,
  BLOCK_SPURIOUS,
  BLOCK_WAIT_COUNT,
  BLOCK_WAIT_UNTIL,
  BLOCK_WAKEUPS,
  WaitMode,
} from "../../assembly/layout.ts";
import { instantiateHost } from "../../src/compiled/modules.ts";
import { at, cidAt, configureLoop, counter, harness, writeCqe } from "./harness.ts";
import { latencies, type Simulation, simulate } from "./simulation.ts";

const US = 1000;
const constant = (ns: number) => ({ service: () => ns });

/** Lognormal around `median`, from a fixed stream. */
function lognormal(median: number, sigma: number): () => number {
  let state = 7;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  return () =>
    median *
    Math.exp(sigma * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}

const elapsed = ({ passed }: Simulation): number =>
  passed.at(-1)!.reapedNs - passed[0]!.submittedNs;
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1]!;
const audit = ({ host }: Simulation) => ({
  interrupts: counter(host, BLOCK_INTERRUPTS),
  wakeups: counter(host, BLOCK_WAKEUPS),
  spurious: counter(host, BLOCK_SPURIOUS),
  late: counter(host, BLOCK_LATE),
  lost: counter(host, BLOCK_LOST),
});

describe("interrupt", () => {
  test("sleeps through the service time and wakes once for each completion", () => {
    const run = simulate(WaitMode.INTERRUPT, 200, { ...constant(20 * US), wakeNs: 3 * US });
    expect(run.idleNs / elapsed(run)).toBeGreaterThan(0.9);
    expect(median(latencies(run.passed))).toBeGreaterThan(22 * US);
    const { interrupts, wakeups, spurious, lost } = audit(run);
    expect(interrupts).toBeGreaterThanOrEqual(199);
    expect(wakeups).toBe(interrupts);
    expect([spurious, lost]).toEqual([0, 0]);
  });

  test("every lost interrupt is counted, and no command with it", () => {
    const run = simulate(WaitMode.INTERRUPT, 500, {
      ...constant(20 * US),
      isLost: (command) => command % 100 === 99,
    });
    expect(audit(run).lost).toBe(5);
    expect(audit(run).spurious).toBe(0);
    expect(Math.max(...latencies(run.passed)), "found at the deadline").toBeGreaterThan(1000 * US);
  });

  test("an interrupt that no completion explains is spurious", () => {
    const run = simulate(WaitMode.INTERRUPT, 510, {
      ...constant(20 * US),
      extra: (command) => Number(command % 50 === 49),
    });
    expect(audit(run).spurious).toBe(10);
    expect(audit(run).lost).toBe(0);
  });
});

describe("the end of the measurement", () => {
  for (const mode of [WaitMode.INTERRUPT, WaitMode.HYBRID, WaitMode.LHP, WaitMode.ADAPTIVE]) {
    test(`${WaitMode[mode]} waits for nothing beyond it, and calls no interrupt lost for that`, () => {
      const host = harness();
      const waits: bigint[] = [];
      const store = (offset: number, value: bigint): void => {
        host.u64[(at.block + offset) / 8] = value;
      };
      const wait = (): void => {
        const until = host.u64[(at.block + BLOCK_WAIT_UNTIL) / 8]!;
        waits.push(until);
        if (until > host.now) host.now = until;
        store(BLOCK_WAIT_COUNT, 0n);
        store(BLOCK_NOW, host.now);
        // an entry comes with the end, its interrupt a moment later
        if (host.now >= 500_000n) writeCqe(host, 0, { cid: cidAt(host, 0), phase: 1 });
      };
      const clock = (): void => {
        host.now += 1000n;
        store(BLOCK_NOW, host.now);
      };
      const wasm = instantiateHost(host.memory, { clock, block: wait, sleep: wait });
      configureLoop({ ...host, wasm }, 1, 4);
      wasm.configureWait(at.block, mode, 10_000n);
      wasm.configureAudit(at.block, 1_000_000_000n, false);
      wasm.endWaitsAt(500_000n);
      wasm.start();
      wasm.run(500_000n);
      expect(Math.max(...waits.map(Number))).toBeLessThanOrEqual(500_000);
      expect(counter(host, BLOCK_LOST)).toBe(0);
    });
  }
});

describe("hybrid", () => {
  test("looks for its time and does not block when that is enough", () => {
    const run = simulate(WaitMode.HYBRID, 200, constant(8 * US), { spinNs: 10 * US });
    expect(run.idleNs).toBe(0);
    expect(audit(run).wakeups).toBe(0);
  });

  test("blocks when it is not, and what came meanwhile is no spurious interrupt", () => {
    const run = simulate(WaitMode.HYBRID, 200, {
      service: (command) => (command % 2 === 0 ? 8 * US : 30 * US),
    });
    const { wakeups, spurious, lost } = audit(run);
    expect(wakeups).toBeGreaterThanOrEqual(99);
    expect([spurious, lost]).toEqual([0, 0]);
  });
});

describe("lhp", () => {
  test("sleeps half the mean of the period before", () => {
    const run = simulate(WaitMode.LHP, 4000, { ...constant(80 * US), readingNs: US });
    const share = run.idleNs / elapsed(run);
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.55);
  });

  test("shelves: after a drop of the service time its own sleep is what it measures", () => {
    const run = simulate(WaitMode.LHP, 4000, {
      readingNs: US,
      service: (command) => (command < 3000 ? 80 * US : 10 * US),
    });
    const soonAfter = latencies(run.passed).slice(3100, 4000);
    expect(median(soonAfter)).toBeGreaterThan(30 * US);
  });
});

describe("adaptive", () => {
  test("sleeps most of the time and costs the median nothing that matters", () => {
    const world = { service: lognormal(80 * US, 0.3), sleepOvershootNs: 2 * US };
    const run = simulate(WaitMode.ADAPTIVE, 20_000, world);
    const settled = latencies(run.passed).slice(2000);
    const service = lognormal(80 * US, 0.3);
    const reference = run.passed.map(() => service()).slice(2000);
    expect(median(settled) / median(reference)).toBeLessThan(1.05);
    const p99 = (values: readonly number[]): number =>
      [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.99)]!;
    expect(p99(settled) / p99(reference)).toBeLessThan(1.05);
    expect(1 - run.idleNs / elapsed(run)).toBeLessThan(0.5);
  });

  test("follows a service time that drops from 80 to 10 us within some dozens of commands", () => {
    const run = simulate(WaitMode.ADAPTIVE, 6000, {
      service: (command) => (command < 3000 ? 80 * US : 10 * US),
      sleepOvershootNs: 2 * US,
    });
    const seen = latencies(run.passed);
    expect(median(seen.slice(2000, 3000))).toBeLessThan(84 * US);
    expect(median(seen.slice(3060, 3200))).toBeLessThan(14 * US);
    expect(median(seen.slice(3200))).toBeLessThan(13 * US);
  });

  test("and one that rises from 10 to 80 us", () => {
    const run = simulate(WaitMode.ADAPTIVE, 8000, {
      service: (command) => (command < 3000 ? 10 * US : 80 * US),
      sleepOvershootNs: 2 * US,
    });
    expect(median(latencies(run.passed).slice(4000))).toBeLessThan(84 * US);
    const later = run.passed.slice(5000);
    expect(later.length).toBeGreaterThan(2000);
    expect(counter(run.host, BLOCK_SLEEPS)).toBeGreaterThan(4000);
  });

  test("oversleeps about the share that it aims at", () => {
    const run = simulate(WaitMode.ADAPTIVE, 20_000, { service: lognormal(80 * US, 0.3) });
    const share = counter(run.host, BLOCK_OVERSLEPT) / counter(run.host, BLOCK_SLEEPS);
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.45);
  });

  test("of equal service times, hardly one is longer by what a late wake-up takes", () => {
    // most wake-ups take 3 us, one in fifty 8 us
    let wakes = 0;
    const world = { ...constant(80 * US), sleepOvershootNs: 3 * US };
    const late = { ...world, wake: () => (wakes++ % 50 === 49 ? 8 : 3) * US };
    const run = simulate(WaitMode.ADAPTIVE, 10_000, late);
    const settled = latencies(run.passed)
      .slice(3000)
      .toSorted((a, b) => a - b);
    expect(settled[Math.floor(settled.length * 0.99)]! / (80 * US)).toBeLessThan(1.05);
    expect(1 - run.idleNs / elapsed(run)).toBeLessThan(0.25);
  });

  test("blocks on the interrupt when a command takes far longer than the others", () => {
    const run = simulate(WaitMode.ADAPTIVE, 4000, {
      service: (command) => (command % 500 === 499 ? 20_000 * US : 80 * US),
    });
    expect(audit(run).wakeups).toBeGreaterThanOrEqual(6);
    expect(audit(run).spurious).toBe(0);
  });
});
