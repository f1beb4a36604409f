import { describe, expect, test } from "vitest";
import { exported } from "../../src/export/export.ts";
import { fioBins } from "../../src/fio/bins.ts";
import { latencyIn, packLatency } from "../../src/measurement/latency-counts.ts";
import type { Result } from "../../src/results/read.ts";
import { blocksOf, withoutJobs } from "../examples/compare.ts";
import { countsOf, latencies } from "../examples/run.ts";
import { compareResult, longComparison, runResult, sidesResult, sweepResult } from "./results.ts";

// biome-ignore lint/suspicious/noExplicitAny: a foreign tree
function treeOf(result: Result, bins?: boolean): any {
  const options = bins === undefined ? {} : { bins };
  return JSON.parse(exported(result, { format: "fio-json", ...options }).files[0]!.text);
}

test("is fio's tree and nothing of ours", () => {
  for (const result of [runResult(), compareResult(), sweepResult()]) {
    const tree = treeOf(result);
    expect(Object.keys(tree)).toEqual([
      ...["fio version", "timestamp", "timestamp_ms", "time", "global options", "jobs"],
    ]);
    for (const job of tree.jobs) {
      expect(job["job options"]).toMatchObject({ bs: "4k", numjobs: expect.any(String) });
      expect(job.read).toHaveProperty("clat_ns.percentile");
    }
  }
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
      for (const { read } of treeOf(result, true).jobs) {
        const counts = Object.values(read.clat_ns.bins) as number[];
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(read.total_ios);
      }
    }
    expect(treeOf(runResult()).jobs[0].read.clat_ns).not.toHaveProperty("bins");
    expect(treeOf(compareResult(), true).jobs[0].write.clat_ns).not.toHaveProperty("bins");
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
