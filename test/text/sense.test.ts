// Nothing that is said is nonsense, however little there is to say: no NaN, no share below nothing, no list without a
// subject, no line that is too wide.
import { describe, expect, test } from "vitest";
import { diffSides } from "../../src/analysis/diff.ts";
import { markdown } from "../../src/export/markdown.ts";
import { reportData } from "../../src/html/build.ts";
import { summaryText } from "../../src/html/summary.ts";
import { packLatency } from "../../src/measurement/latency-counts.ts";
import type { Measurement, MeasurementKind } from "../../src/measurement/measurement.ts";
import { workOf } from "../../src/measurement/work.ts";
import { documentOf } from "../../src/results/document.ts";
import { comparisonReport } from "../../src/text/compare.ts";
import { diffReport } from "../../src/text/diff.ts";
import { diffMarkdown } from "../../src/text/diff-markdown.ts";
import { normalReport } from "../../src/text/normal.ts";
import { sweepReport } from "../../src/text/sweep.ts";
import {
  exampleComparison,
  examplePoint,
  exampleSweep,
  interrupt,
  poll,
} from "../examples/compare.ts";
import { sideOf } from "../examples/diff.ts";
import { countsOf, emptyRun, exampleRun, troubledRun } from "../examples/run.ts";

const reports: Readonly<Record<MeasurementKind, (of: Measurement) => string>> = {
  run: (of) => normalReport(of, { color: false }),
  compare: (of) => comparisonReport(of, { color: false }),
  sweep: (of) => sweepReport(of, { color: false }),
};

const compared = (rounds: number, ios: number) =>
  exampleComparison({ modes: [poll, interrupt], rounds, ios });

/** One block in three is as if the device had stood still. */
function still(of: Measurement): Measurement {
  const blocks = of.blocks.map((block, index) => {
    if (index % 3 !== 0) return block;
    const jobs = block.jobs!.map((job) => ({ ...job, submitted: 0, completed: 0 }));
    return { ...block, latencies: [], jobs, work: workOf(jobs) };
  });
  return { ...of, blocks };
}

/** Rounds of which each is slower than all before. */
function collapsing(of: Measurement): Measurement {
  const blocks = of.blocks.map((block, index) => {
    const [job] = block.jobs!;
    const samples = Array.from({ length: 40 }, (_, at) => 1000 * 2 ** (index / 3) + at);
    const elapsedNs = samples.reduce((sum, ns) => sum + ns, 0);
    const jobs = [{ ...job!, elapsedNs, submitted: 40, completed: 40 }];
    const latencies = [packLatency(countsOf(samples), { op: "read", job: 0 })];
    return { ...block, elapsedNs, latencies, jobs, work: workOf(jobs) };
  });
  return { ...of, blocks };
}

const cases: readonly (readonly [string, Measurement])[] = [
  ["a run that measured nothing", emptyRun()],
  ["a run of one I/O", exampleRun({ seconds: 1, perSecond: 1 })],
  ["a run with every trouble", troubledRun()],
  ["a comparison of no block", { ...compared(2, 10), blocks: [] }],
  ["a comparison of one block", { ...compared(2, 10), blocks: compared(2, 10).blocks.slice(0, 1) }],
  ["a comparison of one round", compared(1, 10)],
  ["a comparison that stood still", still(compared(9, 30))],
  ["a comparison that collapsed", collapsing(compared(12, 40))],
  ["a sweep of no setting", exampleSweep([])],
  ["a sweep of one I/O", exampleSweep([examplePoint({ ios: 1 })])],
  ["a sweep without I/Os", exampleSweep([examplePoint({ ios: 0 }), examplePoint({ iodepth: 8 })])],
];

const NOTHING = new Set(["a comparison of no block", "a sweep of no setting"]);

/** JSON would make null of those that are none. */
function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

const NONSENSE =
  /NaN|Infinity|undefined|\bnull\b|-[1-9][0-9]{2,}(\.[0-9]+)?%|-100\.[1-9]|(lower|higher):/;

describe.each(cases)("%s", (what, measurement) => {
  test("is told with sense on the terminal, in 80 columns", () => {
    const text = reports[measurement.kind](measurement);
    expect(text).not.toMatch(NONSENSE);
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test("in Markdown, and in the page's words", () => {
    const result = { file: "x.json", measurement };
    expect(markdown(result)).not.toMatch(NONSENSE);
    expect(summaryText(reportData([result]))).not.toMatch(NONSENSE);
  });

  test("and in numbers in its document", () => {
    expect(numbersIn(documentOf(measurement)).filter((number) => !Number.isFinite(number))).toEqual(
      [],
    );
  });

  test("and beside itself a little later", () => {
    const later = { ...measurement, startedMs: measurement.startedMs + 60_000 };
    const side = (of: Measurement) => sideOf({ file: "x.json", measurement: of });
    if (NOTHING.has(what)) {
      expect(() => diffSides(side(measurement), side(later))).toThrow(/nothing was measured/);
      return;
    }
    const diff = diffSides(side(measurement), side(later));
    expect(diffReport(diff, [], { color: false })).not.toMatch(NONSENSE);
    expect(diffMarkdown(diff)).not.toMatch(NONSENSE);
  });
});
