// A run of more than ten million I/Os, and what other programs' readers find in its exports: HdrHistogram's own
// reader of logs, and the columns of its percentile text.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Histogram, HistogramLogReader } from "hdr-histogram-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { phasebit } from "../cli/cli.ts";
import { readHgrm } from "./hgrm-text.ts";

const LEAST = 10_000_000;
/** A command of the tests has a minute. */
const LONGEST_S = 50;
const RUN = ["run", "--iodepth", "32", "--ramp-time", "1", "--log-hist-msec", "200"];

/** What the result itself says, through fio's part of it: nothing of ours reads it. */
interface Fio {
  readonly total_ios: number;
  readonly clat_ns: { readonly max: number; readonly percentile: Record<string, number> };
}

let cwd = "";
let read: Fio;

function measured(runtimeS: number): Fio {
  const outcome = phasebit([...RUN, "--runtime", `${runtimeS}`, "--output", "run.json"], cwd);
  expect(outcome).toMatchObject({ status: 0, stderr: "" });
  return JSON.parse(readFileSync(join(cwd, "run.json"), "utf8")).jobs[0].read;
}

/** As long as it takes: other work on the machine may halve the rate, or take it all. */
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "phasebit-export-"));
  let runtimeS = 1;
  read = measured(runtimeS);
  for (let attempt = 0; read.total_ios < LEAST && attempt < 5; attempt++) {
    const perSecond = read.total_ios / runtimeS;
    runtimeS = Math.min(LONGEST_S, Math.ceil((1.5 * LEAST) / perSecond) + 1);
    read = measured(runtimeS);
  }
}, 300_000);

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
    for (const { quantile, value } of rows.filter((one) => one.quantile > 0)) {
      expect(value).toBe(sum.getValueAtPercentile(Number((quantile * 100).toPrecision(12))));
    }
  });
});
