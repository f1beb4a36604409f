// What adaptive promises where several commands are in flight, in virtual time; bench/adaptive.ts has the whole table.
import { describe, expect, test } from "vitest";
import { WaitMode } from "../../assembly/layout.ts";
import { onlyNaps } from "../../bench/shortest-naps.ts";
import { quantile } from "../../bench/statistics.ts";
import { play } from "../../bench/virtual-host.ts";

const US = 1000;
const WAKE_NS = 3 * US;

/** The same numbers again and again, evenly from 0 to 1. */
function even(period: number, step: number): (n: number) => number {
  return (n) => ((n * step) % period) / period;
}

const machine = {
  // most wake-ups take 3 us, one in fifty 6 us
  wake: (n: number) => (n % 50 === 49 ? 2 : 1) * WAKE_NS,
  switchNs: 1500,
};

const spread = even(101, 37);
const services: Record<string, (scale: number) => (n: number) => number> = {
  constant: (scale) => () => scale,
  scattered: (scale) => (n) => scale * (0.97 + 0.06 * spread(n)),
  spread: (scale) => (n) => scale * (0.7 + spread(n)),
  bimodal: (scale) => (n) => (spread(n) < 0.1 ? 3 : 1) * scale,
  drifting: (scale) => (n) => scale * (1.5 + 0.5 * Math.sin((2 * Math.PI * n) / 8000)),
  bursty: (scale) => (n) => ((n >> 9) % 3 === 2 ? 2 : 1) * scale,
};

/** The p99 of adaptive as a share of polling's, and its share of the CPU. */
function adaptive(name: string, scaleNs: number, depth: number): { p99: number; cpu: number } {
  const service = services[name]!(scaleNs);
  const length = { depth, commands: 2000 * depth, skipped: 1400 * depth };
  const played = (mode: WaitMode) => play(mode, service, machine, length);
  const [poll, rested] = [played(WaitMode.POLL), played(WaitMode.ADAPTIVE)];
  expect(poll.cpuShare).toBe(1);
  const p99 = quantile(rested.latenciesNs, 0.99) / quantile(poll.latenciesNs, 0.99);
  return { p99, cpu: rested.cpuShare };
}

describe.each([8, 32])("at depth %d", (depth) => {
  test.each(["constant", "drifting", "bursty"])(
    "%s, which comes in flocks: a p99 near polling's at half of its CPU time from four wake-ups on",
    (name) => {
      const { p99, cpu } = adaptive(name, 4 * WAKE_NS, depth);
      expect(p99).toBeLessThan(1.05);
      expect(cpu).toBeLessThan(0.5);
    },
  );

  test.each(["spread", "bimodal"])("%s, which comes at any time: from twenty on", (name) => {
    const { p99, cpu } = adaptive(name, 20 * WAKE_NS, depth);
    expect(p99).toBeLessThan(1.05);
    expect(cpu).toBeLessThan(0.5);
  });

  test.each(["scattered", "spread", "bimodal"])(
    "%s and too short for a rest: it polls, and no wait makes the p99 longer",
    (name) => {
      expect(adaptive(name, 4 * WAKE_NS, depth).p99).toBeLessThan(1.05);
    },
  );
});

test("a time of late wake-ups is forgotten: it rests again afterwards", () => {
  const disturbed = { ...machine, wake: (n: number) => (n < 30 ? 200 * US : machine.wake(n)) };
  const length = { depth: 8, commands: 90_000, skipped: 80_000 };
  const { cpuShare } = play(WaitMode.ADAPTIVE, services.spread!(20 * WAKE_NS), disturbed, length);
  expect(cpuShare).toBeLessThan(0.5);
});

test("equal services at 80 us take a tenth of the CPU time at any depth", () => {
  for (const depth of [1, 8, 32]) {
    const { p99, cpu } = adaptive("constant", 80 * US, depth);
    expect(p99).toBeLessThan(1.05);
    expect(cpu).toBeLessThan(0.1);
  }
});

describe("shortest naps", () => {
  const length = { depth: 8, commands: 20_000 };
  const wakes = even(89, 31);
  const machine = { wake: (n: number) => WAKE_NS * (0.6 + 0.8 * wakes(n)), switchNs: 1500 };

  test("cost nothing where services are far longer, half of the CPU time as always", () => {
    const { p50, p99, cpu } = onlyNaps(services.spread!(1000 * WAKE_NS), machine, length);
    expect(p50).toBeCloseTo(1, 2);
    expect(p99).toBeCloseTo(1, 2);
    expect(cpu).toBeGreaterThan(0.45);
    expect(cpu).toBeLessThan(0.55);
  });

  test("cost more than 5 % of the p99 at four wake-ups: no rest keeps it there", () => {
    for (const name of ["scattered", "spread", "bimodal"]) {
      expect(onlyNaps(services[name]!(4 * WAKE_NS), machine, length).p99).toBeGreaterThan(1.05);
    }
  });
});
