// A comparison in a report: modes as groups, and the very pairs that the analysis found.
import { describe, expect, test } from "vitest";
import { analyse } from "../../src/analysis/compare-analysis.ts";
import type { PairData, ReportData } from "../../src/html/report-data.ts";
import { latencyIn, mergeCounts, packLatency } from "../../src/measurement/latency-counts.ts";
import type { Block, Measurement } from "../../src/measurement/measurement.ts";
import { blocksOf, exampleComparison, interrupt, poll, withoutJobs } from "../examples/compare.ts";
import { countsOf, exampleRun, latencies } from "../examples/run.ts";
import { compareResult, runResult, shown } from "./examples.ts";

const measurement = exampleComparison({ modes: [poll, interrupt], rounds: 8 });
const report = shown(compareResult(measurement));

function nameOf(shownReport: ReportData, id: string): string {
  return shownReport.groups.find((group) => group.id === id)!.name;
}

function pairsNamed(shownReport: ReportData, title: string): readonly PairData[] {
  return shownReport.pairs.filter((pair) => pair.title === title);
}

/** Blocks with latencies of two queues in both directions, writes half as slow again. */
function inBothDirections(): Measurement {
  const blocks = measurement.blocks.map((block, index): Block => {
    const parts = (["read", "write"] as const).flatMap((op) =>
      [0, 1].map((job) => {
        const typicalNs = (block.workload === 0 ? 8000 : 13_000) * (op === "read" ? 1 : 1.5);
        return { op, job, counts: countsOf(latencies(1000, typicalNs, index * 4 + job + 1)) };
      }),
    );
    const latency = mergeCounts(parts.map(({ counts }) => counts));
    const packed = parts.map(({ counts, ...place }) => packLatency(counts, place));
    const work = { ...block.work, completed: latency.total };
    return { ...withoutJobs(block), latencies: packed, work };
  });
  const workload = { ...measurement.workload, rw: "randrw" as const, numjobs: 2 };
  return { ...measurement, workload, blocks };
}

describe("a comparison that was interrupted", () => {
  test("before its second mode has a group without figures, and nothing to say of the pair", () => {
    const first = { ...measurement, blocks: measurement.blocks.slice(0, 1) };
    const { groups, pairs } = shown(compareResult(first));
    const silent = groups.find(({ ios }) => ios === 0)!;
    expect(silent).toMatchObject({ iops: null, series: null, heat: null, cpuNsPerIo: null });
    expect(pairs.every(({ difference, verdict }) => difference === null && verdict === null)).toBe(
      true,
    );
  });

  test("before its first block still makes a report", () => {
    const { groups } = shown(compareResult({ ...measurement, blocks: [] }));
    expect(groups.map(({ ios }) => ios)).toEqual([0, 0]);
  });
});

describe("a comparison", () => {
  test("has a group for each mode, its blocks at their own times", () => {
    expect(report.groups.map(({ name, mode }) => [name, mode])).toEqual([
      ["poll", "poll"],
      ["interrupt", "interrupt"],
    ]);
    const [group] = report.groups;
    const own = blocksOf(measurement, "poll");
    expect(group!.series!.iops).toHaveLength(8);
    const starts = own.map(({ startedMs }) => (startedMs - measurement.startedMs) / 1000);
    expect(group!.heat!.startS).toEqual(starts);
    const cells = group!.heat!.cells.flat().reduce((sum, [, count]) => sum + count, 0);
    expect(cells).toBe(group!.ios);
    expect(group!.ios).toBe(8 * 1500);
  });

  test("has its queues", () => {
    const [group] = report.groups;
    expect(group!.queues).toHaveLength(1);
    const [queue] = group!.queues;
    expect(queue).toMatchObject({ name: "q1", ios: group!.ios, p50: group!.latencyNs.p50 });
    expect(queue!.series).toEqual(group!.series!.iops);
  });

  test("has the figures of analyse()", () => {
    for (const { name, figures } of analyse(measurement).modes) {
      const group = report.groups.find(({ mode }) => mode === name)!;
      const { mean, p50, p90, p99, p999, p9999, max } = group.latencyNs;
      expect({ mean, p50, p90, p99, p999, p9999, max }).toEqual(figures.latNs);
      expect(group.iops).toBe(figures.iops);
      expect(group.cpuNsPerIo).toEqual(figures.cpuNsPerIo);
    }
  });

  test("has the pairs of analyse(), in the figures that people look for", () => {
    const { comparisons } = analyse(measurement).pairs[0]!;
    const titles = ["IOPS", "mean", "p50", "p90", "p99", "p99.9", "p99.99", "max"];
    const cpu = ["CPU per I/O", "user CPU", "system CPU", "wake-ups"];
    expect(report.pairs.map(({ title }) => title)).toEqual([...titles, ...cpu]);
    expect(report.pairs[0]).toEqual({
      a: "0.0",
      b: "0.1",
      title: "IOPS",
      unit: "per second",
      difference: comparisons[0]!.difference,
      differenceCi95: comparisons[0]!.ci95!.difference,
      ratio: comparisons[0]!.ratio,
      ratioCi95: comparisons[0]!.ci95!.ratio,
      verdict: "higher",
    });
    for (const pair of report.pairs) {
      const same = comparisons.filter(({ difference }) => difference === pair.difference);
      expect(same.map(({ verdict }) => verdict)).toContain(pair.verdict);
    }
  });

  test("says what its analysis doubts", () => {
    const drifting = exampleComparison({ modes: [poll, { ...poll, name: "other" }], drift: 0.3 });
    const [result] = shown(compareResult(drifting)).results;
    expect(result!.warnings.join()).toMatch(/drifted over the rounds/);
  });
});

describe("a comparison in both directions", () => {
  const both = inBothDirections();
  const shownBoth = shown(compareResult(both));

  test("has a group for each mode and direction", () => {
    const names = shownBoth.groups.map(({ name }) => name);
    expect(names).toEqual(["poll read", "interrupt read", "poll write", "interrupt write"]);
    expect(shownBoth.groups.map(({ queues }) => queues.map(({ ios }) => ios))).toEqual(
      Array(4).fill([8000, 8000]),
    );
    const [read, , write] = shownBoth.groups;
    expect(write!.latencyNs.p50! / read!.latencyNs.p50!).toBeCloseTo(1.5, 1);
  });

  test("compares reads with reads and writes with writes", () => {
    const sides = pairsNamed(shownBoth, "p50").map(({ a, b }) => [
      nameOf(shownBoth, a),
      nameOf(shownBoth, b),
    ]);
    expect(sides).toEqual([
      ["poll read", "interrupt read"],
      ["poll write", "interrupt write"],
    ]);
  });

  test("of an old result, which kept them together, is shown together", () => {
    const old = both.blocks.map((block) => ({
      ...block,
      latencies: [packLatency(latencyIn(block.latencies), { op: "mixed", job: null })],
    }));
    const { groups, pairs } = shown(compareResult({ ...both, blocks: old }));
    expect(groups.map(({ name, op }) => [name, op])).toEqual([
      ["poll", "mixed"],
      ["interrupt", "mixed"],
    ]);
    expect(groups[0]!.queues).toEqual([]);
    expect(groups[0]!.series!.iops).toHaveLength(8);
    expect(pairs).toHaveLength(12);
  });
});

describe("a comparison of two sets of options", () => {
  const made = exampleComparison({
    modes: [
      { ...poll, name: "a", options: "--iodepth 8 -b64k" },
      { ...poll, name: "b", options: "--rw randwrite --iodepth=32 -P 2" },
    ],
    rounds: 2,
  });
  const own = [
    { rw: "randread", iodepth: 8, bs: 65_536, numjobs: 1 },
    { rw: "randwrite", iodepth: 32, bs: 4096, numjobs: 2 },
  ] as const;
  const workloads = made.workloads.map((mode, index) => {
    return { ...mode, workload: { ...mode.workload, ...own[index]! } };
  });
  const silent = { ...made, workloads, blocks: [] };
  const blocks = made.blocks.map(withoutJobs);
  const { groups, results, title } = shown(compareResult({ ...made, workloads, blocks }));

  test("shows the depth, size, jobs and direction that each side had", () => {
    expect(groups).toMatchObject([
      { iodepth: 8, bs: 65_536, numjobs: 1 },
      { iodepth: 32, bs: 4096, numjobs: 2 },
    ]);
    expect(groups[0]!.bytesPerSecond).toBe(groups[0]!.iops! * 65_536);
    expect(shown(compareResult(silent)).groups.map(({ op }) => op)).toEqual(["read", "write"]);
  });

  test("says in its title and conditions what they were", () => {
    expect(title).toMatch(/^compare randread-64k-qd8x1 and randwrite-4k-qd32x2 on /);
    expect(results[0]!.conditions).toContainEqual({
      label: "workload",
      value: "randread and randwrite, bs 64KiB and 4KiB, iodepth 8 and 32, numjobs 1 and 2",
    });
  });
});

test("pairs name their groups where a run stands before the comparison", () => {
  const mixed = shown(runResult(exampleRun()), compareResult(measurement));
  const [pair] = mixed.pairs;
  expect(pair).toMatchObject({ a: "1.0", b: "1.1" });
  expect(nameOf(mixed, pair!.b)).toMatch(/^interrupt/);
});
