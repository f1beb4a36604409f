import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { latencyIn, mergeCounts, unpackLatency } from "../../src/measurement/latency-counts.ts";
import { readResult } from "../../src/results/read.ts";
import { blockIn } from "../examples/run.ts";
import { folder } from "./cli.ts";
import { phasebitInside } from "./real-inside.ts";

describe("misuse", () => {
  test.each([
    ["--log-hist-msec", "5", "must be a whole number from 10 to 3600000"],
    ["--log-hist-msec", "1s", "must be a whole number from 10 to 3600000"],
    ["--precondition", "  ", "says nothing"],
    ["--precondition", "x".repeat(1001), "longer than 1000 characters"],
  ])("%s %s", async (flag, value, why) => {
    const { status, stderr } = await phasebitInside(["run", flag, value]);
    expect(status).toBe(2);
    expect(stderr).toContain(why);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

/** A run of two jobs in both directions, and what it saved. */
async function measured(args: readonly string[]) {
  const cwd = folder();
  const { status, stderr } = await phasebitInside(["run", "--output", "result.json", ...args], cwd);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const { measurement } = readResult(join(cwd, "result.json"));
  const { latencies, jobs, intervals } = blockIn(measurement);
  return { workload: measurement.workload, latencies, jobs: jobs!, intervals: intervals! };
}

test("intervals have a histogram for each queue and direction, and add up to the run", async () => {
  const {
    jobs,
    latencies: all,
    intervals,
    workload,
  } = await measured([
    ...["--device", "embedded?size=16m&latency=lognormal:100us,0.3", "--rw", "randrw"],
    ...["--destructive", "--numjobs", "2", "--iodepth", "4"],
    ...["--runtime", "600ms", "--log-hist-msec", "100"],
    ...["--precondition", "filled twice"],
  ]);
  expect(workload).toMatchObject({ logHistMs: 100, precondition: "filled twice" });
  // a busy machine may skip all ticks but the last one; it never makes one up
  expect(intervals.length).toBeGreaterThan(0);
  expect(intervals.length).toBeLessThanOrEqual(8);
  for (const job of jobs) {
    for (const op of ["read", "write"] as const) {
      const own = intervals.flatMap(({ latencies }) =>
        latencies.filter((packed) => packed.job === job.job && packed.op === op),
      );
      const sum = mergeCounts(own.map(unpackLatency));
      const whole = latencyIn(
        all.filter((packed) => packed.job === job.job),
        op,
      );
      expect(whole.total).toBeGreaterThan(0);
      expect(sum.total).toBe(whole.total);
      expect(sum.counts).toEqual(whole.counts);
      expect(sum.sumNs).toBe(whole.sumNs);
    }
  }
});

test("a fatal controller ends the run soon, however long the intervals are", async () => {
  const { status, stdout } = await phasebitInside([
    ...["run", "--runtime", "40s", "--log-hist-msec", "3600000"],
    ...["--device", "embedded?fault=cfs:op=read,nth=1"],
  ]);
  expect(status).toBe(5);
  expect(stdout).toContain("CSTS.CFS");
});

test("text with brackets is kept as it is", async () => {
  const text = "written [ 1, 2 ] times";
  const { workload } = await measured(["--runtime", "50ms", "--precondition", text]);
  expect(workload.precondition).toBe(text);
});

test("errors of all blocks are counted together", async () => {
  const cwd = folder();
  await phasebitInside(
    [
      ...["compare", "--rounds", "3", "--runtime", "50ms", "--ramp-time", "10ms"],
      ...["--modes", "poll,interrupt", "--output", "c.json"],
      ...["--device", "embedded?latency=20us&fault=error-status:op=read,every=2,sct=2,sc=0x81"],
    ],
    cwd,
  );
  const result = readResult(join(cwd, "c.json"));
  const failed = result.measurement.blocks.reduce((sum, block) => sum + block.work.failed!, 0);
  expect(failed).toBeGreaterThan(0);
  expect(result.measurement.warnings).toContainEqual({ kind: "io-errors", count: failed });
});

test("intervals follow each other without gaps, and the last ends with the run", async () => {
  const { jobs, intervals } = await measured(["--runtime", "400ms", "--log-hist-msec", "100"]);
  let reachedMs = 0;
  for (const { endMs, lengthMs } of intervals) {
    expect(endMs - lengthMs).toBeCloseTo(reachedMs, 3);
    reachedMs = endMs;
  }
  expect(reachedMs).toBeGreaterThanOrEqual(jobs[0]!.elapsedNs / 1e6 - 1);
});
