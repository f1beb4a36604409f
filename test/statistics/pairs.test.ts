import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { comparePairs, type PairedFigure, type PairResult } from "../../src/statistics/pairs.ts";
import { Random } from "../../src/statistics/random.ts";
import { signFlipPValues, VERDICT_LEVEL } from "../../src/statistics/sign-flip.ts";
import { type Behaviour, pairedBlocks } from "./samples.ts";

const isSilent = (results: readonly PairResult[]): boolean =>
  results.every(({ verdict }) => verdict === "no difference shown");

/** Nothing is claimed of figures that the test over all of them together does not reject. */
function areAlike(figures: readonly PairedFigure[]): boolean {
  const differences = figures.map(({ a, b }) => a.map((value, round) => value - b[round]!));
  return signFlipPValues(differences, new Random(1)).every((pValue) => pValue > VERDICT_LEVEL);
}

/** Without the intervals, whose resampling takes most of the time, where they decide nothing. */
const claimsNothing = (figures: readonly PairedFigure[]): boolean =>
  areAlike(figures) || isSilent(comparePairs(figures));

test("rounds that do not match are a mistake", () => {
  expect(() => comparePairs([{ a: [1, 2], b: [1] }])).toThrow();
  expect(() => comparePairs([{ a: [], b: [] }])).toThrow();
});

test("six rounds have an interval and no verdict, four have neither", () => {
  const rounds = (count: number) =>
    comparePairs([{ a: Array(count).fill(2), b: Array(count).fill(1) }]);
  expect(rounds(4)[0]).toEqual({ difference: 1, ratio: 2, ci95: null, verdict: null });
  expect(rounds(6)[0]).toMatchObject({ ci95: { difference: [1, 1] }, verdict: null });
  expect(rounds(7)[0]).toMatchObject({ verdict: "higher" });
});

test("there is no ratio to what is sometimes 0, and still a difference", () => {
  const a = [1, 1.1, 1, 1.2, 1, 1.1, 1, 1];
  const [result] = comparePairs([{ a, b: [0, 0, 0, 0, 0, 0, 0, 0] }]);
  expect(result).toMatchObject({ ratio: null, verdict: "higher", ci95: { ratio: null } });
});

const values = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), {
  minLength: 9,
  maxLength: 9,
});

test("a mode beside its own values is the same in everything", () => {
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), (figures) => {
      for (const result of comparePairs(figures.map((figure) => ({ a: figure, b: figure })))) {
        expect(result.difference).toBe(0);
        expect(result.ratio).toBeCloseTo(1, 12);
        expect(result.verdict).toBe("no difference shown");
      }
    }),
    { numRuns: 20 },
  );
});

test("a beside b says the reverse of b beside a", () => {
  const reverse = {
    lower: "higher",
    higher: "lower",
    "no difference shown": "no difference shown",
  };
  fc.assert(
    fc.property(values, values, (a, b) => {
      const [there] = comparePairs([{ a, b }]);
      const [back] = comparePairs([{ a: b, b: a }]);
      expect(back!.difference).toBeCloseTo(-there!.difference, 6);
      expect(back!.ratio! * there!.ratio!).toBeCloseTo(1, 9);
      expect(back!.ci95!.ratio![0] * there!.ci95!.ratio![1]).toBeCloseTo(1, 6);
      expect(back!.verdict).toBe(reverse[there!.verdict!]);
    }),
    { numRuns: 30 },
  );
});

test("a verdict never contradicts its interval", () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const { verdict, ci95 } = comparePairs([{ a, b }])[0]!;
      if (verdict === "higher") expect(ci95!.difference[0]).toBeGreaterThan(0);
      if (verdict === "lower") expect(ci95!.difference[1]).toBeLessThan(0);
    }),
    { numRuns: 50 },
  );
});

test("what the test over all figures does not reject claims nothing", () => {
  const random = new Random(3);
  const alike = Array.from({ length: 20 }, () => pairedBlocks(random, 7)).filter(areAlike);
  expect(alike.length).toBeGreaterThan(15);
  for (const figures of alike) expect(isSilent(comparePairs(figures))).toBe(true);
});

describe("a mode compared with itself", () => {
  const behaviours: Record<string, Behaviour> = {
    calm: {},
    quiet: { noise: 0.0005, wander: 0, disturbed: 0 },
    wandering: { wander: 0.05 },
    drifting: { drift: 0.2 },
    disturbed: { disturbed: 0.3 },
    "one of four": { modes: 4, drift: 0.05 },
  };
  const cases = Object.keys(behaviours).flatMap((kind) =>
    [7, 10, 16].map((rounds) => ({ kind, rounds })),
  );

  test.each(cases)("$kind, $rounds rounds: 18 of 20 claim nothing at all", ({ kind, rounds }) => {
    const random = new Random(rounds);
    const silent = Array.from({ length: 20 }, () =>
      claimsNothing(pairedBlocks(random, rounds, behaviours[kind])),
    );
    expect(silent.filter(Boolean).length).toBeGreaterThanOrEqual(18);
  });

  test("over many repetitions, about one in forty claims something", () => {
    const random = new Random(2026);
    const claims = Array.from({ length: 600 }, () =>
      pairedBlocks(random, 8, { wander: 0.01, drift: 0.02 }),
    ).filter((figures) => !claimsNothing(figures));
    // 15 are expected; more than 27 are as unlikely as three standard deviations.
    expect(claims.length).toBeLessThanOrEqual(27);
  });
});

test("a difference of 3 % is found in 10 rounds of low noise", () => {
  const random = new Random(7);
  for (let repetition = 0; repetition < 10; repetition++) {
    const quiet = { modes: 4, noise: 0.004, disturbed: 0, effect: 0.03 };
    const results = comparePairs(pairedBlocks(random, 10, quiet));
    const [iops, mean, p50, p90] = results;
    expect([iops, mean, p50, p90].map((result) => result!.verdict)).toEqual([
      "lower",
      "higher",
      "higher",
      "higher",
    ]);
    expect(mean!.ci95!.ratio![0]).toBeGreaterThan(1.015);
    expect(mean!.ci95!.ratio![1]).toBeLessThan(1.045);
    // What never happens is not different.
    expect(results.at(-1)!.verdict).toBe("no difference shown");
  }
});
