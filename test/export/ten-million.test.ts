// A run of more than ten million I/Os, and what other programs' readers find in its exports: HdrHistogram's own
// reader of logs, and the columns of its percentile text.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Histogram, HistogramLogReader } from "hdr-histogram-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packLatency, unpackLatency } from "../../src/measurement/latency-counts.ts";
import type {
  LatencyCounts,
  Measurement,
  PackedLatency,
} from "../../src/measurement/measurement.ts";
import { documentOf } from "../../src/results/document.ts";
import { jsonText } from "../../src/results/save.ts";
import { phasebit } from "../cli/cli.ts";
import { blockIn, exampleRun, intervalsIn, jobsIn, withBlock, withJobs } from "../examples/run.ts";
import { readHgrm } from "./hgrm-text.ts";

const LEAST = 10_000_000;
const SECONDS = 5;

/** What the result itself says, through fio's part of it: nothing of ours reads it. */
interface Fio {
  readonly total_ios: number;
  readonly clat_ns: { readonly max: number; readonly percentile: Record<string, number> };
}

let cwd = "";
let read: Fio;

/** Each I/O of an example so often: the shape stays, and a file of ten million takes no measuring. */
const TIMES = 101;

function many(counts: LatencyCounts): LatencyCounts {
  const { total, sumNs, counts: buckets } = counts;
  return {
    ...counts,
    ...{ total: total * TIMES, sumNs: sumNs * TIMES },
    counts: buckets.map(([bucket, count]) => [bucket, count * TIMES] as const),
  };
}

/** A run of one queue with more than ten million I/Os. */
function longRun(): Measurement {
  const run = exampleRun({ perSecond: 20_000, seconds: SECONDS, options: { iodepth: "32" } });
  const jobs = jobsIn(run).map((job) => ({ ...job, completed: job.completed * TIMES }));
  return withBlock(withJobs(run, jobs), {
    latencies: blockIn(run).latencies.map(manyPacked),
    intervals: intervalsIn(run).map((interval) => ({
      ...interval,
      latencies: interval.latencies.map(manyPacked),
    })),
  });
}

function manyPacked(packed: PackedLatency): PackedLatency {
  const { job, op } = packed;
  return packLatency(many(unpackLatency(packed)), { job, op });
}

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "phasebit-export-"));
  writeFileSync(join(cwd, "run.json"), jsonText(documentOf(longRun())));
  read = JSON.parse(readFileSync(join(cwd, "run.json"), "utf8")).jobs[0].read;
});

afterAll(() => rmSync(cwd, { recursive: true }));

test("ten million were measured", () => {
  expect(read.total_ios).toBeGreaterThanOrEqual(LEAST);
  expect(Object.keys(read.clat_ns.percentile)).toContain("99.990000");
});

const sum = build({ bitBucketSize: 64, numberOfSignificantValueDigits: 3 });
const intervals: Histogram[] = [];

describe(".hlog", () => {
  beforeAll(() => {
    const { stdout } = phasebit(["export", "run.json", "--format", "hlog"], cwd);
    const reader = new HistogramLogReader(stdout, 64);
    for (let next = reader.nextIntervalHistogram(); next !== null; ) {
      expect(next.tag).toBe("poll.read.q1");
      intervals.push(next);
      sum.add(next);
      next = reader.nextIntervalHistogram();
    }
  });

  test("has every I/O of the run, interval by interval", () => {
    expect(intervals.length).toBeGreaterThan(1);
    expect(sum.totalCount).toBe(read.total_ios);
    const stamps = intervals.map(({ startTimeStampMsec }) => startTimeStampMsec);
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
  });

  test("has the percentiles of the run", () => {
    for (const [name, valueNs] of Object.entries(read.clat_ns.percentile)) {
      expect(sum.getValueAtPercentile(Number(name))).toBe(valueNs);
    }
  });
});

describe(".hgrm", () => {
  test("has the percentiles of the run, and the rows of the log's histogram", () => {
    const { stdout } = phasebit(["export", "run.json", "--format", "hgrm", "--unit", "ns"], cwd);
    const { rows, max, total } = readHgrm(stdout);
    expect(total).toBe(read.total_ios);
    expect(max).toBe(read.clat_ns.max);
    for (const [name, valueNs] of Object.entries(read.clat_ns.percentile)) {
      const rank = Math.ceil((Number(name) / 100) * total - 1e-6);
      const row = rows.findIndex(({ count }) => count >= rank);
      expect(rows[row]!.value).toBeGreaterThanOrEqual(valueNs);
      expect(rows[row - 1]?.value ?? 0).toBeLessThanOrEqual(valueNs);
    }
    const shown = new Map(rows.map(({ quantile, value }) => [quantile, value]));
    for (const percentile of [10, 20, 30, 40, 50, 60, 70, 80, 90, 95]) {
      expect(shown.get(percentile / 100)).toBe(read.clat_ns.percentile[`${percentile}.000000`]);
    }
    // the log's histogram knows the last bucket's upper end, the run its maximum
    for (const { quantile, value } of rows.filter((one) => one.quantile > 0)) {
      const highest = sum.getValueAtPercentile(Number((quantile * 100).toPrecision(12)));
      expect(value).toBe(Math.min(highest, max));
    }
  });
});
