// The first sentence of a report says what the intervals allow, and nothing else.
import { describe, expect, test } from "vitest";
import type { PairData, ReportData, VerdictData } from "../../src/html/report-data.ts";
import { bestsOf, comparisonsOf, standingsOf } from "../../src/html/standings.ts";
import { summaryText } from "../../src/html/summary.ts";
import { comparisonVerdict } from "../../src/html/verdict-compare.ts";
import {
  exampleComparison,
  examplePoint,
  exampleSweep,
  interrupt,
  poll,
} from "../examples/compare.ts";
import { emptyRun, exampleRun } from "../examples/run.ts";
import { compareResult, runResult, shown, sweepResult } from "./examples.ts";

/** Two depths. */
const sweep = exampleSweep([examplePoint({ iodepth: 1 }), examplePoint({ iodepth: 8 })]);

type Verdict = PairData["verdict"];

/** `a` beside `b`, by ids; `ratio` has an interval of 10 % around it. */
function pair(a: string, b: string, title: string, verdict: Verdict, ratio = 1): PairData {
  return {
    ...{ a, b, title, unit: "ns", difference: ratio - 1, ratio, verdict },
    differenceCi95: [ratio * 0.95 - 1, ratio * 1.05 - 1],
    ratioCi95: [ratio * 0.95, ratio * 1.05],
  };
}

const NONE = "no difference shown";

/** Three settings in IOPS, p99 and CPU per I/O. */
function three(verdicts: Readonly<Record<string, readonly [Verdict, Verdict, Verdict]>>) {
  return Object.entries(verdicts).flatMap(([title, [ab, ac, bc]]) => [
    pair("a", "b", title, ab, ab === "higher" ? 2 : 0.5),
    pair("a", "c", title, ac, ac === "higher" ? 4 : 0.25),
    pair("b", "c", title, bc, bc === "higher" ? 2 : 0.5),
  ]);
}

/** With names of groups in their places. */
function text({ sentence }: VerdictData): string {
  return sentence.map((part) => (typeof part === "string" ? part : part.group)).join("");
}

function firstOf(report: ReportData): string {
  const nameOf = (id: string) => report.groups.find((group) => group.id === id)!.name;
  const [verdict] = report.verdicts;
  return verdict!.sentence
    .map((part) => (typeof part === "string" ? part : nameOf(part.group)))
    .join("");
}

describe("nothing is claimed", () => {
  test("of a measurement without an I/O", () => {
    expect(firstOf(shown(runResult(emptyRun())))).toBe("no I/O was measured.");
  });

  test("but that all failed, where all did", () => {
    const failed = (count: number) =>
      firstOf(shown(runResult({ ...emptyRun(), warnings: [{ kind: "io-errors", count }] })));
    expect(failed(999)).toBe("no I/O succeeded: 999 commands ended with an error.");
    expect(failed(1)).toBe("no I/O succeeded: 1 command ended with an error.");
  });

  test("without what never completed or failed beside it", () => {
    const warnings = [
      { kind: "commands-lost", count: 1 },
      { kind: "io-errors", count: 8 },
    ] as const;
    const but = " But 1 command never completed, and 8 commands ended with an error.";
    for (const result of [
      runResult({ ...exampleRun(), warnings }),
      sweepResult({ ...sweep, warnings }),
    ]) {
      const [verdict] = shown(result).verdicts;
      expect(verdict!.sentence.at(-1)).toBe(but);
    }
    expect(firstOf(shown(runResult({ ...emptyRun(), warnings: [warnings[0]] })))).toBe(
      "no I/O succeeded: 1 command never completed.",
    );
  });

  test("of a comparison before its first block", () => {
    const measurement = exampleComparison({ modes: [poll, interrupt], rounds: 8 });
    expect(firstOf(shown(compareResult({ ...measurement, blocks: [] })))).toBe(
      "no I/O was measured.",
    );
  });

  test("of too few rounds", () => {
    const pairs = [pair("a", "b", "IOPS", null, 3)];
    expect(text(comparisonVerdict(pairs, 6))).toBe(
      "6 rounds were measured in full, too few to show a difference: it takes 7.",
    );
  });

  test("where the intervals show none, however far the figures lie apart", () => {
    const two = [pair("a", "b", "IOPS", NONE, 3), pair("a", "b", "p99", NONE, 0.2)];
    expect(text(comparisonVerdict(two, 8))).toBe(
      "no difference shown in IOPS or p99 between a and b.",
    );
    const none = three({ IOPS: [NONE, NONE, NONE], p99: [NONE, NONE, NONE] });
    expect(text(comparisonVerdict(none, 8))).toBe("no difference shown in IOPS or p99.");
    expect(bestsOf(none)).toEqual(new Map());
  });

  test("of a figure that one of the settings does not carry", () => {
    const pairs = three({ IOPS: ["higher", "higher", NONE], p99: ["lower", null, null] });
    expect(text(comparisonVerdict(pairs, 8))).toBe(
      "a has the most IOPS, 1.90 to 4.20 times the others'.",
    );
    expect(bestsOf(pairs)).toEqual(new Map([["a", ["IOPS"]]]));
  });

  test("of two settings of a sweep, or of two files", () => {
    const [ofSweep] = shown(sweepResult(sweep)).verdicts;
    expect(ofSweep!.basis).toContain("no difference between two of them is shown");
    const files = shown(runResult(exampleRun(), "a.json"), runResult(exampleRun(), "b.json"));
    expect(files.verdicts[0]!.basis).toContain("no difference between two files is shown");
  });
});

describe("a comparison", () => {
  test("of two says each figure with its interval, and in which none is shown", () => {
    const pairs = [
      pair("a", "b", "IOPS", "higher", 1.2),
      pair("a", "b", "p50", "lower", 0.8),
      pair("a", "b", "p99", NONE, 0.97),
      pair("a", "b", "CPU per I/O", "higher", 7),
    ];
    const verdict = comparisonVerdict(pairs, 12);
    expect(text(verdict)).toBe(
      "a has 1.14 to 1.26 times b's IOPS, 0.76 to 0.84 times its p50 and 6.65 to 7.35 times its CPU per I/O; " +
        "no difference shown in p99.",
    );
    expect(verdict.basis).toBe("12 rounds, interleaved; ranges are 95% intervals");
  });

  test("of many names the best of a figure with all that its pairs' intervals cover", () => {
    const pairs = three({ IOPS: ["lower", "lower", "lower"], p99: ["higher", "higher", "higher"] });
    expect(text(comparisonVerdict(pairs, 8))).toBe(
      "c has the most IOPS, 1.90 to 4.21 times the others', and the lowest p99, 0.24 to 0.53 times the others'.",
    );
    expect(bestsOf(pairs)).toEqual(new Map([["c", ["IOPS", "p99"]]]));
  });

  test("of many names those that are not beaten where none beats all others", () => {
    const pairs = three({ IOPS: [NONE, "higher", "higher"], p99: [NONE, "lower", "lower"] });
    expect(text(comparisonVerdict(pairs, 8))).toBe(
      "a and b are unbeaten in IOPS and p99, with no difference shown between them.",
    );
    const chain = three({ IOPS: [NONE, "higher", NONE] });
    expect(standingsOf(chain)[0]).toMatchObject({ best: null, unbeaten: ["a", "b"] });
  });

  test("of both directions has a clause for each", () => {
    const read = [pair("a", "b", "IOPS", "higher", 2)];
    const write = [pair("c", "d", "IOPS", "lower", 0.5)];
    expect(comparisonsOf([...read, ...write])).toEqual([read, write]);
    expect(text(comparisonVerdict([...read, ...write], 8))).toBe(
      "a has 1.90 to 2.10 times b's IOPS; c has 0.47 to 0.53 times d's IOPS.",
    );
  });

  test("marks what is best, and only that", () => {
    const report = shown(compareResult(exampleComparison({ modes: [poll, interrupt], rounds: 8 })));
    for (const { id, best } of report.groups) {
      for (const title of best) {
        const own = report.pairs.find((each) => each.title === title)!;
        const isMore = (own.verdict === "higher") === (own.a === id);
        expect(isMore, title).toBe(title === "IOPS");
      }
    }
    expect(report.groups[0]!.best).toContain("IOPS");
    expect(firstOf(report)).toMatch(/^poll has 1\.[0-9]+ to 1\.[0-9]+ times interrupt's IOPS/);
  });
});

test("a run has its figures, and is compared with nothing", () => {
  const report = shown(runResult(exampleRun()));
  const [{ sentence, basis }] = report.verdicts as [VerdictData];
  expect(sentence.join("")).toMatch(/ IOPS, .* MiB\/s: half of the I\/Os took .*s or less, 99% /);
  expect(basis).toContain("one run, compared with nothing");
});

test("a sweep tells which setting had the most IOPS and which the lowest p99", () => {
  const report = shown(sweepResult(sweep));
  const fastest = report.groups.toSorted((a, b) => b.iops! - a.iops!)[0]!;
  expect(firstOf(report).startsWith(`${fastest.name} had the most IOPS, `)).toBe(true);
});

test("of several files the first verdict is of all, and comparisons have their own", () => {
  const comparison = exampleComparison({ modes: [poll, interrupt], rounds: 8 });
  const report = shown(runResult(exampleRun()), compareResult(comparison, "both.json"));
  expect(report.verdicts.map(({ about }) => about)).toEqual([null, "both.json"]);
});

test("without scripts the verdict comes first", () => {
  const report = shown(compareResult(exampleComparison({ modes: [poll, interrupt], rounds: 8 })));
  const lines = summaryText(report).split("\n");
  expect(lines[3]).toMatch(/^poll has .* times interrupt's IOPS/);
  expect(lines[4]).toBe("(8 rounds, interleaved; ranges are 95% intervals)");
});
