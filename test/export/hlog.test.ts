import { build, HistogramLogReader, listTags } from "hdr-histogram-js";
import { describe, expect, test } from "vitest";
import { fioPercentiles, percentileNs } from "../../src/analysis/histogram.ts";
import { exported } from "../../src/export/export.ts";
import type { Result } from "../../src/results/read.ts";
import { blocksOf } from "../examples/compare.ts";
import { intervalsIn, latencyIn, withBlock } from "../examples/run.ts";
import { compareResult, FIRST_MS, ofHostile, runResult, sweepResult } from "./results.ts";

function textOf(result: Result, options: { select?: string; untagged?: boolean } = {}): string {
  return exported(result, { format: "hlog", ...options }).files[0]!.text;
}

/** Every interval of a tag as HdrHistogram's own reader decodes it. */
function intervalsOf(text: string, tag: string | undefined) {
  const reader = new HistogramLogReader(text, 64);
  const found = [];
  for (
    let next = reader.nextIntervalHistogram();
    next !== null;
    next = reader.nextIntervalHistogram()
  ) {
    if ((next.tag ?? "NO TAG") === (tag ?? "NO TAG")) found.push(next);
  }
  return found;
}

function sumOf(text: string, tags: readonly (string | undefined)[]) {
  const sum = build({ bitBucketSize: 64, numberOfSignificantValueDigits: 3 });
  for (const tag of tags) for (const interval of intervalsOf(text, tag)) sum.add(interval);
  return sum;
}

describe("the header", () => {
  test("has five lines and no empty one, the date on the line of StartTime", () => {
    const lines = textOf(runResult()).split("\n");
    expect(lines.slice(0, 5)).toEqual([
      "#[Histogram log format version 1.3]",
      "#[Logged with phasebit 0.1.0]",
      "#[StartTime: 1795338845.000 (seconds since epoch), Sun, 22 Nov 2026 09:14:05 GMT]",
      "#[Interval_Max: the upper end of its bucket, 0.1 % at most above the exact maximum]",
      '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ]);
    expect(lines.slice(0, -1)).not.toContain("");
  });
});

test("blocks of a comparison have exact maxima, and no line says otherwise", () => {
  expect(textOf(compareResult())).not.toContain("#[Interval_Max");
});

describe("lines", () => {
  test("have tags without comma and blank, stamps since StartTime that rise, the maximum in ms", () => {
    const hostile = compareResult({ modes: [{ name: "a, b\nTag=c", typicalNs: 8000 }] });
    for (const result of [runResult(), compareResult(), sweepResult(), ofHostile(hostile)]) {
      const lines = textOf(result)
        .replace(/^#.*\n/gm, "")
        .split("\n")
        .slice(1, -1);
      let last = 0;
      for (const line of lines) {
        const [, stamp] =
          /^Tag=[A-Za-z0-9._-]+,(\d+\.\d{3}),\d+\.\d{3},\d+\.\d{3},HISTFAAA[\w+/]+=*$/.exec(line)!;
        expect(Number(stamp)).toBeGreaterThanOrEqual(last);
        last = Number(stamp);
      }
      expect(lines.length).toBeGreaterThan(2);
    }
  });

  test("of a run are its intervals by direction and queue", () => {
    const text = textOf(runResult());
    expect(listTags(text).sort()).toEqual([
      "poll.read.q1",
      "poll.read.q2",
      "poll.write.q1",
      "poll.write.q2",
    ]);
    const [first, second] = intervalsOf(text, "poll.read.q2");
    expect(first!.startTimeStampMsec).toBe(FIRST_MS);
    expect(second!.startTimeStampMsec).toBe(FIRST_MS + 1000);
    expect(first!.endTimeStampMsec - first!.startTimeStampMsec).toBe(1000);
  });

  test("of a comparison are its blocks, each mode with a tag of its own", () => {
    const text = textOf(compareResult());
    expect(listTags(text).sort()).toEqual(["interrupt.read.q1", "poll.read.q1"]);
    const own = blocksOf(compareResult().measurement, "poll");
    expect(
      intervalsOf(text, "poll.read.q1").map(({ startTimeStampMsec }) => startTimeStampMsec),
    ).toEqual(own.map(({ startedMs }) => startedMs));
  });

  test("of a sweep are its points", () => {
    const tags = ["interrupt.qd8.c7-10.read.q1", "interrupt.qd8.read.q1", "poll.qd1.read.q1"];
    expect(listTags(textOf(sweepResult())).sort()).toEqual(tags);
  });

  test("are those of the selection only", () => {
    const text = textOf(runResult(), { select: "poll.write" });
    expect(listTags(text).sort()).toEqual(["poll.write.q1", "poll.write.q2"]);
  });
});

test("all queues' intervals together are the run's latencies, percentile for percentile", () => {
  const result = runResult({ perSecond: 6000 });
  const read = latencyIn(result.measurement, "read");
  const sum = sumOf(textOf(result), ["poll.read.q1", "poll.read.q2"]);
  expect(sum.totalCount).toBe(read.total);
  for (const percentile of fioPercentiles) {
    expect(sum.getValueAtPercentile(percentile)).toBe(percentileNs(read, percentile));
  }
});

describe("untagged", () => {
  test("there is a line for each interval, queues and directions together", () => {
    const result = runResult();
    const text = textOf(result, { untagged: true });
    expect(text).not.toContain("Tag=");
    expect(intervalsOf(text, undefined)).toHaveLength(2);
    expect(sumOf(text, [undefined]).totalCount).toBe(16_000);
    const reads = textOf(result, { untagged: true, select: "poll.read" });
    expect(sumOf(reads, [undefined]).totalCount).toBe(8000);
  });

  test("modes are not added up", () => {
    expect(() => textOf(compareResult(), { untagged: true })).toThrow(
      "--untagged: would add up poll, interrupt; name one of them with --select",
    );
    const one = textOf(compareResult(), { untagged: true, select: "interrupt" });
    expect(sumOf(one, [undefined]).totalCount).toBe(2000);
  });
});

describe("a result that kept no histograms of its intervals", () => {
  const { measurement, ...rest } = runResult();
  const old: Result = { ...rest, measurement: withBlock(measurement, { intervals: null }) };

  test("has one line for the whole run and each queue, and says so", () => {
    const { files, notes } = exported(old, { format: "hlog" });
    expect(notes).toEqual([
      "the result has no histograms of intervals: each line stands for the whole run",
    ]);
    const [whole, ...others] = intervalsOf(files[0]!.text, "poll.read.q1");
    expect(others).toEqual([]);
    expect(whole!.endTimeStampMsec - whole!.startTimeStampMsec).toBe(2000);
    expect(whole!.totalCount).toBe(4000);
  });

  test("and one whose intervals hold only a part says how much", () => {
    const [first] = intervalsIn(measurement);
    const cut: Result = { ...rest, measurement: withBlock(measurement, { intervals: [first!] }) };
    expect(exported(cut, { format: "hlog" }).notes).toEqual([
      "the intervals hold 8000 of the 16000 I/Os",
    ]);
    expect(exported(runResult(), { format: "hlog" }).notes).toEqual([]);
  });
});
