import fc from "fast-check";
import { expect, test } from "vitest";
import { exchangePValues } from "../../src/statistics/exchange.ts";
import { Random } from "../../src/statistics/random.ts";

test("figures of other runs are a mistake", () => {
  const figures = [
    { a: [1, 2], b: [3, 4] },
    { a: [1, 2, 3], b: [4] },
  ];
  expect(() => exchangePValues(figures, new Random(1))).toThrow();
});

test("nothing is compared with nothing", () => {
  expect(exchangePValues([], new Random(1))).toEqual([]);
});

test("runs that never differ differ in no way", () => {
  expect(exchangePValues([{ a: [4, 4, 4], b: [4, 4, 4] }], new Random(1))).toEqual([1]);
});

test("five runs above five others: two of 252 ways are as clear", () => {
  const figure = { a: [1, 2, 3, 4, 5], b: [6, 7, 8, 9, 10] };
  expect(exchangePValues([figure], new Random(1))[0]).toBeCloseTo(2 / 252, 12);
  const four = { a: [1, 2, 3, 4], b: [6, 7, 8, 9] };
  expect(exchangePValues([four], new Random(1))[0]).toBeCloseTo(2 / 70, 12);
});

/** Every way to choose `count` of `from`. */
function choices(from: readonly number[], count: number): number[][] {
  if (count === 0) return [[]];
  const [first, ...rest] = from;
  if (first === undefined) return [];
  return [...choices(rest, count - 1).map((chosen) => [first, ...chosen]), ...choices(rest, count)];
}

const few = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 50 }), { minLength: length, maxLength: length });

test("with equally many runs it is the share of ways whose means lie as far apart", () => {
  fc.assert(
    fc.property(few(4), few(4), (a, b) => {
      const all = [...a, ...b];
      const sum = all.reduce((total, value) => total + value, 0);
      const apart = (own: readonly number[]): number =>
        Math.abs(2 * own.reduce((total, index) => total + all[index]!, 0) - sum);
      const seen = apart([0, 1, 2, 3]);
      const ways = choices([...all.keys()], 4);
      // Standard errors have a lower bound, which may make clearer distances equal.
      const share = ways.filter((way) => apart(way) >= seen).length / ways.length;
      const [value] = exchangePValues([{ a, b }], new Random(1));
      expect(value).toBeGreaterThanOrEqual(share - 1e-12);
      if (new Set(all).size === all.length) expect(value).toBeCloseTo(share, 12);
    }),
  );
});

test("which side is which and the order of runs change nothing", () => {
  fc.assert(
    fc.property(few(5), few(6), fc.integer(), (a, b, seed) => {
      const [there] = exchangePValues([{ a, b }], new Random(1));
      const [back] = exchangePValues([{ a: b, b: a }], new Random(1));
      const random = new Random(seed);
      const shuffled = { a: random.shuffled(a), b: random.shuffled(b) };
      expect(back).toBeCloseTo(there!, 12);
      expect(exchangePValues([shuffled], new Random(1))[0]).toBeCloseTo(there!, 12);
    }),
    { numRuns: 50 },
  );
});

test("too many ways are drawn, and repeat with their seed", () => {
  const random = new Random(3);
  const side = (level: number) => Array.from({ length: 20 }, () => level + random.unit());
  const figures = [
    { a: side(0), b: side(0) },
    { a: side(0), b: side(2) },
  ];
  const once = exchangePValues(figures, new Random(7));
  expect(exchangePValues(figures, new Random(7))).toEqual(once);
  expect(once[0]).toBeGreaterThan(0.01);
  expect(once[1]).toBeLessThan(0.001);
});
