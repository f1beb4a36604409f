import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DirectionGroup } from "../../src/analysis/diff-cells.ts";
import { directionFigures, type Sample } from "../../src/analysis/diff-figures.ts";
import { intervalSamples as samplesOf } from "../../src/analysis/diff-intervals.ts";
import { meanNs, percentileNs } from "../../src/analysis/histogram.ts";
import { movingBlockFigures } from "../../src/analysis/moving-blocks.ts";
import { groupsOf } from "../../src/measurement/groups.ts";
import { mergeCounts, packLatency } from "../../src/measurement/latency-counts.ts";
import type { Interval, Measurement } from "../../src/measurement/measurement.ts";
import { blockCount, blockLength } from "../../src/statistics/interval-blocks.ts";
import { countsOf, exampleRun, intervalsIn, latencies, withBlock } from "../examples/run.ts";

function sample(values: readonly number[], elapsedNs = 1e9): Sample {
  return { latency: countsOf(values), elapsedNs, bs: 4096, spent: null };
}

function whole(samples: readonly Sample[]): Sample {
  const elapsedNs = samples.reduce((sum, one) => sum + one.elapsedNs, 0);
  return { ...samples[0]!, latency: mergeCounts(samples.map(({ latency }) => latency)), elapsedNs };
}

const figure = (name: string) => directionFigures.findIndex((one) => one.name === name);

describe("figures of blocks", () => {
  const intervals = fc.array(
    fc.array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 1, maxLength: 40 }),
    { minLength: 12, maxLength: 20 },
  );

  test("are those of their intervals' histograms added up", () => {
    fc.assert(
      fc.property(intervals, fc.array(fc.nat(), { minLength: 3, maxLength: 6 }), (all, drawn) => {
        const samples = all.map((values) => sample(values));
        const length = blockLength(samples.length);
        const blocks = Int32Array.from(drawn, (any) => any % blockCount(samples.length));
        const sum = mergeCounts(
          [...blocks].flatMap((block) =>
            samples.slice(block, block + length).map(({ latency }) => latency),
          ),
        );
        const figures = movingBlockFigures(samples, directionFigures, whole(samples));
        const p50 = figures[figure("p50")];
        if (p50) expect(p50.of(blocks)).toBe(percentileNs(sum, 50));
        // Rates and means are scaled so that all blocks together give what the run gave.
        const every = Int32Array.from({ length: blockCount(samples.length) }, (_, block) => block);
        const [iops, mean] = [figures[figure("iops")]!, figures[figure("mean")]!];
        expect(iops.of(every)).toBeCloseTo(iops.value, 6);
        expect(mean.of(every)).toBeCloseTo(mean.value, 6);
        const together = mergeCounts(
          [...every].flatMap((block) =>
            samples.slice(block, block + length).map(({ latency }) => latency),
          ),
        );
        const scale = iops.value / (together.total / (every.length * length));
        expect(iops.of(blocks)).toBeCloseTo((scale * sum.total) / (blocks.length * length), 6);
        expect(mean.of(blocks) / mean.value).toBeCloseTo(meanNs(sum) / meanNs(together), 6);
      }),
      { numRuns: 50 },
    );
  });

  test("there are none of what only the whole run has, or cannot carry", () => {
    const samples = Array.from({ length: 12 }, (_, index) =>
      sample(latencies(50, 8000, index + 1)),
    );
    const figures = movingBlockFigures(samples, directionFigures, whole(samples));
    expect(figures[figure("max")]).toBeNull();
    expect(figures[figure("p99")]).toBeNull();
    expect(figures[figure("p90")]).not.toBeNull();
  });

  test("a block in which nothing happened says nothing of the mean", () => {
    const samples = Array.from({ length: 12 }, (_, index) => sample(index < 6 ? [] : [100, 300]));
    const [mean] = movingBlockFigures(samples, [directionFigures[figure("mean")]!], whole(samples));
    expect(mean!.of(Int32Array.of(0, 0))).toBe(200);
  });
});

describe("intervals of a run", () => {
  const intervalSamples = (of: Measurement, direction: DirectionGroup) =>
    samplesOf(groupsOf(of)[0]!, direction);
  const run = exampleRun({ seconds: 12, perSecond: 100, options: { rw: "randrw" } });

  test("those without histograms are none", () => {
    expect(intervalSamples(withBlock(run, { intervals: null }), "read")).toEqual([]);
    expect(intervalSamples(withBlock(run, { intervals: [] }), "read")).toEqual([]);
  });

  test("are told by direction, and both together", () => {
    const totals = (["read", "write", "both"] as const).map((direction) =>
      intervalSamples(run, direction).map(({ latency }) => latency.total),
    );
    expect(totals).toEqual([Array(12).fill(100), Array(12).fill(100), Array(12).fill(200)]);
  });

  test("come in the order of time, whatever the order in the file", () => {
    const turned = withBlock(run, { intervals: intervalsIn(run).toReversed() });
    expect(intervalSamples(turned, "read")).toEqual(intervalSamples(run, "read"));
  });

  test("a stub at the end counts with the one before, and keeps its samples", () => {
    const stub: Interval = { ...intervalsIn(run)[0]!, endMs: 12_100, lengthMs: 100 };
    const samples = intervalSamples(
      withBlock(run, { intervals: [...intervalsIn(run), stub] }),
      "read",
    );
    expect(samples).toHaveLength(12);
    expect(samples.at(-1)!.elapsedNs).toBe(1.1e9);
    expect(samples.at(-1)!.latency.total).toBe(200);
  });

  test("very many are joined, and none is lost", () => {
    const packed = packLatency(countsOf([5000, 6000]), { op: "read", job: 0 });
    const intervals = Array.from({ length: 1001 }, (_, index) => ({
      source: 0,
      endMs: (index + 1) * 10,
      lengthMs: 10,
      runDelay: null,
      latencies: [packed],
    }));
    const long = withBlock(exampleRun({ seconds: 1, perSecond: 1 }), { intervals });
    const samples = intervalSamples(long, "read");
    expect(samples.length).toBeLessThanOrEqual(240);
    expect(samples.reduce((sum, { latency }) => sum + latency.total, 0)).toBe(2002);
    expect(samples.reduce((sum, { elapsedNs }) => sum + elapsedNs, 0)).toBeCloseTo(10.01e9, 3);
  });
});
