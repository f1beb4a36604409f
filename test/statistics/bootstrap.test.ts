import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { meanInterval } from "../../src/statistics/bootstrap.ts";
import { Random } from "../../src/statistics/random.ts";
import { mean } from "../../src/statistics/summary.ts";
import { gauss } from "./samples.ts";

test("fewer than five values have no interval", () => {
  expect(meanInterval([], new Random(1))).toBeNull();
  expect(meanInterval([1, 2, 3, 4], new Random(1))).toBeNull();
  expect(meanInterval([1, 2, 3, 4, 5], new Random(1))).not.toBeNull();
});

test("equal values leave no doubt", () => {
  expect(meanInterval([3, 3, 3, 3, 3], new Random(1))).toEqual([3, 3]);
});

test("values in steps do not make it endless", () => {
  const [low, high] = meanInterval([8, 8, 8, 8, 8, 8, 8, 8, 8, 0], new Random(1))!;
  expect(low).toBeGreaterThan(0);
  expect(high).toBeLessThan(14);
});

test("it is finite, holds the mean, repeats with its seed and follows a change of unit", () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 5, maxLength: 20 });
  fc.assert(
    fc.property(values, fc.integer(), (all, seed) => {
      const [low, high] = meanInterval(all, new Random(seed))!;
      expect(Number.isFinite(low) && Number.isFinite(high)).toBe(true);
      expect(low - 1e-9 <= mean(all) && mean(all) <= high + 1e-9).toBe(true);
      const scaled = meanInterval(
        all.map((value) => value * -8),
        new Random(seed),
      )!;
      expect(scaled[0]).toBeCloseTo(-8 * high, 6);
      expect(scaled[1]).toBeCloseTo(-8 * low, 6);
    }),
    { numRuns: 30 },
  );
});

// docs/comparing.md has the same with 1500 repetitions; 300 are uncertain by 1.3 percentage points.
describe("how often it holds the mean that the values were drawn around", () => {
  const kinds: Record<string, readonly [(random: Random) => number, number]> = {
    normal: [gauss, 0],
    disturbed: [(random) => gauss(random) * (random.unit() < 0.1 ? 10 : 1), 0],
    skewed: [(random) => Math.exp(0.5 * gauss(random)), Math.exp(0.125)],
    stepped: [(random) => Math.round(gauss(random) / 2), 0],
  };
  test.each(Object.keys(kinds).flatMap((kind) => [5, 10, 20].map((count) => ({ kind, count }))))(
    "$kind, $count values: at least 91 of 100 times",
    ({ kind, count }) => {
      const random = new Random(count);
      const [draw, truth] = kinds[kind]!;
      const repetitions = 300;
      let held = 0;
      for (let repetition = 0; repetition < repetitions; repetition++) {
        const values = Array.from({ length: count }, () => draw(random));
        const [low, high] = meanInterval(values, random)!;
        if (low <= truth && truth <= high) held++;
      }
      expect(held / repetitions).toBeGreaterThanOrEqual(0.91);
    },
  );
});
