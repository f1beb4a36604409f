import fc from "fast-check";
import { expect, test } from "vitest";
import { balancedOrder } from "../../src/statistics/order.ts";

const modeCount = fc.integer({ min: 1, max: 7 });
const namesOf = (count: number): string[] => [..."abcdefg"].slice(0, count);

/** How often each value of `keys` occurs in `seen`. */
function counts(seen: readonly string[], keys: readonly string[]): number[] {
  return keys.map((key) => seen.filter((other) => other === key).length);
}

function spread(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}

const places = (order: string[][], names: string[]): number[] =>
  counts(
    order.flatMap((round) => round.map((mode, place) => `${mode}${place}`)),
    names.flatMap((mode) => names.map((_, place) => `${mode}${place}`)),
  );

const followers = (order: string[][], names: string[]): number[] =>
  counts(
    order.flatMap((round) => round.slice(1).map((mode, place) => `${round[place]}${mode}`)),
    names.flatMap((first) =>
      names.filter((mode) => mode !== first).map((mode) => `${first}${mode}`),
    ),
  );

test("no modes are a mistake, no rounds are not", () => {
  expect(() => balancedOrder([], 3, 1)).toThrow();
  expect(balancedOrder(["a"], 0, 1)).toEqual([]);
  expect(balancedOrder(["a"], 2, 1)).toEqual([["a"], ["a"]]);
});

test("every round runs every mode once", () => {
  fc.assert(
    fc.property(modeCount, fc.nat(30), fc.integer(), (count, rounds, seed) => {
      const order = balancedOrder(namesOf(count), rounds, seed);
      expect(order).toHaveLength(rounds);
      for (const round of order) expect([...round].sort()).toEqual(namesOf(count));
    }),
  );
});

test("each mode stands at each place equally often, and never more than once too often", () => {
  fc.assert(
    fc.property(modeCount, fc.integer({ min: 1, max: 30 }), fc.integer(), (count, rounds, seed) => {
      const names = namesOf(count);
      expect(spread(places(balancedOrder(names, rounds, seed), names))).toBe(
        rounds % count === 0 ? 0 : 1,
      );
    }),
  );
});

test("each mode follows each other equally often once the designs are complete", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 7 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer(),
      (count, designs, seed) => {
        const rounds = designs * count * (count % 2 === 0 ? 1 : 2);
        const names = namesOf(count);
        expect(spread(followers(balancedOrder(names, rounds, seed), names))).toBe(0);
      },
    ),
  );
});

test("the seed decides the order", () => {
  const order = (seed: number) => balancedOrder(namesOf(4), 12, seed);
  expect(order(1)).toEqual(order(1));
  expect(order(1)).not.toEqual(order(2));
});
