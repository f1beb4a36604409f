import fc from "fast-check";
import { expect, test } from "vitest";
import { neighbourLikeness } from "../../src/statistics/likeness.ts";
import { Random } from "../../src/statistics/random.ts";
import { gauss } from "./samples.ts";

test("few values, and those that never move, are not alike", () => {
  expect(neighbourLikeness([])).toBe(0);
  expect(neighbourLikeness([1, 2])).toBe(0);
  expect(neighbourLikeness([3, 3, 3, 3])).toBe(0);
});

test("a slow rise is alike, a change at every step is the opposite", () => {
  const rise = Array.from({ length: 50 }, (_, index) => index);
  expect(neighbourLikeness(rise)).toBeGreaterThan(0.9);
  expect(neighbourLikeness(rise.map((index) => index % 2))).toBeLessThan(-0.9);
});

test("it finds what a series was made with", () => {
  const random = new Random(4);
  let state = 0;
  const values = Array.from({ length: 2000 }, () => {
    state = 0.7 * state + gauss(random);
    return state;
  });
  expect(neighbourLikeness(values)).toBeCloseTo(0.7, 1);
});

test("it lies between -1 and 1, and knows neither units nor the direction of time", () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 30 });
  fc.assert(
    fc.property(values, (all) => {
      const likeness = neighbourLikeness(all);
      expect(Math.abs(likeness)).toBeLessThanOrEqual(1);
      expect(neighbourLikeness(all.toReversed())).toBeCloseTo(likeness, 9);
      expect(neighbourLikeness(all.map((value) => 5 - 3 * value))).toBeCloseTo(likeness, 9);
    }),
  );
});
