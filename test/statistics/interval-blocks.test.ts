import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BlockRun,
  blockCount,
  blockLength,
  compareBlocks,
} from "../../src/statistics/interval-blocks.ts";
import { Random } from "../../src/statistics/random.ts";
import { mean } from "../../src/statistics/summary.ts";
import { gauss } from "./samples.ts";

/** A run whose one figure is the mean of its intervals' values. */
function meanRun(values: readonly number[]): BlockRun {
  const length = blockLength(values.length);
  const sums = Float64Array.from({ length: blockCount(values.length) }, (_, block) =>
    values.slice(block, block + length).reduce((sum, value) => sum + value, 0),
  );
  const value = mean(values);
  const of = (blocks: Int32Array): number =>
    blocks.reduce((sum, block) => sum + sums[block]!, 0) / (blocks.length * length);
  const pull = sums.map((sum) => sum - length * value);
  return { intervals: values.length, figures: [{ value, of, pull }] };
}

test("without figures there is nothing to compare", () => {
  const none = { intervals: 0, figures: [] };
  expect(compareBlocks(none, none)).toEqual([]);
});

test("blocks are about ten, and fewer where intervals are few", () => {
  expect([10, 20, 30, 60, 120, 240].map(blockLength)).toEqual([3, 4, 5, 8, 12, 24]);
  expect([10, 60].map(blockCount)).toEqual([8, 53]);
});

test("what never scatters differs beyond doubt, or not at all", () => {
  const flat = (value: number) => meanRun(Array<number>(12).fill(value));
  expect(compareBlocks(flat(4), flat(4))).toEqual([
    {
      difference: 0,
      ratio: 1,
      ci95: { difference: [0, 0], ratio: [1, 1] },
      verdict: "no difference shown",
    },
  ]);
  expect(compareBlocks(flat(4), flat(5))[0]).toMatchObject({ difference: 1, verdict: "higher" });
});

test("what stands still for a block has a ratio, and no interval of it", () => {
  const sometimes = Array.from({ length: 20 }, (_, index) => (index < 10 ? 0 : 1));
  const [result] = compareBlocks(meanRun(sometimes), meanRun(Array<number>(20).fill(9)));
  expect(result).toMatchObject({ ratio: 18, ci95: { ratio: null }, verdict: "higher" });
});

test("there is no ratio to 0", () => {
  const flat = (value: number) => meanRun(Array<number>(12).fill(value));
  const [result] = compareBlocks(flat(0), flat(9));
  expect(result).toMatchObject({ ratio: null, ci95: { ratio: null }, verdict: "higher" });
});

const series = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 10, maxLength: 60 });

test("it is finite, holds the difference, repeats, and its verdict never contradicts it", () => {
  fc.assert(
    fc.property(series, series, fc.integer(), (a, b, seed) => {
      const [one] = compareBlocks(meanRun(a), meanRun(b), seed);
      const { difference, ci95, verdict } = one!;
      const [low, high] = ci95!.difference;
      expect(difference).toBeCloseTo(mean(b) - mean(a), 9);
      expect(Number.isFinite(low) && low <= difference && difference <= high).toBe(true);
      expect(compareBlocks(meanRun(a), meanRun(b), seed)[0]).toEqual(one);
      if (verdict === "higher") expect(low).toBeGreaterThan(0);
      if (verdict === "lower") expect(high).toBeLessThan(0);
    }),
    { numRuns: 30 },
  );
});

/** Intervals of which each is a little like the one before. */
function follows(random: Random, count: number, likeness: number): number[] {
  let state = gauss(random);
  return Array.from({ length: count }, () => {
    state = likeness * state + Math.sqrt(1 - likeness ** 2) * gauss(random);
    return 100 + state;
  });
}

// docs/diff.md has more of it; 200 repetitions are uncertain by 1.6 percentage points.
describe("two runs of the same thing", () => {
  const cases = [0, 0.3, 0.6].flatMap((likeness) =>
    [10, 30, 120].map((count) => ({ likeness, count })),
  );
  const least = { 0: 0.93, 0.3: 0.9, 0.6: 0.86 } as Record<number, number>;

  test.each(cases)("intervals alike by $likeness, $count of them", ({ likeness, count }) => {
    const random = new Random(count);
    const results = Array.from({ length: 200 }, () => {
      const run = () => meanRun(follows(random, count, likeness));
      return compareBlocks(run(), run())[0]!;
    });
    const held = results.filter(({ ci95 }) => {
      const [low, high] = ci95!.difference;
      return low <= 0 && 0 <= high;
    });
    const silent = results.filter(({ verdict }) => verdict === "no difference shown");
    expect(held.length / results.length).toBeGreaterThanOrEqual(least[likeness]!);
    expect(silent.length / results.length).toBeGreaterThanOrEqual(0.93);
  });
});

test("a difference of five standard errors is found in 60 intervals", () => {
  const random = new Random(5);
  const shifted = follows(random, 60, 0.3).map((value) => value + 1.5);
  const [result] = compareBlocks(meanRun(follows(random, 60, 0.3)), meanRun(shifted));
  expect(result!.verdict).toBe("higher");
});
