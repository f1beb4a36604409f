import fc from "fast-check";
import { expect, test } from "vitest";
import { cliffsDelta, effectSize } from "../../src/statistics/cliff.ts";

test("of no values there is no effect", () => {
  expect(cliffsDelta([], [1])).toBeNaN();
});

test.each([
  [[1, 2, 3], [4, 5, 6], 1],
  [[4, 5, 6], [1, 2, 3], -1],
  [[1, 2, 3], [1, 2, 3], 0],
  [[1, 1], [1, 2], 0.5],
])("%j beside %j is %d", (a, b, delta) => {
  expect(cliffsDelta(a, b)).toBe(delta);
});

test.each([
  [0, "negligible"],
  [-0.146, "negligible"],
  [0.147, "small"],
  [0.329, "small"],
  [-0.33, "medium"],
  [0.474, "large"],
  [-1, "large"],
] as const)("%d is %s", (delta, word) => {
  expect(effectSize(delta)).toBe(word);
});

const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 12 });

test("it lies between -1 and 1, turns round with the sides and knows no units", () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const delta = cliffsDelta(a, b);
      expect(Math.abs(delta)).toBeLessThanOrEqual(1);
      expect(cliffsDelta(b, a)).toBeCloseTo(-delta, 12);
      const cubed = (all: readonly number[]) => all.map((value) => value ** 3);
      expect(cliffsDelta(cubed(a), cubed(b))).toBe(delta);
    }),
  );
});
