// Charts over time: what was counted is counted once, wherever columns are joined.
import fc from "fast-check";
import { expect, test } from "vitest";
import { stepEdgeNs, stepOf } from "../../src/analysis/latency-steps.ts";
import { columnsOf } from "../../src/html/grid.ts";
import { type Timeline, timelineOf as timelineIn } from "../../src/html/timeline.ts";
import { bucketIndex } from "../../src/measurement/buckets.ts";
import type { Stretch } from "../../src/measurement/groups.ts";
import { packLatency } from "../../src/measurement/latency-counts.ts";
import { countsOf, latencies } from "../examples/run.ts";

interface Plan {
  readonly source?: number;
  readonly startS: number;
  readonly lengthS: number;
  readonly samples: readonly number[];
}

function stretch({ source = 0, startS, lengthS, samples }: Plan): Stretch {
  return {
    source,
    startMs: startS * 1000,
    endMs: (startS + lengthS) * 1000,
    lengthMs: lengthS * 1000,
    isInterval: true,
    latencies:
      samples.length > 0 ? [packLatency(countsOf(samples), { op: "read", job: source })] : [],
  };
}

const timelineOf = (stretches: readonly Stretch[], most: number) =>
  timelineIn(stretches, "read", most);

/** `count` stretches of one source without a gap. */
function course(count: number, { source = 0, lengthS = 1, startS = 0 } = {}): Stretch[] {
  return Array.from({ length: count }, (_, index) =>
    stretch({
      source,
      startS: startS + index * lengthS,
      lengthS,
      samples: latencies(5 + (index % 3), 10_000, source * 1000 + index + 1),
    }),
  );
}

function iosOf(stretches: readonly Stretch[]): number {
  return stretches.reduce(
    (sum, { latencies: packed }) => sum + packed.reduce((own, { total }) => own + total, 0),
    0,
  );
}

function cellsOf({ heat }: Timeline): number {
  return heat.cells.flat().reduce((sum, [, count]) => sum + count, 0);
}

function ratesOf({ series }: Timeline): number {
  return series.iops.reduce((sum, iops, column) => sum + iops * series.lengthS[column]!, 0);
}

const plans = fc.array(
  fc.record({
    source: fc.integer({ min: 0, max: 2 }),
    startS: fc.double({ min: 0, max: 100, noNaN: true }),
    lengthS: fc.double({ min: 0.01, max: 5, noNaN: true }),
    samples: fc.array(fc.integer({ min: 1, max: 3_600_000_000_000 }), { maxLength: 5 }),
  }),
  { minLength: 1, maxLength: 40 },
);

test("nothing measured has no course", () => {
  expect(timelineOf([], 600)).toBeNull();
});

test("a stall is a column without samples, at rate 0", () => {
  const [before, , after] = course(3);
  const stall = stretch({ startS: 1, lengthS: 1, samples: [] });
  const { series, heat } = timelineOf([before!, stall, after!], 600)!;
  expect(series.iops[1]).toBe(0);
  expect(series.max[1]).toBeNull();
  expect(heat.cells[1]).toEqual([]);
});

test("only stalls have no rows", () => {
  const { heat } = timelineOf([stretch({ startS: 0, lengthS: 1, samples: [] })], 600)!;
  expect(heat).toEqual({ startS: [0], endS: [1], edgesNs: [], cells: [[]] });
});

test("every bucket is counted in the row that its latency lies in", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3_600_000_000_000 }), (ns) => {
      const step = stepOf(bucketIndex(ns));
      // a bucket is 0.1 % wide at most, and begins in its row
      expect(ns).toBeGreaterThanOrEqual(stepEdgeNs(step) * 0.9999);
      expect(ns).toBeLessThan(stepEdgeNs(step + 1) * 1.001);
    }),
  );
});

test("rows are steps of 5 % from the lowest latency to the highest, cells stand in them", () => {
  const { heat } = timelineOf([stretch({ startS: 0, lengthS: 1, samples: [100, 101, 250] })], 600)!;
  expect(heat.edgesNs[0]!).toBeLessThanOrEqual(100);
  expect(heat.edgesNs.at(-1)!).toBeGreaterThan(250);
  expect(heat.edgesNs.at(-2)!).toBeLessThanOrEqual(250);
  for (let row = 1; row < heat.edgesNs.length; row++) {
    expect(heat.edgesNs[row]! / heat.edgesNs[row - 1]!).toBeCloseTo(1.05, 3);
  }
  expect(heat.cells).toEqual([
    [
      [0, 2],
      [heat.edgesNs.length - 2, 1],
    ],
  ]);
});

test("a thousand intervals become at most 600 columns, equally long, with the same counts", () => {
  const stretches = course(1000);
  const timeline = timelineOf(stretches, 600)!;
  expect(timeline.heat.cells).toHaveLength(500);
  expect(new Set(timeline.series.lengthS)).toEqual(new Set([2]));
  expect(cellsOf(timeline)).toBe(iosOf(stretches));
  expect(ratesOf(timeline)).toBeCloseTo(iosOf(stretches), 0);
});

test("joined columns have the percentiles of all their samples", () => {
  const many = (index: number) => latencies(600, 10_000, index + 1);
  const [a, b] = [many(0), many(1)];
  const two = [
    stretch({ startS: 0, lengthS: 1, samples: a }),
    stretch({ startS: 1, lengthS: 1, samples: b }),
  ];
  const joined = timelineOf(two, 1)!;
  const whole = timelineOf([stretch({ startS: 0, lengthS: 2, samples: [...a, ...b] })], 1)!;
  expect(joined).toEqual(whole);
  expect(joined.series.p99[0]).not.toBeNull();
  expect(timelineOf(two, 2)!.series.p99).toEqual([null, null]);
});

test("columns of blocks that do not touch are as long as their blocks", () => {
  const blocks = [0, 10, 20].map((startS) => stretch({ startS, lengthS: 2, samples: [500, 500] }));
  const { series, heat } = timelineOf(blocks, 600)!;
  expect(series.endS).toEqual([2, 12, 22]);
  expect(heat.startS).toEqual([0, 10, 20]);
  expect(series.iops).toEqual([1, 1, 1]);
  expect(timelineOf(blocks, 2)!.series).toMatchObject({ lengthS: [4, 2], iops: [1, 1] });
});

test("two hosts side by side add up, though their intervals begin at other times", () => {
  const hosts = [...course(60), ...course(60, { source: 1, startS: 0.5 })];
  const timeline = timelineOf(hosts, 600)!;
  const { iops } = timeline.series;
  // five to seven in each interval of each host
  expect(Math.min(...iops.slice(1, 59))).toBeGreaterThan(10);
  expect(Math.max(...iops)).toBeLessThan(14);
  expect([...timeline.queues.keys()].sort()).toEqual([0, 1]);
  expect(cellsOf(timeline)).toBe(iosOf(hosts));
});

test("a grid ends where the last source does", () => {
  const hosts = [...course(60, { lengthS: 0.1 }), ...course(60, { source: 1, lengthS: 0.1 })];
  const { series } = timelineOf(hosts, 600)!;
  expect(series.endS).toHaveLength(60);
  expect(Math.min(...series.iops)).toBeGreaterThan(0);
});

test("what was not measured is not in the length of a column", () => {
  const samples = [500, 500, 500, 500];
  const hosts = [
    stretch({ startS: 0, lengthS: 2, samples }),
    stretch({ source: 1, startS: 2.5, lengthS: 2, samples }),
  ];
  const { series, heat } = timelineOf(hosts, 600)!;
  expect(heat.startS).toEqual([0, 2.5, 4]);
  expect(series.endS).toEqual([2, 4, 4.5]);
  expect(series.lengthS).toEqual([2, 1.5, 0.5]);
  expect(series.iops).toEqual([2, 2, 2]);
});

test("hosts that ran hours apart leave no columns between them", () => {
  const hosts = [...course(30), ...course(30, { source: 1, startS: 36_000 })];
  expect(columnsOf(hosts, 600).length).toBeLessThanOrEqual(62);
});

test("whatever the times, counts stay whole and columns few", () => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 30 }), (list, most) => {
      const stretches = list.map(stretch);
      const timeline = timelineOf(stretches, most)!;
      const { startS, endS, cells } = timeline.heat;
      expect(cells.length).toBeLessThanOrEqual(most);
      expect(cellsOf(timeline)).toBe(iosOf(stretches));
      for (const [column, end] of endS.entries())
        expect(end).toBeGreaterThanOrEqual(startS[column]!);
      const sum = [...timeline.queues.values()].flat().length;
      expect(sum).toBe(timeline.queues.size * cells.length);
    }),
  );
});

test("times that no clock ever showed come to an end", () => {
  const huge = fc.constantFrom(0, 1, 600, 1e9, 2 ** 53, 1e16, 1e300);
  const wild = fc.array(
    fc.record({
      source: fc.integer({ min: 0, max: 1 }),
      startS: huge,
      lengthS: fc.constantFrom(0, 1e-9, 1, 600, 1e9, 1e16),
      samples: fc.constant([500]),
    }),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(wild, (list) => {
      const stretches = list.map(stretch);
      const timeline = timelineOf(stretches, 600)!;
      expect(timeline.heat.cells.length).toBeLessThanOrEqual(600);
      expect(cellsOf(timeline)).toBe(list.length);
    }),
  );
});

test("a stretch without length counts in its own column, and no rate is none", () => {
  const [before, after] = course(2);
  const instant = stretch({ startS: 0.5, lengthS: 0, samples: [500] });
  for (const stretches of [
    [instant],
    [before!, instant, after!],
    [before!, { ...instant, source: 1 }, after!],
    // later than a double can hold its length
    [stretch({ startS: 1e16, lengthS: 1e-3, samples: [500, 600] })],
  ]) {
    const timeline = timelineOf(stretches, 100)!;
    expect(cellsOf(timeline)).toBe(iosOf(stretches));
    const rates = [...timeline.series.iops, ...[...timeline.queues.values()].flat()];
    expect(rates.every((rate) => Number.isFinite(rate))).toBe(true);
  }
  const shared = timelineOf([before!, instant, after!], 1)!;
  expect(ratesOf(shared)).toBeCloseTo(iosOf([before!, instant, after!]), 1);
});
