import { describe, expect, test } from "vitest";
import { fioPercentiles } from "../../src/analysis/histogram.ts";
import { exported } from "../../src/export/export.ts";
import type { ExportOptions } from "../../src/export/export-options.ts";
import { fioBins } from "../../src/fio/bins.ts";
import { latencyIn, packLatency } from "../../src/measurement/latency-counts.ts";
import type { Block } from "../../src/measurement/measurement.ts";
import { workOf } from "../../src/measurement/work.ts";
import { mergeResults } from "../../src/results/merge.ts";
import type { Result } from "../../src/results/read.ts";
import { blocksOf, withoutJobs } from "../examples/compare.ts";
import { countsOf, latencies, startedAt } from "../examples/run.ts";
import { compareResult, longComparison, runResult, sidesResult, sweepResult } from "./results.ts";

// biome-ignore lint/suspicious/noExplicitAny: a foreign tree
function treeOf(result: Result, options: Omit<ExportOptions, "format"> = {}): any {
  return JSON.parse(exported(result, { format: "fio-json", ...options }).files[0]!.text);
}

test("is fio's tree and nothing of ours", () => {
  for (const result of [runResult(), compareResult(), sweepResult()]) {
    const tree = treeOf(result);
    expect(Object.keys(tree)).toEqual([
      ...["fio version", "timestamp", "timestamp_ms", "time", "global options", "jobs"],
      "disk_util",
    ]);
    for (const job of tree.jobs) {
      expect(job["job options"]).toMatchObject({ bs: "4k", numjobs: expect.any(String) });
      expect(job.read).toHaveProperty("clat_ns.percentile");
    }
  }
});

describe("--select", () => {
  test.each([
    ["poll.read", /--select poll.read: this format has all directions; name poll$/],
    ["pol", /--select pol: the result has poll\.read, /],
    ["", /--select ""/],
  ])("refuses %j", (select, message) => {
    expect(() => treeOf(compareResult(), { select })).toThrow(message);
  });

  test("takes modes and points, and all points of a mode", () => {
    const names = (result: Result, select: string): string[] =>
      treeOf(result, { select }).jobs.map(({ jobname }: { jobname: string }) => jobname);
    expect(names(compareResult(), "interrupt")).toEqual(["interrupt"]);
    expect(names(sweepResult(), "poll.qd1")).toEqual(["poll.qd1"]);
    expect(names(sweepResult(), "interrupt")).toEqual(["interrupt.qd8", "interrupt.qd8.c7-10"]);
  });
});

test("--split gives a file for each group, as if there were no other", () => {
  const result = compareResult();
  const { files } = exported(result, { format: "fio-json", split: true });
  expect(files.map(({ name }) => name)).toEqual([
    "compare-poll.fio.json",
    "compare-interrupt.fio.json",
  ]);
  for (const [index, { of, text }] of files.entries()) {
    expect(JSON.parse(text)).toEqual(treeOf(result, { select: of }));
    expect(JSON.parse(text).jobs[0].groupid).toBe(0);
    expect(JSON.parse(text).jobs[0].jobname).toBe(["poll", "interrupt"][index]);
  }
});

test("--split of a run is one file, of merged runs one for each", () => {
  const run = runResult();
  const names = (result: Result) =>
    exported(result, { format: "fio-json", split: true }).files.map(({ name }) => name);
  expect(names(run)).toEqual(["run.fio.json"]);
  const later = startedAt(run.measurement, run.measurement.startedMs + 60_000);
  const sum = mergeResults([run, { file: "later.json", measurement: later }], ["merge"]);
  const merged = { file: "sum.json", measurement: sum };
  expect(names(merged)).toEqual(["sum-source1.fio.json", "sum-source2.fio.json"]);
  const { files } = exported(merged, { format: "fio-json", split: true });
  const [first, second] = files.map(({ text }) => JSON.parse(text));
  expect(first.jobs.map((job: { read: { iops: number } }) => job.read.iops)).toEqual(
    treeOf(run).jobs.map((job: { read: { iops: number } }) => job.read.iops),
  );
  expect(second.timestamp_ms - first.timestamp_ms).toBe(60_000);
  expect(second.jobs[0].job_start - first.jobs[0].job_start).toBe(60_000);
  const [job] = first.jobs;
  expect(job).toMatchObject({ jobname: "randrw-4k-qd32x2", read: { bw_agg: 50 } });
  expect(job["job options"].numjobs).toBe("2");
});

test("what ran apart is in groups of its own, and what ran together is in one", () => {
  const groups = (result: Result): number[] =>
    treeOf(result).jobs.map(({ groupid }: { groupid: number }) => groupid);
  expect(groups(runResult())).toEqual([0, 0]);
  expect(groups(compareResult())).toEqual([0, 1]);
  expect(groups(sweepResult())).toEqual([0, 1, 2]);
});

test("each mode began with its first block, and the tree ends with the last", () => {
  const result = compareResult();
  const tree = treeOf(result);
  const starts = ["poll", "interrupt"].map(
    (mode) => blocksOf(result.measurement, mode)[0]!.startedMs,
  );
  expect(tree.jobs.map(({ job_start: start }: { job_start: number }) => start)).toEqual(starts);
  const last = result.measurement.blocks.at(-1)!;
  expect(tree.timestamp_ms).toBe(last.startedMs + Math.round(last.elapsedNs / 1e6));
});

test("a mode that was never measured is no job without I/O", () => {
  const { measurement, ...rest } = compareResult();
  const blocks = measurement.blocks.filter(({ workload }) => workload === 0);
  const { jobs } = treeOf({ ...rest, measurement: { ...measurement, blocks } });
  expect(jobs.map(({ jobname }: { jobname: string }) => jobname)).toEqual(["poll"]);
});

test("what an old comparison did not count has no key, and no zero", () => {
  const { measurement, ...rest } = compareResult();
  const unknown = { failed: null, voluntarySwitches: null, involuntarySwitches: null };
  const blocks = measurement.blocks.map((block) => {
    return { ...block, ...withoutJobs(block), work: { ...block.work, ...unknown } };
  });
  const [job] = treeOf({ ...rest, measurement: { ...measurement, blocks } }).jobs;
  for (const key of ["error", "ctx", "majf", "iodepth_submit", "iodepth_complete"]) {
    expect(job).not.toHaveProperty(key);
  }
});

test("CPU time is a share of all jobs' time, as with group_reporting", () => {
  const { measurement, ...rest } = compareResult();
  const twice = (block: Block): Block => {
    const jobs = block.jobs!.flatMap((job) => [job, { ...job, job: job.job + 1 }]);
    return { ...block, jobs, work: workOf(jobs) };
  };
  const workloads = measurement.workloads.map((one) => ({
    ...one,
    workload: { ...one.workload, numjobs: 2 },
  }));
  const blocks = measurement.blocks.map(twice);
  const both = treeOf({ ...rest, measurement: { ...measurement, workloads, blocks } });
  const one = treeOf(compareResult());
  for (const [index, job] of both.jobs.entries()) {
    expect(job.usr_cpu).toBe(one.jobs[index].usr_cpu);
    expect(job.job_runtime / one.jobs[index].job_runtime).toBeCloseTo(2, 2);
    expect(job["job options"]).toMatchObject({ numjobs: "2", group_reporting: "" });
  }
});

test("--all-percentiles gives all of fio's, where there is any I/O", () => {
  const few = runResult({ perSecond: 6 });
  expect(Object.keys(treeOf(few).jobs[0].read.clat_ns.percentile)).toHaveLength(3);
  const [job] = treeOf(few, { allPercentiles: true }).jobs;
  const all = Object.entries<number>(job.read.clat_ns.percentile);
  expect(all.map(([name]) => Number(name))).toEqual(fioPercentiles);
  expect(all.at(-1)![1]).toBe(job.read.clat_ns.max);
  const [poll] = treeOf(compareResult(), { allPercentiles: true }).jobs;
  expect(poll.write.clat_ns).not.toHaveProperty("percentile");
});

test("a run has its jobs", () => {
  const { jobs } = treeOf(runResult());
  expect(jobs).toHaveLength(2);
  expect(jobs[0].read.total_ios).toBe(4000);
  expect(jobs[0].write.total_ios).toBe(4000);
});

test("a comparison has a job for each mode, with all its blocks", () => {
  const result = longComparison();
  const { jobs } = treeOf(result);
  expect(jobs.map(({ jobname }: { jobname: string }) => jobname)).toEqual([
    ...["poll", "interrupt", "adaptive"],
  ]);
  expect(jobs[1].read.total_ios).toBe(12 * 1500);
  expect(jobs[1].read.iops_samples).toBe(12);
  const own = blocksOf(result.measurement, "interrupt");
  const elapsedS = own.reduce((sum, { elapsedNs }) => sum + elapsedNs, 0) / 1e9;
  expect(jobs[1].read.iops).toBeCloseTo((12 * 1500) / elapsedS, 6);
  expect(jobs[1].write.total_ios).toBe(0);
});

test("a sweep has a job for each point, with its depth", () => {
  const { jobs } = treeOf(sweepResult());
  expect(jobs[2].jobname).toBe("interrupt.qd8.c7-10");
  expect(jobs[2]["job options"].iodepth).toBe("8");
});

test("reads and writes that an old comparison has together stand as fio's mixed", () => {
  const { measurement, ...rest } = compareResult();
  const blocks = measurement.blocks.map((block) => ({
    ...block,
    ...withoutJobs(block),
    latencies: [packLatency(latencyIn(block.latencies), { op: "mixed", job: null } as const)],
  }));
  const workload = { ...measurement.workload, rw: "randrw" } as const;
  const workloads = measurement.workloads.map((setting) => ({ ...setting, workload }));
  const [job] = treeOf({ ...rest, measurement: { ...measurement, workloads, blocks } }).jobs;
  expect(job.mixed.total_ios).toBe(2000);
  expect(job.read.total_ios).toBe(0);
  expect(job["job options"]).toMatchObject({ rw: "randrw", unified_rw_reporting: "mixed" });
});

describe("--bins", () => {
  test("adds fio's bins, which hold every I/O once", () => {
    for (const result of [runResult(), compareResult()]) {
      for (const { read } of treeOf(result, { bins: true }).jobs) {
        const counts = Object.values(read.clat_ns.bins) as number[];
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(read.total_ios);
      }
    }
    expect(treeOf(runResult()).jobs[0].read.clat_ns).not.toHaveProperty("bins");
    expect(treeOf(compareResult(), { bins: true }).jobs[0].write.clat_ns).not.toHaveProperty(
      "bins",
    );
  });

  // As fio 3.33 named the bins of such latencies in a run of its own.
  test.each([
    [0, 0],
    [120, 120],
    [127, 127],
    [128, 129],
    [14_100, 14_144],
    [15_424, 15_424],
    [46_100, 46_336],
    [183_000, 183_296],
  ])("%d ns is in the bin %d", (ns, bin) => {
    expect(fioBins(countsOf([ns]))).toEqual({ [bin]: 1 });
  });

  test("are off by a sixty-fourth at most, and rise", () => {
    const samples = latencies(2000, 300);
    const names = Object.keys(fioBins(countsOf(samples))).map(Number);
    expect(names).toEqual(names.toSorted((a, b) => a - b));
    for (const ns of samples) {
      expect(names.some((name) => Math.abs(name - ns) <= ns / 64)).toBe(true);
    }
  });

  test("the last takes what is longer", () => {
    expect(fioBins(countsOf([3.6e12]))).toEqual({ [17_112_760_320]: 1 });
  });
});

test("each side of a comparison is a job of its own direction, size and depth", () => {
  const [a, b] = treeOf(sidesResult()).jobs;
  expect(a["job options"]).toMatchObject({ rw: "randread", bs: "4k", iodepth: "1" });
  expect(b["job options"]).toMatchObject({ rw: "randwrite", bs: "64k", iodepth: "8" });
  expect([a.read.total_ios, a.write.total_ios]).toEqual([2000, 0]);
  expect([b.read.total_ios, b.write.total_ios]).toEqual([0, 2000]);
  expect(b.write.io_bytes).toBe(2000 * 65_536);
});
