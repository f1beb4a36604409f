// The percentile curve against percentileNs, which it must never contradict.
import fc from "fast-check";
import { expect, test } from "vitest";
import { isCarried, percentileNs } from "../../src/analysis/histogram.ts";
import { percentileCurve } from "../../src/html/percentile-curve.ts";
import { emptyCounts } from "../../src/measurement/latency-counts.ts";
import type { LatencyCounts } from "../../src/measurement/measurement.ts";
import { countsOf, latencies } from "../examples/run.ts";

const samples = fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 400 });

function percentileAt(oneOver: number): number {
  return 100 * (1 - 1 / oneOver);
}

function requireTrue(counts: LatencyCounts): void {
  const curve = percentileCurve(counts);
  expect(curve.oneOver.length).toBe(curve.ns.length);
  expect(curve.oneOver.length).toBeLessThanOrEqual(200);
  for (const [index, oneOver] of curve.oneOver.entries()) {
    expect(isCarried(counts.total, percentileAt(oneOver))).toBe(true);
    const exact = percentileNs(counts, percentileAt(oneOver));
    expect(Math.abs(curve.ns[index]! - exact)).toBeLessThanOrEqual(exact * 1e-4);
  }
  for (let index = 1; index < curve.ns.length; index++) {
    expect(curve.oneOver[index]!).toBeGreaterThan(curve.oneOver[index - 1]!);
    expect(curve.ns[index]!).toBeGreaterThanOrEqual(curve.ns[index - 1]!);
  }
  if (counts.total >= 10) expect(curve.oneOver.at(-1)).toBe(counts.total / 10);
}

test("no samples, no curve", () => {
  expect(percentileCurve(emptyCounts)).toEqual({ oneOver: [], ns: [] });
});

test("a few samples carry no percentile, ten of them the minimum", () => {
  expect(percentileCurve(countsOf(Array(9).fill(7)))).toEqual({ oneOver: [], ns: [] });
  expect(percentileCurve(countsOf([...Array(9).fill(7), 5]))).toEqual({ oneOver: [1], ns: [5] });
});

test("it rises, says what percentileNs says, and ends where the samples do", () => {
  fc.assert(fc.property(samples, (values) => requireTrue(countsOf(values))));
});

test("a billion samples are shown in 200 points, p90 to p99.99999 among them", () => {
  const counts = countsOf(latencies(20_000, 80_000));
  const many = counts.counts.map(([index, count]) => [index, count * 50_000] as const);
  const billion = { ...counts, total: counts.total * 50_000, counts: many };
  requireTrue(billion);
  const { oneOver } = percentileCurve(billion);
  expect(oneOver).toEqual(expect.arrayContaining([10, 100, 1000]));
});

test("the median is a point of its own, and a level stretch only its ends", () => {
  const { oneOver, ns } = percentileCurve(
    countsOf([...Array(990).fill(100), ...Array(10).fill(900)]),
  );
  expect(ns[oneOver.indexOf(100)]).toBe(100);
  expect(oneOver).toEqual([1, 100]);
  const rising = percentileCurve(
    countsOf(Array.from({ length: 1000 }, (_, index) => 1000 + index)),
  );
  expect(rising.ns[rising.oneOver.indexOf(2)]).toBe(1499);
});
