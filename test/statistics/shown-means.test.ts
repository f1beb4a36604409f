import { describe, expect, test } from "vitest";
import { comparePairs } from "../../src/statistics/pairs.ts";
import { withMeansRatio } from "../../src/statistics/shown-means.ts";

const figure = { a: [10, 10], b: [20, 22] };
const result = {
  difference: 11,
  ratio: 2.098,
  ci95: { difference: [10, 12], ratio: [1.9, 2.3] },
  verdict: "higher",
} as const;

test("an interval that holds the ratio of the means stays, with the verdict", () => {
  expect(withMeansRatio(result, figure)).toEqual({ ...result, ratio: 2.1 });
});

test("one that does not is left out; the verdict stays where both say the same", () => {
  const narrow = { ...result, ci95: { ...result.ci95, ratio: [2.09, 2.099] as const } };
  expect(withMeansRatio(narrow, figure)).toMatchObject({
    ratio: 2.1,
    ci95: { difference: [10, 12], ratio: null },
    verdict: "higher",
  });
});

test("no difference is shown where one says higher and the other lower", () => {
  const torn = { ...result, ratio: 0.5, ci95: { ...result.ci95, ratio: [0.4, 0.6] as const } };
  const { ci95, verdict } = withMeansRatio(torn, figure);
  expect(ci95!.ratio).toBeNull();
  expect(verdict).toBe("no difference shown");
});

test("without a verdict none comes, and there is no ratio to 0", () => {
  const few = { ...result, ci95: null, verdict: null, ratio: 0.5 };
  expect(withMeansRatio(few, figure)).toMatchObject({ ratio: 2.1, ci95: null, verdict: null });
  expect(withMeansRatio(few, { a: [0, 0], b: [1, 2] }).ratio).toBeNull();
});

describe("rounds side by side", () => {
  test("of which one is disturbed do not say two things", () => {
    const a = Array.from({ length: 12 }, (_, round) => (round === 0 ? 2.3e6 : 60e3 + round));
    const b = Array.from({ length: 12 }, (_, round) => 85e3 + round);
    // Pairs are told the other way round: the first beside the second.
    const [reversed] = comparePairs([{ a: b, b: a }]);
    expect(reversed!.difference).toBeLessThan(0);
    expect(reversed!.ratio).toBeGreaterThan(1);
    const told = withMeansRatio(reversed!, { a, b });
    expect(told.ratio).toBeLessThan(1);
    expect(told.verdict).toBe("no difference shown");
  });
});
