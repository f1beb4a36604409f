// What the loop reports of devices whose service times are known: quantiles as they are, and nothing that is
// shorter than what the device took.
import { describe, expect, test } from "vitest";
import { percentileNs, rankOf } from "../../src/analysis/histogram.ts";
import { inTime } from "../../src/measurement/latency-counts.ts";
import { type Known, RESOLUTION_NS, runAgainst } from "./known-device.ts";

const COMMANDS = 4000;
const PERCENTILES = [1, 10, 50, 90, 99, 99.9];
/** One bucket of three digits. */
const WIDTH = 1 / 1024;

/** Marsaglia's xorshift32, in (0, 1). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A model draws its service times anew for each run. */
const models: Record<string, () => (command: number) => number> = {
  constant: () => () => 1_000_000,
  lognormal: () => {
    const draw = uniform(7);
    const normal = (): number => Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw());
    return () => 800_000 * Math.exp(0.3 * normal());
  },
  bimodal: () => {
    const draw = uniform(11);
    return () => (draw() < 0.9 ? 700_000 : 9_000_000);
  },
  step: () => (command) => (command < COMMANDS / 2 ? 600_000 : 3_000_000),
};

/** The sample of the percentile's rank. */
function trueNs(sorted: readonly number[], percentile: number): number {
  return sorted[rankOf(sorted.length, percentile) - 1]!;
}

function check({ servicesNs, latency }: Known): void {
  const sorted = servicesNs.toSorted((a, b) => a - b);
  expect(latency.total).toBe(sorted.length);
  expect(latency.minNs).toBeGreaterThanOrEqual(sorted[0]!);
  for (const percentile of PERCENTILES) {
    const truth = trueNs(sorted, percentile);
    const reported = percentileNs(latency, percentile);
    expect(reported).toBeGreaterThanOrEqual(truth);
    expect(reported).toBeLessThanOrEqual((truth + RESOLUTION_NS) * (1 + WIDTH));
  }
}

for (const [name, model] of Object.entries(models)) {
  describe(name, () => {
    for (const depth of [1, 8, 32, 256]) {
      test(`at depth ${depth} the quantiles are the device's, and no sample is below it`, () => {
        check(runAgainst(model(), { depth, commands: COMMANDS }));
      });
    }
    test("so are they with stages", () => {
      check(runAgainst(model(), { depth: 8, commands: COMMANDS, staged: true }));
    });
  });
}

describe("stragglers", () => {
  const draw = uniform(5);
  const service = (): number => (draw() < 0.002 ? 80_000_000 : 100_000);
  const depth = 8;
  const {
    latency,
    inTime: truth,
    elapsedNs,
  } = runAgainst(service, {
    depth,
    runtimeNs: 50_000_000n,
  });

  test("the time of the rates ends with the run, whatever is still in flight", () => {
    expect(elapsedNs).toBeGreaterThanOrEqual(50_000_000);
    expect(elapsedNs).toBeLessThan(50_200_000);
  });

  test("what completed by then is in the rate, and only that", () => {
    expect(latency.drained).toBe(depth);
    expect(inTime(latency)).toBeGreaterThan(truth - depth);
    expect(inTime(latency)).toBeLessThanOrEqual(truth);
  });

  test("the stragglers are in the latencies", () => {
    expect(latency.maxNs).toBeGreaterThanOrEqual(80_000_000);
  });
});
