import fc from "fast-check";
import { expect, test } from "vitest";
import { mean, median, robustDeviation } from "../../src/statistics/summary.ts";

const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 });

test("nothing has no middle", () => {
  expect(mean([])).toBeNaN();
  expect(median([])).toBeNaN();
  expect(robustDeviation([])).toBeNaN();
});

test("the median is the middle one, or lies between the two in the middle", () => {
  expect(median([3])).toBe(3);
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 6])).toBe(5.5);
  fc.assert(
    fc.property(values, (all) => {
      const below = all.filter((value) => value < median(all)).length;
      const above = all.filter((value) => value > median(all)).length;
      expect(Math.max(below, above)).toBeLessThanOrEqual(all.length / 2);
    }),
  );
});

test("one disturbed value does not move the deviation", () => {
  expect(robustDeviation([1, 2, 3, 4, 5])).toBeCloseTo(1.4826);
  expect(robustDeviation([1, 2, 3, 4, 5e6])).toBeCloseTo(1.4826);
  expect(robustDeviation([7, 7, 7])).toBe(0);
});
