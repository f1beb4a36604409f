import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exchangePValues } from "../../src/statistics/exchange.ts";
import type { PairResult } from "../../src/statistics/pairs.ts";
import { Random } from "../../src/statistics/random.ts";
import { compareSets } from "../../src/statistics/sets.ts";
import { VERDICT_LEVEL } from "../../src/statistics/sign-flip.ts";
import type { TwoSamples } from "../../src/statistics/two-samples.ts";
import { gauss } from "./samples.ts";

const isSilent = (results: readonly PairResult[]): boolean =>
  results.every(({ verdict }) => verdict === "no difference shown");

/** Nothing is claimed of figures that the test over all of them together does not reject. */
const areAlike = (figures: readonly TwoSamples[]): boolean =>
  exchangePValues(figures, new Random(1)).every((pValue) => pValue > VERDICT_LEVEL);

/** Without the intervals, whose resampling takes half of the time, where they decide nothing. */
const claimNothing = (figures: readonly TwoSamples[]): boolean =>
  areAlike(figures) || isSilent(compareSets(figures));

test("four runs on a side have a difference, but neither interval nor verdict", () => {
  expect(compareSets([{ a: [1, 1, 1, 1], b: [2, 2, 2, 2, 2] }])).toEqual([
    { difference: 1, ratio: 2, ci95: null, verdict: null },
  ]);
  const five = compareSets([{ a: [1, 1, 1, 1, 1], b: [2, 2, 2, 2, 2] }]);
  expect(five[0]).toMatchObject({ ci95: { difference: [1, 1] }, verdict: "higher" });
});

test("there is no ratio to what is sometimes 0, and still a difference", () => {
  const [result] = compareSets([{ a: [0, 0, 0, 0, 0], b: [1, 1.1, 0.9, 1, 1] }]);
  expect(result).toMatchObject({ ratio: null, verdict: "higher", ci95: { ratio: null } });
});

const values = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), {
  minLength: 6,
  maxLength: 6,
});

test("runs beside themselves are the same in everything", () => {
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), (figures) => {
      for (const result of compareSets(figures.map((figure) => ({ a: figure, b: figure })))) {
        expect(result.difference).toBe(0);
        expect(result.ratio).toBeCloseTo(1, 12);
        expect(result.verdict).toBe("no difference shown");
      }
    }),
    { numRuns: 20 },
  );
});

/** By more than its ends move with what is drawn. */
function isFarFromZero([low, high]: readonly number[]): boolean {
  return Math.min(Math.abs(low!), Math.abs(high!)) > (high! - low!) / 5;
}

test("a verdict never contradicts its interval, and turns round with the sides", () => {
  const reverse = { lower: "higher", higher: "lower" } as const;
  fc.assert(
    fc.property(values, values, (a, b) => {
      const [there] = compareSets([{ a, b }]);
      const [back] = compareSets([{ a: b, b: a }]);
      expect(back!.difference).toBeCloseTo(-there!.difference, 6);
      expect(back!.ratio! * there!.ratio!).toBeCloseTo(1, 9);
      if (there!.verdict === "higher") expect(there!.ci95!.difference[0]).toBeGreaterThan(0);
      if (there!.verdict === "lower") expect(there!.ci95!.difference[1]).toBeLessThan(0);
      // The two sides draw in turn, so the ends move a little: only a clear verdict must turn round.
      const { difference, ratio } = there!.ci95!;
      const isClear =
        isFarFromZero(difference) && ratio !== null && isFarFromZero(ratio.map(Math.log));
      if (isClear && there!.verdict === "higher") expect(back!.verdict).toBe(reverse.higher);
      if (isClear && there!.verdict === "lower") expect(back!.verdict).toBe(reverse.lower);
    }),
    { numRuns: 30 },
  );
});

interface Behaviour {
  /** Deviation of a figure within a run, and of the level between runs, as shares. */
  readonly noise?: number;
  readonly between?: number;
  /** Share of runs that something disturbs by up to 10 %. */
  readonly disturbed?: number;
  /** How much larger p99 is. */
  readonly p99?: number;
}

/** IOPS, mean, p50, p90, p99, p99.9, maximum, CPU and a rare event, run by run. */
function runs(random: Random, count: number, behaviour: Behaviour): number[][] {
  const { noise = 0.01, between = 0.01, disturbed = 0.05, p99 = 0 } = behaviour;
  const bucket = (value: number, width: number): number => Math.floor(value / width) * width;
  return Array.from({ length: count }, () => {
    const hit = random.unit() < disturbed ? 0.1 * random.unit() : 0;
    const level = 1 + between * gauss(random) + hit;
    const near = (value: number, share: number): number =>
      value * level * (1 + share * noise * gauss(random));
    const mean = near(8000, 1);
    return [
      1e9 / mean,
      mean,
      bucket(near(7800, 1), 8),
      bucket(near(8200, 1), 8),
      bucket(near(9500 * (1 + p99), 2), 8),
      bucket(near(15_000, 6), 16),
      200_000 * Math.exp(0.7 * gauss(random)),
      near(8000, 1),
      random.below(4) / 1e5,
    ];
  });
}

const P99 = 4;

function figures(a: readonly number[][], b: readonly number[][]): TwoSamples[] {
  return a[0]!.map((_, index) => ({
    a: a.map((run) => run[index]!),
    b: b.map((run) => run[index]!),
  }));
}

test("what the test over all figures does not reject claims nothing", () => {
  const random = new Random(3);
  const sets = Array.from({ length: 20 }, () => figures(runs(random, 5, {}), runs(random, 5, {})));
  const alike = sets.filter(areAlike);
  expect(alike.length).toBeGreaterThan(15);
  for (const set of alike) expect(isSilent(compareSets(set))).toBe(true);
});

describe("runs of the same thing", () => {
  const behaviours: Record<string, Behaviour> = {
    calm: {},
    quiet: { noise: 0.0005, between: 0, disturbed: 0 },
    disturbed: { disturbed: 0.3 },
  };
  const sizes = [
    [5, 5],
    [10, 10],
    [5, 20],
  ] as const;
  const cases = Object.keys(behaviours).flatMap((kind) => sizes.map(([a, b]) => ({ kind, a, b })));

  test.each(cases)("$kind, $a and $b: at most 5 of 100 claim anything", ({ kind, a, b }) => {
    const random = new Random(a * 10 + b);
    const side = (count: number) => runs(random, count, behaviours[kind]!);
    const silent = Array.from({ length: 100 }, () => claimNothing(figures(side(a), side(b))));
    expect(silent.filter(Boolean).length).toBeGreaterThanOrEqual(95);
  });
});

test("a p99 that is 10 % higher is found in 10 runs a side", () => {
  const random = new Random(11);
  const found = Array.from({ length: 20 }, () => {
    const [a, b] = [runs(random, 10, {}), runs(random, 10, { p99: 0.1 })];
    return compareSets(figures(a, b))[P99]!;
  });
  expect(found.filter(({ verdict }) => verdict === "higher").length).toBeGreaterThanOrEqual(19);
  for (const { ratio } of found) expect(ratio).toBeGreaterThan(1.05);
});

describe("the ratio is that of the shown means", () => {
  /** One run of a is a thousand times too fast: the means say lower, the geometric means higher. */
  const torn = { a: [10, 10.1, 9.9, 10, 10.2, 9.8, 40_000], b: [90, 91, 89, 90, 92, 88, 90] };

  test("also where a disturbed run pulls the geometric means elsewhere", () => {
    const [result] = compareSets([torn]);
    expect(result!.difference).toBeLessThan(0);
    expect(result!.ratio).toBeCloseTo(90 / (40_060 / 7), 9);
    expect(result!.verdict).toBe("no difference shown");
  });

  test("and an interval that does not hold it is left out", () => {
    // Nothing scatters but one run of twenty.
    const a = [...Array<number>(19).fill(10), 10_000];
    const [result] = compareSets([{ a, b: Array<number>(20).fill(90) }]);
    expect(result!.ratio).toBeCloseTo(90 / 509.5, 9);
    expect(result).toMatchObject({ ci95: { ratio: null }, verdict: "no difference shown" });
  });

  test("whatever the values, it never says another thing than the difference", () => {
    const wild = fc.array(fc.constantFrom(0, 0.01, 1, 1.1, 2, 1000, 1e6), {
      minLength: 5,
      maxLength: 8,
    });
    fc.assert(
      fc.property(wild, wild, (a, b) => {
        const { difference, ratio, ci95, verdict } = compareSets([{ a, b }])[0]!;
        if (ratio === null) return;
        expect(Math.sign(ratio - 1) * Math.sign(difference)).not.toBe(-1);
        const [low, high] = ci95!.ratio ?? [ratio, ratio];
        expect(low).toBeLessThanOrEqual(ratio * (1 + 1e-6));
        expect(high).toBeGreaterThanOrEqual(ratio * (1 - 1e-6));
        if (verdict === "higher") expect(ratio).toBeGreaterThan(1);
        if (verdict === "lower") expect(ratio).toBeLessThan(1);
      }),
      { numRuns: 60 },
    );
  });
});
