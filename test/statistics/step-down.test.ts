import fc from "fast-check";
import { expect, test } from "vitest";
import { stepDownPValues } from "../../src/statistics/step-down.ts";

test("draws of other figures are a mistake", () => {
  expect(() => stepDownPValues([1, 2], [[1]])).toThrow();
});

test("without figures there is nothing to say, without draws nothing can be excluded", () => {
  expect(stepDownPValues([], [])).toEqual([]);
  expect(stepDownPValues([3, 1], [])).toEqual([1, 1]);
});

test("what no draw reaches is as unlikely as there are draws", () => {
  const draws = Array.from({ length: 99 }, () => [1, 1]);
  expect(stepDownPValues([5, 0.5], draws)).toEqual([0.01, 1]);
});

const clearness = fc.array(fc.integer({ min: 0, max: 12 }), {
  minLength: 3,
  maxLength: 3,
});

test("it is what the definition says: the largest of the figures that are no clearer", () => {
  fc.assert(
    fc.property(clearness, fc.array(clearness, { maxLength: 40 }), (seen, draws) => {
      const order = [0, 1, 2].sort((x, y) => seen[y]! - seen[x]!);
      const plain = order.map((_, step) => {
        const rest = order.slice(step);
        const asClear = draws.filter(
          (drawn) => Math.max(...rest.map((index) => drawn[index]!)) >= seen[order[step]!]!,
        );
        return (1 + asClear.length) / (1 + draws.length);
      });
      const expected = [0, 0, 0];
      for (const [step, index] of order.entries()) {
        expected[index] = Math.max(...plain.slice(0, step + 1));
      }
      const values = stepDownPValues(seen, draws);
      for (const index of [0, 1, 2]) expect(values[index]).toBeCloseTo(expected[index]!, 12);
    }),
  );
});
