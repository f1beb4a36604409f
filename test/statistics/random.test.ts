import fc from "fast-check";
import { expect, test } from "vitest";
import { Random, Repeatable } from "../../src/statistics/random.ts";

test("the sequence is that of the published xoshiro128** 1.1 in C, seeded by SplitMix32", () => {
  const random = new Random(1);
  expect(Array.from({ length: 5 }, () => random.u32())).toEqual([
    2442144158, 3238099751, 3819917871, 2104621829, 2021136066,
  ]);
});

test("numbers stay in their range and shuffling loses nothing", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 1e6 }), (seed, count) => {
      const random = new Random(seed);
      const number = random.below(count);
      expect(Number.isInteger(number) && number >= 0 && number < count).toBe(true);
      expect(random.shuffled([1, 2, 2, 3]).sort()).toEqual([1, 2, 2, 3]);
    }),
  );
});

test("each value comes about equally often", () => {
  const random = new Random(42);
  const counts = [0, 0, 0, 0, 0];
  for (let draw = 0; draw < 50_000; draw++) counts[random.below(5)]!++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});

test("what is repeatable is the same sequence, from its start as often as it is asked for", () => {
  const draws = new Repeatable(3);
  for (const length of [10, 40_000, 100]) {
    const random = new Random(3);
    const expected = Array.from({ length }, () => random.below(1000));
    draws.fromStart();
    expect(Array.from({ length }, () => draws.below(1000))).toEqual(expected);
  }
});
