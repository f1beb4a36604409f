import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../src/statistics/random.ts";
import { mean } from "../../src/statistics/summary.ts";
import { differenceInterval } from "../../src/statistics/two-samples.ts";
import { gauss } from "./samples.ts";

test("fewer than five values on a side have no interval", () => {
  const five = [1, 2, 3, 4, 5];
  expect(differenceInterval({ a: [], b: five }, new Random(1))).toBeNull();
  expect(differenceInterval({ a: five, b: [1, 2, 3, 4] }, new Random(1))).toBeNull();
  expect(differenceInterval({ a: five, b: five }, new Random(1))).not.toBeNull();
});

test("values that never scatter leave no doubt", () => {
  const all = (value: number) => Array<number>(5).fill(value);
  expect(differenceInterval({ a: all(3), b: all(7) }, new Random(1))).toEqual([4, 4]);
});

test("values in steps do not make it endless", () => {
  const a = [8, 8, 8, 8, 8, 8, 8, 8, 8, 0];
  const [low, high] = differenceInterval({ a, b: Array<number>(5).fill(8) }, new Random(1))!;
  expect(low).toBeGreaterThan(-8);
  expect(high).toBeLessThan(8);
});

const side = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 5, maxLength: 20 });

test("it is finite, holds the difference, repeats with its seed and follows a change of unit", () => {
  fc.assert(
    fc.property(side, side, fc.integer(), (a, b, seed) => {
      const [low, high] = differenceInterval({ a, b }, new Random(seed))!;
      const difference = mean(b) - mean(a);
      expect(Number.isFinite(low) && Number.isFinite(high)).toBe(true);
      expect(low - 1e-9 <= difference && difference <= high + 1e-9).toBe(true);
      const scaled = (values: readonly number[]) => values.map((value) => value * -8 + 5);
      const other = differenceInterval({ a: scaled(a), b: scaled(b) }, new Random(seed))!;
      expect(other[0]).toBeCloseTo(-8 * high, 6);
      expect(other[1]).toBeCloseTo(-8 * low, 6);
    }),
    { numRuns: 30 },
  );
});

// docs/diff.md has the same with 1500 repetitions; 300 are uncertain by 1.3 percentage points.
describe("how often it holds the difference of what the values were drawn around", () => {
  type Draw = (random: Random) => number;
  const skewed: Draw = (random) => Math.exp(0.5 * gauss(random));
  const kinds: Record<string, readonly [Draw, Draw, number]> = {
    normal: [gauss, gauss, 0],
    "b scatters three times as much": [gauss, (random) => 3 * gauss(random), 0],
    disturbed: [disturbed, disturbed, 0],
    skewed: [skewed, skewed, 0],
    "b twice as large and skewed": [skewed, (random) => 2 * skewed(random), Math.exp(0.125)],
  };
  const sizes = [
    [5, 5],
    [10, 10],
    [5, 20],
  ] as const;
  const cases = Object.keys(kinds).flatMap((kind) => sizes.map(([a, b]) => ({ kind, a, b })));

  test.each(cases)("$kind, $a and $b values: at least 91 of 100 times", ({ kind, a, b }) => {
    const random = new Random(a * 100 + b);
    const [drawA, drawB, truth] = kinds[kind]!;
    const values = (count: number, draw: Draw) => Array.from({ length: count }, () => draw(random));
    const repetitions = 300;
    let held = 0;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const samples = { a: values(a, drawA), b: values(b, drawB) };
      const [low, high] = differenceInterval(samples, random)!;
      if (low <= truth && truth <= high) held++;
    }
    expect(held / repetitions).toBeGreaterThanOrEqual(0.91);
  });

  function disturbed(random: Random): number {
    return gauss(random) * (random.unit() < 0.1 ? 10 : 1);
  }
});
