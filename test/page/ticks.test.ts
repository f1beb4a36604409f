// Marks of axes: round, inside, and never more than there is room for.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  linearTicks,
  logDomain,
  logTicks,
  ninesTicks,
  timeTicks,
  wholeTicks,
} from "../../src/page/ticks.ts";

const range = fc
  .tuple(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), fc.double({ min: 1.01, max: 1e9 }))
  .filter(([, factor]) => Number.isFinite(factor))
  .map(([low, factor]): [number, number] => [low, low * factor]);
const most = fc.integer({ min: 3, max: 20 });

test("a range of nothing has one tick", () => {
  expect(linearTicks(5, 5, 6)).toEqual([5]);
});

test("a log axis of nothing has no domain", () => {
  expect(logDomain([])).toBeUndefined();
  expect(logDomain([0, Number.NaN])).toBeUndefined();
});

test("one value has a domain around it", () => {
  const [low, high] = logDomain([100])!;
  expect(low).toBeLessThan(100);
  expect(high).toBeGreaterThan(100);
});

for (const [name, ticksOf] of Object.entries({ linearTicks, timeTicks, logTicks })) {
  test(`${name}: inside the range, rising, and no more than wanted`, () => {
    fc.assert(
      fc.property(range, most, ([low, high], limit) => {
        const ticks = ticksOf(low, high, limit);
        expect(ticks.length).toBeLessThanOrEqual(limit + 1);
        for (const [index, tick] of ticks.entries()) {
          expect(tick).toBeGreaterThanOrEqual(low * (1 - 1e-6) - 1e-9);
          expect(tick).toBeLessThanOrEqual(high * (1 + 1e-6) + 1e-9);
          if (index > 0) expect(tick).toBeGreaterThan(ticks[index - 1]!);
        }
      }),
    );
  });
}

test("a log axis has ticks wherever it has two decades", () => {
  fc.assert(
    fc.property(range, most, ([low, high], limit) => {
      fc.pre(high / low >= 100);
      expect(logTicks(low, high, limit).length).toBeGreaterThanOrEqual(1);
    }),
  );
});

test("ticks are what people write", () => {
  expect(linearTicks(0, 12_700, 7)).toEqual([0, 2000, 4000, 6000, 8000, 10_000, 12_000]);
  expect(linearTicks(0, 0.3, 3)).toEqual([0, 0.1, 0.2, 0.3]);
  expect(timeTicks(0, 60, 4)).toEqual([0, 15, 30, 45, 60]);
  expect(timeTicks(0, 7200, 3)).toEqual([0, 3600, 7200]);
  expect(logTicks(20, 1100, 10)).toEqual([20, 30, 50, 100, 200, 300, 500, 1000]);
  expect(logTicks(77, 107, 4)).toEqual([80, 90, 100]);
  expect(wholeTicks(0.5, 12.5, 20)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
});

test("nines go up to where the curve goes, with the median where there is room", () => {
  expect(ninesTicks(1e5, 10, true)).toEqual([1, 2, 10, 100, 1e3, 1e4, 1e5]);
  expect(ninesTicks(1e5, 6, false)).toEqual([1, 10, 100, 1e3, 1e4, 1e5]);
  expect(ninesTicks(1e5, 3, true)).toEqual([1, 100, 1e4]);
  expect(ninesTicks(1.5, 9, true)).toEqual([1]);
});
