// Reports on a narrow terminal: broken between words, tables in parts, and not a figure less.
import { expect, test } from "vitest";
import { diffSides } from "../../src/analysis/diff.ts";
import { comparisonReport } from "../../src/text/compare.ts";
import { reportColumns } from "../../src/text/compare-frame.ts";
import { diffReport } from "../../src/text/diff.ts";
import { normalReport } from "../../src/text/normal.ts";
import { sweepReport } from "../../src/text/sweep.ts";
import { exampleComparison, examplePoint, exampleSweep } from "../examples/compare.ts";
import { runSet, sideOf } from "../examples/diff.ts";
import { exampleRun, troubledRun } from "../examples/run.ts";

test("a report is never wider than 80 columns, and as narrow as the terminal is, within reason", () => {
  expect(reportColumns({ isTTY: true, columns: 200 })).toBe(80);
  expect(reportColumns({ isTTY: true, columns: 40 })).toBe(40);
  expect(reportColumns({ isTTY: true, columns: 3 })).toBe(30);
  expect(reportColumns({ isTTY: true, columns: 0 })).toBe(80);
  expect(reportColumns({ columns: 40 })).toBe(80);
});

const diff = diffSides(sideOf(runSet({ count: 5 })), sideOf(runSet({ count: 5, typicalNs: 9000 })));
const sweep = exampleSweep([examplePoint({ iodepth: 1 }), examplePoint({ iodepth: 8 })]);
const reports: readonly [string, (columns: number) => string][] = [
  ["a run", (columns) => normalReport(exampleRun(), { columns })],
  ["a run in trouble", (columns) => normalReport(troubledRun(), { columns })],
  ["many jobs", (columns) => normalReport(jobs, { columns })],
  ["a comparison", (columns) => comparisonReport(exampleComparison(), { columns })],
  ["a sweep", (columns) => sweepReport(sweep, { columns })],
  ["a diff", (columns) => diffReport(diff, [], { columns })],
];
const jobs = exampleRun({ options: { rw: "randrw", numjobs: "12" }, perSecond: 1000 });

/** Words without the bars, which have no room. */
function wordsOf(text: string): Set<string> {
  return new Set(text.split(/\s+/).filter((word) => word !== "" && !/^[▁-█]+$/u.test(word)));
}

test.each(reports)(
  "%s has no line that a terminal of 40 columns would break inside of a word",
  (_, report) => {
    const text = report(40);
    for (const line of text.split("\n")) {
      const isOneWord = !line.slice(8).trim().includes(" ");
      if (!isOneWord) expect(line.length, line).toBeLessThanOrEqual(40);
      expect(line).toBe(line.trimEnd());
    }
    const whole = wordsOf(report(80));
    for (const word of wordsOf(text)) {
      // a diff's intervals have lines of their own
      if (!/^b$|^\/$|^a$|:$|,$|^no$|^interval$/.test(word)) expect(whole).toContain(word);
    }
  },
);

test.each(reports)("%s has all its figures there", (_, report) => {
  const narrow = [...wordsOf(report(40))];
  // the bars of a course, and the range beside them, have no room
  const wide = report(80).replace(/ {3}[▁-█]+.*$/gmu, "");
  for (const figure of wordsOf(wide)) {
    if (!/^[-+]?[0-9.]+[a-zA-Z%]*$/.test(figure)) continue;
    expect(
      narrow.some((word) => word.startsWith(figure)),
      figure,
    ).toBe(true);
  }
});
