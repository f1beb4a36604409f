import { describe, expect, test } from "vitest";
import { type Diff, diffSides, type FigureDiff } from "../../src/analysis/diff.ts";
import { parseGate } from "../../src/analysis/diff-gate.ts";
import { type Judgement, judge } from "../../src/analysis/diff-judge.ts";
import type { Measurement } from "../../src/measurement/measurement.ts";
import { exampleComparison, interrupt, poll } from "../examples/compare.ts";
import { comparisonResult, runResult, runSet, sideOf } from "../examples/diff.ts";
import { exampleRun, intervalsIn, jobsIn, withBlock, withJobs } from "../examples/run.ts";

function judged(diff: Diff, text: string, isStrict = false): Judgement[] {
  const parsed = parseGate(text);
  if (!parsed.ok) throw new Error(parsed.why);
  return judge(diff, [parsed.value], isStrict);
}
const outcome = (diff: Diff, text: string, isStrict = false) =>
  judged(diff, text, isStrict).map((judgement) => judgement.outcome);

const set = (typicalNs: number, count = 6, scatter = 0.005) =>
  sideOf(runSet({ count, typicalNs, scatter, seed: typicalNs }));
/** 10 % slower, 10 % faster, and so scattered that nothing is shown. */
const slower = diffSides(set(8000), set(8800));
const faster = diffSides(set(8000), set(7200));
const noisy = diffSides(set(8000, 5, 0.2), set(9000, 5, 0.2));

describe("what there is nothing to judge", () => {
  test("a group that is not there is a mistake that names those that are", () => {
    expect(() => judged(slower, "write.p99 > 5%")).toThrow(
      '--fail-if "write.p99 > +5%": there is no such figure; the groups are read',
    );
    expect(() => judged(slower, "hybrid.read.p99 > 5%")).toThrow(/groups are read/);
  });

  test("a percentile that the samples cannot carry is not judged", () => {
    const [found] = judged(slower, "p99.99 > 5%");
    expect(found).toMatchObject({ outcome: "not judged", change: null });
    expect(found!.diff.tooFewIos).toEqual({ needed: 100_000, fewest: 2000 });
  });

  test("a share of nothing is not judged, a number is", () => {
    const one = comparisonResult(
      exampleComparison({ modes: [poll, interrupt], rounds: 7, ios: 50 }),
    );
    const diff = diffSides(sideOf(one, { chosen: "poll" }), sideOf(one, { chosen: "interrupt" }));
    expect(outcome(diff, "interrupts > 5%")).toEqual(["not judged"]);
    expect(outcome(diff, "interrupts > +0.5")).toEqual(["failed"]);
  });
});

describe("with an interval", () => {
  test.each([
    ["p50 > 5%", "failed"],
    ["p50 > 15%", "ok"],
    ["p50 > +500ns", "failed"],
    ["p50 > +1us", "ok"],
    ["p50 > 0%", "failed"],
    ["p50 < -5%", "ok"],
    ["p50 < -0%", "ok"],
  ])("of b 10 %% slower: %s is %s", (text, expected) => {
    expect(outcome(slower, text)).toEqual([expected]);
  });

  test.each([
    ["p50 < -5%", "failed"],
    ["p50 < -15%", "ok"],
    ["p50 > 5%", "ok"],
  ])("of b 10 %% faster: %s is %s", (text, expected) => {
    expect(outcome(faster, text)).toEqual([expected]);
  });

  test("a demanded improvement fails where there surely is less of it", () => {
    expect(outcome(faster, "p50 > -5%")).toEqual(["ok"]);
    expect(outcome(faster, "p50 > -20%")).toEqual(["failed"]);
    expect(outcome(slower, "p50 > -20%")).toEqual(["failed"]);
  });

  test("what lies beyond the limit but may be nothing is not shown, and fails when strict", () => {
    const [found] = judged(noisy, "p50 > 1%");
    expect(found!.change).toBeGreaterThan(0.01);
    expect(found!.interval![0]).toBeLessThan(0);
    expect(found!.outcome).toBe("not shown");
    expect(outcome(noisy, "p50 > 1%", true)).toEqual(["failed"]);
    expect(outcome(noisy, "p50 > 90%", true)).toEqual(["ok"]);
  });
});

describe("without an interval the value decides", () => {
  test("of few runs", () => {
    const diff = diffSides(set(8000, 2), set(8800, 2));
    const [found] = judged(diff, "p50 > 5%");
    expect(found).toMatchObject({ outcome: "failed", interval: null });
    expect(outcome(diff, "p50 > 15%")).toEqual(["ok"]);
  });

  test("of what only a whole run has", () => {
    const run = (typicalNs: number) =>
      sideOf(runResult(exampleRun({ seconds: 10, perSecond: 200, typicalNs })));
    const diff = diffSides(run(8000), run(8800));
    expect(judged(diff, "max > 5%")[0]).toMatchObject({ outcome: "failed", interval: null });
  });
});

describe("a share of a", () => {
  /** Figures as they would be of two sides, for what examples do not easily give. */
  const figure = (change: Partial<FigureDiff>): Diff => ({
    ...slower,
    figures: slower.figures
      .filter(({ figure: { name } }) => name === "iops")
      .map((found) => ({ ...found, ...change })),
  });

  test("is that of the values as shown, whatever the ratio of anything else", () => {
    const ci95 = { difference: [-170, -160], ratio: null } as const;
    const diff = figure({ a: 250, b: 85, difference: -165, ratio: 1.43, ci95 });
    const [found] = judged(diff, "iops < -3%");
    expect(found).toMatchObject({ outcome: "failed", interval: [-0.68, -0.64] });
    expect(found!.change).toBeCloseTo(-0.66, 12);
  });

  test("of nothing is nothing where nothing changed, and not judged where something came", () => {
    const none = { a: 0, ratio: null, ci95: null };
    const [same] = judged(figure({ ...none, b: 0, difference: 0 }), "iops > 5%");
    expect(same).toMatchObject({ outcome: "ok", change: 0 });
    expect(outcome(figure({ ...none, b: 4, difference: 4 }), "iops > 5%")).toEqual(["not judged"]);
  });

  test("that fell to nothing is all of it", () => {
    const diff = figure({ a: 250, b: 0, difference: -250, ratio: null, ci95: null });
    expect(judged(diff, "iops < -3%")[0]).toMatchObject({ outcome: "failed", change: -1 });
  });

  test("is judged of a run that stood still for many intervals", () => {
    const steady = exampleRun({ seconds: 30, perSecond: 200 });
    const halved = jobsIn(steady).map((job) => ({ ...job, completed: job.completed / 2 }));
    const still = (lengthOf: number): Measurement => ({
      ...withBlock(withJobs(steady, halved), {
        intervals: intervalsIn(steady).map((interval, index) =>
          index < lengthOf ? { ...interval, latencies: [] } : interval,
        ),
      }),
      startedMs: 1,
    });
    const diff = diffSides(sideOf(runResult(steady)), sideOf(runResult(still(15))));
    const [found] = judged(diff, "iops < -3%");
    expect(found!.outcome).not.toBe("not judged");
    expect(found!.interval).not.toBeNull();
    expect(found!.diff).toMatchObject({ ci95: { ratio: null }, noRatioInterval: "zero" });
  });
});

describe("what a side has by itself", () => {
  test.each([
    ["b:p50 > 8.4us", "failed"],
    ["a:p50 > 8.4us", "ok"],
    ["b:p50 > 10us", "ok"],
    ["b:p50 < 10us", "failed"],
    ["b:iops >= 1k", "failed"],
    ["b:iops > 5k", "ok"],
    ["b:p99.99 > 1us", "not judged"],
  ])("%s is %s", (text, expected) => {
    expect(outcome(slower, text)).toEqual([expected]);
  });

  test("is judged by the value: no change, and no interval", () => {
    const [found] = judged(slower, "b:p50 > 1us");
    expect(found).toMatchObject({ change: null, interval: null, value: found!.diff.b });
  });
});

test("a condition is judged in every group that it is about", () => {
  const modes = [poll, { ...interrupt, typicalNs: 13_200 }];
  const one = comparisonResult(exampleComparison({ modes, rounds: 8, ios: 200 }), "1.json");
  const two = comparisonResult(
    exampleComparison({ modes, rounds: 8, ios: 200, seed: 2 }),
    "2.json",
  );
  const diff = diffSides(sideOf(one), sideOf(two));
  const about = (text: string) => judged(diff, text).map(({ diff: { group } }) => group.mode);
  expect(about("p50 > 50%")).toEqual(["poll", "interrupt"]);
  expect(about("poll.p50 > 50%")).toEqual(["poll"]);
  expect(about("read.p50 > 50%")).toEqual(["poll", "interrupt"]);
  expect(about("interrupt.read.p50 > 50%")).toEqual(["interrupt"]);
  expect(about("Interrupt.READ.p50 > 50%")).toEqual(["interrupt"]);
});
