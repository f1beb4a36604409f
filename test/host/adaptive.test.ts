// What adaptive promises where several commands are in flight, in virtual time; bench/adaptive.ts has the whole table.
import { describe, expect, test } from "vitest";
import { WaitMode } from "../../assembly/layout.ts";
import { quantile } from "../../bench/statistics.ts";
import { play } from "../../bench/virtual-host.ts";

const US = 1000;
const SERVICE_NS = 80 * US;

/** The same numbers again and again, evenly from 0 to 1. */
function even(period: number, step: number): (n: number) => number {
  return (n) => ((n * step) % period) / period;
}

const machine = {
  // most wake-ups take 3 us, one in fifty 6 us
  wake: (n: number) => (n % 50 === 49 ? 6 : 3) * US,
  switchNs: 1500,
};

const spread = even(101, 37);
const services = {
  constant: () => SERVICE_NS,
  spread: (n: number) => SERVICE_NS * (0.7 + spread(n)),
  bimodal: (n: number) => (spread(n) < 0.1 ? 3 : 1) * SERVICE_NS,
};

describe.each([8, 32])("at depth %d", (depth) => {
  test.each(Object.entries(services))(
    "%s: a p99 near polling's, at half of its CPU time",
    (...row) => {
      const [, service] = row;
      const played = (mode: WaitMode) =>
        play(mode, service, machine, { depth, commands: 800 * depth, skipped: 400 * depth });
      const [poll, adaptive] = [played(WaitMode.POLL), played(WaitMode.ADAPTIVE)];
      const p99 = quantile(adaptive.latenciesNs, 0.99) / quantile(poll.latenciesNs, 0.99);
      expect(p99).toBeLessThan(1.05);
      expect(adaptive.cpuShare).toBeLessThan(0.5);
      expect(poll.cpuShare).toBe(1);
    },
  );
});
