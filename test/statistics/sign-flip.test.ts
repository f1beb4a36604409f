import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "../../src/statistics/random.ts";
import {
  FEWEST_FOR_VERDICT,
  signFlipPValues,
  VERDICT_LEVEL,
} from "../../src/statistics/sign-flip.ts";

const pValues = (differences: number[][]): number[] => signFlipPValues(differences, new Random(1));

test("no figures, and no differences, show nothing", () => {
  expect(pValues([])).toEqual([]);
  expect(pValues([[0, 0, 0, 0, 0, 0, 0]])).toEqual([1]);
});

test("rounds that all agree are two ways among all", () => {
  expect(pValues([[1, 2, 3]])).toEqual([2 / 8]);
  expect(pValues([[5, 5, 5, 5, 5, 5, 5]])).toEqual([2 / 128]);
});

test("as many rounds as a verdict asks for can give one, one less cannot", () => {
  const agreeing = (rounds: number) => [Array(rounds).fill(1)];
  expect(pValues(agreeing(FEWEST_FOR_VERDICT))[0]).toBeLessThanOrEqual(VERDICT_LEVEL);
  expect(pValues(agreeing(FEWEST_FOR_VERDICT - 1))[0]).toBeGreaterThan(VERDICT_LEVEL);
});

test("other figures cost a clear one nothing, and an unclear one much", () => {
  const unclear = [3, 1, 2, -1, 2, 3, 1, 2];
  const [alone] = pValues([unclear]);
  const noise = [
    [1, -1, 2, -2, 1, 3, -1, -3],
    [2, 1, -1, 1, -2, 1, 1, 1],
  ];
  const [clear, beside] = pValues([[9, 8, 9, 7, 9, 8, 9, 8], unclear, ...noise]);
  expect(clear).toBe(2 / 256);
  expect(beside).toBeGreaterThan(alone!);
});

const figures = fc.integer({ min: 1, max: 7 }).chain((rounds) =>
  fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: rounds, maxLength: rounds }), {
    minLength: 1,
    maxLength: 4,
  }),
);

test("the p-values are those of going through all flips by hand", () => {
  fc.assert(
    fc.property(figures, (differences) => {
      const expected = byHand(differences);
      for (const [index, value] of pValues(differences).entries()) {
        expect(value).toBeCloseTo(expected[index]!, 12);
      }
    }),
  );
});

test("many rounds are drawn from, with nearly the exact result", () => {
  const random = new Random(3);
  const differences = Array.from({ length: 24 }, () => random.unit() - 0.4);
  const [value] = pValues([differences, differences.map((difference) => difference * 2)]);
  const [same] = pValues([differences]);
  expect(value).toBeCloseTo(same!, 2);
  expect(pValues([Array(30).fill(1)])[0]).toBeLessThan(0.0001);
});

/** Westfall and Young, written down without economy. */
function byHand(differences: readonly (readonly number[])[]): number[] {
  const rounds = differences[0]!.length;
  const clarity = (figure: readonly number[], flips: number): number => {
    const flipped = figure.map((value, round) => ((flips >> round) & 1 ? -value : value));
    const squares = figure.reduce((sum, value) => sum + value ** 2, 0);
    const sum = flipped.reduce((total, value) => total + value, 0);
    return squares === 0 ? 0 : Math.abs(sum) / Math.sqrt(squares * rounds);
  };
  const seen = differences.map((figure) => clarity(figure, 0));
  const stepped = seen.map((own) => {
    const rivals = differences.filter((_, other) => seen[other]! <= own + 1e-9);
    let asClear = 0;
    for (let flips = 0; flips < 2 ** rounds; flips++) {
      if (Math.max(...rivals.map((rival) => clarity(rival, flips))) >= own - 1e-9) asClear++;
    }
    return asClear / 2 ** rounds;
  });
  return seen.map((own) => Math.max(...stepped.filter((_, other) => seen[other]! >= own - 1e-9)));
}
