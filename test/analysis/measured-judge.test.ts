import { describe, expect, test } from "vitest";
import { parseMeasuredGate } from "../../src/analysis/measured-gate.ts";
import {
  judgeMeasured,
  type MeasuredJudgement,
  type Planned,
  requireMeasured,
} from "../../src/analysis/measured-judge.ts";
import type { Measurement } from "../../src/measurement/measurement.ts";
import { doubtVerdicts, measuredJudgementText } from "../../src/text/gate-words.ts";
import {
  exampleComparison,
  examplePoint,
  exampleSweep,
  interrupt,
  poll,
} from "../examples/compare.ts";
import { emptyRun, exampleRun, troubledRun } from "../examples/run.ts";

function judged(
  measurement: Measurement,
  text: string,
  planned: readonly Planned[] = measurement.workloads,
): MeasuredJudgement[] {
  const parsed = parseMeasuredGate(text);
  if (!parsed.ok) throw new Error(parsed.why);
  requireMeasured([parsed.value], planned);
  return judgeMeasured(measurement, [parsed.value], planned);
}
const outcomes = (...args: Parameters<typeof judged>) => judged(...args).map((one) => one.outcome);
const texts = (...args: Parameters<typeof judged>) => judged(...args).map(measuredJudgementText);

const run = exampleRun({ perSecond: 2000 });
const mixed = troubledRun();
const compared = exampleComparison({ modes: [poll, interrupt], rounds: 3, ios: 2000 });
const points = [1, 8, 32].map((iodepth) => examplePoint({ iodepth, typicalNs: iodepth * 10_000 }));
const swept = exampleSweep(points);

describe("a condition about what will not be measured is a mistake, told before", () => {
  test.each<[string, Measurement, string, RegExp]>([
    ["a run that reads", run, "write.p99 > 1us", /"write\.p99 > 1us".*the groups are read/],
    [
      "a mode that is not compared",
      compared,
      "hybrid.p99 > 1us",
      /groups are poll.read, interrupt/,
    ],
    ["a depth that is not swept", swept, "qd4.p99 > 1us", /groups are interrupt\.qd1\.read, /],
    ["a direction's share of what both share", mixed, "read.cpu > 1us", /are read, write, both/],
    ["errors of a direction", mixed, "write.errors > 0", /are read, write, both/],
  ])("%s", (_, measurement, text, words) => {
    expect(() => judged(measurement, text)).toThrow(words);
  });
});

describe("what there is nothing to judge", () => {
  test("a percentile that the samples cannot carry says what it takes", () => {
    expect(texts(run, "p99.99 > 1s")).toEqual([
      "not judged: read.p99.99 > 1s: p99.99 needs 100,000 I/Os, there are 6,000",
    ]);
  });

  test("a run that measured nothing", () => {
    expect(outcomes(emptyRun(), "p50 > 1s")).toEqual(["not judged"]);
    expect(outcomes(emptyRun(), "iops < 1")).toEqual(["not judged"]);
  });

  test("the settings that a sweep did not come to", () => {
    const partial = exampleSweep(points.slice(0, 1));
    expect(texts(partial, "p50 > 1s", swept.workloads)).toEqual([
      expect.stringMatching(/^ok: interrupt\.qd1\.read\.p50 > 1s: /),
      "not judged: interrupt.qd8.read.p50 > 1s: it was not measured",
      "not judged: interrupt.qd32.read.p50 > 1s: it was not measured",
    ]);
  });

  test("a mode whose turn never came", () => {
    const { blocks, ...rest } = compared;
    const first = { ...rest, blocks: blocks.filter(({ workload }) => workload === 0) };
    expect(outcomes(first, "p50 > 1s")).toEqual(["ok", "not judged"]);
  });
});

describe("a run", () => {
  test.each([
    ["p50 > 1us", "failed"],
    ["p50 > 1ms", "ok"],
    ["p50 < 1ms", "failed"],
    ["p77.7 > 1us", "failed"],
    ["p99.5 >= 1us", "failed"],
    ["max > 1s", "ok"],
    ["iops < 2.5k", "failed"],
    ["iops < 1k", "ok"],
    ["iops > 1.9k", "failed"],
    ["iops >= 2000", "failed"],
    ["iops > 2000", "ok"],
    ["mibps < 1", "ok"],
    ["cpu > 1ns", "failed"],
    ["errors > 0", "ok"],
    ["errors == 0", "failed"],
    ["errors != 0", "ok"],
  ])("%s is %s", (text, expected) => {
    expect(outcomes(run, text)).toEqual([expected]);
  });

  test("counts what failed, what was lost and what was not believed", () => {
    expect(judged(mixed, "errors > 17")).toMatchObject([{ value: 18, outcome: "failed" }]);
    expect(judged(mixed, "lost > 0")).toMatchObject([{ value: 1, group: { direction: "both" } }]);
    expect(judged(mixed, "rejected > 1")).toMatchObject([{ value: 2, outcome: "failed" }]);
  });

  test("of a mix, in every group that has the figure", () => {
    const groups = (text: string) => judged(mixed, text).map(({ group }) => group.direction);
    expect(groups("p99.5 > 1us")).toEqual(["read", "write"]);
    expect(groups("iops > 1")).toEqual(["read", "write", "both"]);
    expect(groups("cpu > 1s")).toEqual(["both"]);
  });
});

test("modes and points are meant by parts of their names, in upper and lower case", () => {
  const groups = (measurement: Measurement, text: string) =>
    judged(measurement, text).map(({ group }) => group.mode);
  expect(groups(compared, "p50 > 1us")).toEqual(["poll", "interrupt"]);
  expect(groups(compared, "POLL.p50 > 1us")).toEqual(["poll"]);
  expect(groups(swept, "qd8.p50 > 1us")).toEqual(["interrupt.qd8"]);
  expect(groups(swept, "interrupt.p50 > 1us")).toHaveLength(3);
});

describe("words", () => {
  test("name the condition with its group, and the value", () => {
    expect(texts(run, "p50 > 1us")[0]).toMatch(/^FAILED: read\.p50 > 1us: 8\.\d+us$/);
    expect(texts(run, "iops < 3k")).toEqual(["FAILED: read.iops < 3k: 2000"]);
  });

  test("tell a value from the bound where three digits do not", () => {
    const [{ value }] = judged(run, "p50 > 1us") as [MeasuredJudgement];
    const bound = (value! - 1) / 1000;
    expect(texts(run, `p50 > ${bound}us`)[0]).toMatch(/: [0-9],?[0-9.]+ns$/);
  });

  test("a condition that a good device meets says that it names what fails", () => {
    const advice = (text: string) => texts(run, text)[0]!.split("; ")[1];
    expect(advice("p50 < 1ms")).toBe('a condition names what fails: perhaps "p50 > 1ms"');
    expect(advice("iops > 1k")).toBe('a condition names what fails: perhaps "iops < 1k"');
    expect(advice("errors == 0")).toBe('a condition names what fails: perhaps "errors != 0"');
    expect(advice("p50 > 1us")).toBeUndefined();
    expect(advice("iops < 1M")).toBeUndefined();
  });

  test("doubts fail together, each kind once", () => {
    expect(doubtVerdicts([])).toEqual([]);
    expect(doubtVerdicts(mixed.warnings.slice(3)).map(({ text }) => text)).toEqual([
      "FAILED: --strict: doubts: interrupted, host-busy",
    ]);
    const pinned = [0, 1].map((job) => ({ kind: "not-pinned", job }) as const);
    expect(doubtVerdicts(pinned)[0]!.text).toBe("FAILED: --strict: a doubt: not-pinned");
  });
});
