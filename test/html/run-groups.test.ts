// A run in a report: its figures are those of the run.
import { describe, expect, test } from "vitest";
import { percentileNs } from "../../src/analysis/histogram.ts";
import type { GroupData } from "../../src/html/report-data.ts";
import type { Measurement } from "../../src/measurement/measurement.ts";
import { drained } from "../examples/drained.ts";
import {
  blockIn,
  countsOf,
  emptyRun,
  exampleRun,
  intervalsIn,
  jobsIn,
  latencies,
  latencyIn,
  withBlock,
  withJob,
  withJobs,
} from "../examples/run.ts";
import { onlyGroup, runResult, shown } from "./examples.ts";

function groupsOf(run: Measurement): readonly GroupData[] {
  return shown(runResult(run)).groups;
}

function heatTotal({ heat }: GroupData): number {
  return heat!.cells.flat().reduce((sum, [, count]) => sum + count, 0);
}

/** The same run on another host, half a second later, merged with the first. */
function merged(): Measurement {
  const run = exampleRun({ options: { numjobs: "2" } });
  const { startedMs, argv, host, devices } = run;
  const source = (file: string, hostname: string) => ({
    file,
    startedMs,
    argv,
    host: { ...host, hostname },
    devices,
  });
  const { latencies: own } = blockIn(run);
  const second = <T extends { readonly job: number | null }>(of: T): T => {
    return { ...of, job: of.job! + 2 };
  };
  const jobs = jobsIn(run);
  const later = intervalsIn(run).map((interval) => ({
    source: 1,
    endMs: interval.endMs + 500,
    lengthMs: interval.lengthMs,
    runDelay: null,
    latencies: interval.latencies.map(second),
  }));
  const sum = withJobs(run, [...jobs, ...jobs.map((job) => ({ ...second(job), source: 1 }))]);
  return {
    ...withBlock(sum, {
      latencies: [...own, ...own.map(second)],
      intervals: [...intervalsIn(run), ...later],
    }),
    merged: [source("a.json", "bench-1"), source("b.json", "bench-2")],
  };
}

describe("a run that measured nothing", () => {
  test("has one group without figures", () => {
    const group = onlyGroup(shown(runResult(emptyRun())));
    expect(group).toMatchObject({ name: "read", ios: 0, iops: null, bytesPerSecond: null });
    expect(Object.values(group.latencyNs)).toEqual(Array(8).fill(null));
    expect(group).toMatchObject({ cpuNsPerIo: null, series: null, heat: null });
    expect(group.percentiles).toEqual({ oneOver: [], ns: [] });
  });
});

describe("an old result", () => {
  const run = exampleRun();
  const old = withBlock(run, { intervals: null });

  test("kept no histograms of its intervals: no course is made up from that", () => {
    const group = onlyGroup(shown(runResult(old)));
    expect(group).toMatchObject({ series: null, heat: null, ios: 60_000 });
    expect(group.queues).toMatchObject([{ name: "q1", series: [] }]);
  });
});

describe("a run", () => {
  test("tells what it drained, of each direction its own", () => {
    expect(onlyGroup(shown(runResult(exampleRun()))).drained).toMatchObject({ ios: 0 });
    const run = drained(exampleRun({ options: { rw: "randrw" } }), 7, 1000);
    expect(shown(runResult(run)).groups.map((group) => group.drained)).toEqual([
      { ios: 7, longestNs: 1000 },
      { ios: 7, longestNs: 1000 },
    ]);
  });

  test("has the figures of its latencies", () => {
    const run = exampleRun({ options: { numjobs: "2", bs: "8k" } });
    const group = onlyGroup(shown(runResult(run)));
    const latency = latencyIn(run, "read");
    expect(group).toMatchObject({ mode: "poll", op: "read", iodepth: 1, numjobs: 2, bs: 8192 });
    expect(group).toMatchObject({ ios: 120_000, iops: 40_000, bytesPerSecond: 40_000 * 8192 });
    expect(group.latencyNs).toMatchObject({
      mean: latency.sumNs / latency.total,
      p50: percentileNs(latency, 50),
      p9999: percentileNs(latency, 99.99),
      p99999: null,
      max: latency.maxNs,
    });
  });

  test("has CPU time by I/O", () => {
    const { cpuNsPerIo, deviceCpuNsPerIo } = onlyGroup(shown(runResult(exampleRun())));
    expect(cpuNsPerIo!.user).toBeCloseTo((3 * 0.97e9) / 60_000);
    expect(cpuNsPerIo!.system).toBeCloseTo((3 * 0.02e9) / 60_000);
    expect(deviceCpuNsPerIo).toBeNull();
    const embedded = withBlock(exampleRun(), { deviceCpuNs: 6e9 });
    expect(onlyGroup(shown(runResult(embedded))).deviceCpuNsPerIo).toBe(100_000);
  });

  test("has each completion once in its heat map, and its intervals as series", () => {
    const group = onlyGroup(shown(runResult(exampleRun({ options: { numjobs: "3" } }))));
    expect(heatTotal(group)).toBe(group.ios);
    expect(group.series).toMatchObject({ endS: [1, 2, 3], lengthS: [1, 1, 1] });
    expect(group.series!.iops).toEqual([60_000, 60_000, 60_000]);
    expect(group.series!.p999).not.toContain(null);
  });

  test("has its queues with figures of their own: what is unfair shows", () => {
    const run = exampleRun({ options: { numjobs: "2" } });
    const slow = countsOf(latencies(600, 90_000));
    const { queues } = onlyGroup(shown(runResult(withJob(run, { read: slow }))));
    expect(queues).toMatchObject([
      { job: 0, name: "q1", cpu: 2, ios: 600, iops: 200, p99: null, max: slow.maxNs },
      { job: 1, name: "q2", cpu: 3, ios: 60_000, iops: 20_000, series: [20_000, 20_000, 20_000] },
    ]);
    expect(queues[0]!.p50).toBe(percentileNs(slow, 50));
  });

  test("shows a queue that never completed anything at rate 0", () => {
    const run = exampleRun({ options: { numjobs: "2" } });
    const intervals = intervalsIn(run).map((interval) => ({
      ...interval,
      latencies: interval.latencies.filter(({ job }) => job === 1),
    }));
    const stuck = withJob(withBlock(run, { intervals }), { read: countsOf([]), completed: 0 });
    expect(onlyGroup(shown(runResult(stuck))).queues[0]).toMatchObject({
      ios: 0,
      p50: null,
      series: [0, 0, 0],
    });
  });

  test("has its stages when it measured them", () => {
    const run = exampleRun();
    const empty = countsOf([]);
    const seen = countsOf(latencies(2000, 7000));
    const stages = { build: seen, doorbell: seen, fetch: empty, service: empty, seen, reap: seen };
    const group = onlyGroup(shown(runResult(withJob(run, { stages }))));
    expect(group.stages.map(({ name }) => name)).toEqual(["build", "doorbell", "seen", "reap"]);
    expect(group.stages[0]).toMatchObject({ p99: percentileNs(seen, 99) });
  });
});

describe("a run in both directions", () => {
  test("is two groups, each with its own latencies", () => {
    const [read, write, ...others] = groupsOf(exampleRun({ options: { rw: "randrw" } }));
    expect(others).toEqual([]);
    expect([read!.name, write!.name]).toEqual(["read", "write"]);
    expect(write!.latencyNs.p50!).toBeGreaterThan(read!.latencyNs.p50! * 1.3);
    expect([heatTotal(read!), heatTotal(write!)]).toEqual([60_000, 60_000]);
    expect(read!.cpuNsPerIo).toEqual(write!.cpuNsPerIo);
  });

  test("leaves out the one in which nothing was done", () => {
    const run = exampleRun({ options: { rw: "randrw", rwmixread: "0" } });
    const { latencies: all } = blockIn(run);
    const written = withBlock(run, { latencies: all.filter(({ op }) => op === "write") });
    expect(groupsOf(written).map(({ op }) => op)).toEqual(["write"]);
  });
});

describe("a merged run", () => {
  const group = onlyGroup(shown(runResult(merged())));

  test("adds up hosts that ran side by side", () => {
    expect(group).toMatchObject({ ios: 240_000, numjobs: 4, iops: 80_000 });
    expect(heatTotal(group)).toBe(240_000);
    expect(group.series!.iops[1]).toBe(80_000);
  });

  test("names its queues by host", () => {
    expect(group.queues.map(({ job, name }) => [job, name])).toEqual([
      [0, "bench-1 q1"],
      [1, "bench-1 q2"],
      [2, "bench-2 q1"],
      [3, "bench-2 q2"],
    ]);
    expect(group.queues[3]!.series.slice(1, 3)).toEqual([20_000, 20_000]);
  });

  test("names them by file where one host measured twice", () => {
    const run = merged();
    const { host } = run.merged[0]!;
    const same = { ...run, merged: run.merged.map((source) => ({ ...source, host })) };
    const names = onlyGroup(shown(runResult(same))).queues.map(({ name }) => name);
    expect(names).toEqual(["a q1", "a q2", "b q1", "b q2"]);
  });

  test("says from what it was merged", () => {
    const { merged: files, conditions } = shown(runResult(merged())).results[0]!;
    expect(files).toEqual(["a.json", "b.json"]);
    const lines = conditions.filter(({ label }) => label === "merged");
    expect(lines.map(({ value }) => value)).toEqual([
      expect.stringContaining("host bench-1"),
      expect.stringContaining("host bench-2"),
    ]);
  });
});
