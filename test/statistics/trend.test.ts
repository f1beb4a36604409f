import fc from "fast-check";
import { expect, test } from "vitest";
import { Random } from "../../src/statistics/random.ts";
import { linearTrend, trendPValue } from "../../src/statistics/trend.ts";
import { gauss } from "./samples.ts";

test("one moment has no slope, and no moment is a mistake", () => {
  expect(linearTrend([4], [9])).toEqual({ slope: 0, centre: 9 });
  expect(() => linearTrend([], [])).toThrow();
});

test("a straight line is found again", () => {
  const number = fc.integer({ min: -1000, max: 1000 });
  fc.assert(
    fc.property(number, number, fc.integer({ min: 2, max: 20 }), (slope, start, count) => {
      const times = Array.from({ length: count }, (_, time) => time);
      const trend = linearTrend(
        times,
        times.map((time) => start + slope * time),
      );
      expect(trend.slope).toBeCloseTo(slope, 6);
      expect(trend.centre).toBeCloseTo(start + (slope * (count - 1)) / 2, 6);
    }),
  );
});

test("a level is no trend and a rise is one", () => {
  const times = [0, 1, 2, 3, 4, 5, 6, 7];
  expect(trendPValue(times, Array(8).fill(5), new Random(1))).toBe(1);
  expect(trendPValue(times, [1, 2, 4, 3, 5, 6, 8, 7], new Random(1))).toBeLessThan(0.01);
});

test("scatter passes for a trend as seldom as it should", () => {
  const random = new Random(5);
  const times = Array.from({ length: 10 }, (_, time) => time);
  const found = Array.from({ length: 200 }, () =>
    trendPValue(
      times,
      times.map(() => gauss(random)),
      random,
    ),
  ).filter((value) => value <= 0.05);
  expect(found.length).toBeLessThanOrEqual(20);
});
