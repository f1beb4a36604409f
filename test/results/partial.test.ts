// A part of what was asked for is never shown as the whole: what every output says of a sweep that stopped after 2
// of 4 settings, and where.
import { describe, expect, test } from "vitest";
import { diffSides } from "../../src/analysis/diff.ts";
import { exported } from "../../src/export/export.ts";
import type { ExportFormat } from "../../src/export/export-options.ts";
import { reportData } from "../../src/html/build.ts";
import { summaryText } from "../../src/html/summary.ts";
import type { Measurement } from "../../src/measurement/measurement.ts";
import { sweepShortfall } from "../../src/measurement/shortfall.ts";
import { documentOf } from "../../src/results/document.ts";
import { resultOf } from "../../src/results/read.ts";
import { jsonText } from "../../src/results/save.ts";
import { comparisonReport } from "../../src/text/compare.ts";
import { diffReport } from "../../src/text/diff.ts";
import { diffDocument } from "../../src/text/diff-document.ts";
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
import { sideOf, sweepResult } from "../examples/diff.ts";
import { exampleRun } from "../examples/run.ts";

const points = [1, 8, 16, 32].map((iodepth) => examplePoint({ iodepth }));
const whole = exampleSweep(points);
const stopped: Measurement = (() => {
  const part = exampleSweep(points.slice(0, 2));
  const missing = sweepShortfall(whole.workloads, part.blocks);
  const why = "the device went away";
  return { ...part, warnings: [...missing, { kind: "stopped-early", why }] };
})();
const result = { file: "sweep.json", measurement: stopped };
const WORDS =
  "Only 2 of 4 settings were measured in full; missing or cut short: interrupt.qd16, interrupt.qd32.";
const SHARE = "2 of 4 settings";
const flat = (text: string): string => text.replace(/\s+/g, " ");

describe("on the terminal", () => {
  test("it is the first line, and is said once", () => {
    const text = sweepReport(stopped, { color: false });
    expect(flat(text).startsWith(`partial ${WORDS}`)).toBe(true);
    expect(flat(text).split(WORDS)).toHaveLength(2);
    expect(text).toMatch(/^run .* 2 of 4 settings /m);
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test("so it is of runs and comparisons", () => {
    const ms = { kind: "partial", unit: "ms", measured: 3217, planned: 10_000 } as const;
    const run = normalReport({ ...exampleRun(), warnings: [ms] }, { color: false });
    expect(run).toMatch(/^partial Only 3\.22s of 10s were measured\.\n/);
    expect(run).toMatch(/ {2}3\.22s of 10s$/m);
    const blocks = { kind: "partial", unit: "blocks", measured: 5, planned: 8 } as const;
    const compared = exampleComparison({ modes: [poll, interrupt], rounds: 4, ios: 50 });
    const text = comparisonReport({ ...compared, warnings: [blocks] }, { color: false });
    expect(text).toMatch(/^partial Only 5 of 8 blocks were measured in full\.\n/);
    expect(flat(text)).toContain("4 rounds (5 of 8 blocks), interleaved");
  });

  test("of what is whole there is no such line", () => {
    expect(sweepReport(whole, { color: false })).not.toContain("partial");
    expect(sweepReport(whole, { color: false })).toContain("4 settings");
  });
});

describe("in the document", () => {
  const document = documentOf(stopped) as Record<string, unknown> & { warnings: unknown[] };

  test("it stands beside the kind, and the first warning has it as data", () => {
    expect(Object.keys(document).slice(0, 3)).toEqual(["schema", "kind", "partial"]);
    expect(document["partial"]).toBe(SHARE);
    expect(document.warnings[0]).toMatchObject({
      kind: "partial",
      unit: "settings",
      measured: 2,
      planned: 4,
      missing: ["interrupt.qd16", "interrupt.qd32"],
      text: WORDS,
    });
    expect(documentOf(whole)).toMatchObject({ partial: null });
  });

  test("it is read back", () => {
    const { measurement } = resultOf("x.json", JSON.parse(jsonText(document)));
    expect(measurement.warnings).toEqual(stopped.warnings);
  });
});

describe("exported", () => {
  const text = (format: ExportFormat): string => exported(result, { format }).files[0]!.text;

  test.each<ExportFormat>(["csv", "openmetrics", "markdown", "hlog", "fio-json", "json"])(
    "as %s, a note says so",
    (format) => {
      expect(exported(result, { format }).notes[0]).toBe(`is partial: ${SHARE}`);
      expect(exported({ ...result, measurement: whole }, { format }).notes).toEqual([]);
    },
  );

  test("as CSV, every row says so", () => {
    const [heading, ...rows] = text("csv").trim().split("\n");
    expect(heading).toMatch(/^"result","partial","device",/);
    expect(rows.every((row) => row.startsWith(`"sweep.json","${SHARE}",`))).toBe(true);
    const series = exported(result, { format: "csv", table: "series" }).files[0]!.text;
    expect(series).toContain(`"sweep.json","${SHARE}",`);
  });

  test("as OpenMetrics, the info and the warnings say so", () => {
    expect(text("openmetrics")).toMatch(
      /phasebit_measurement_info\{[^\n]*partial="2 of 4 settings"/,
    );
    expect(text("openmetrics")).toMatch(/phasebit_warnings\{[^\n]*kind="partial"[^\n]*\} 1/);
  });

  test("as Markdown, heading and first line say so", () => {
    const [heading, , first] = text("markdown").split("\n");
    expect(heading).toMatch(/^### phasebit sweep \(partial\): /);
    expect(first).toContain("Only 2 of 4 settings were measured in full");
  });

  test("as a log, its header says so", () => {
    expect(text("hlog")).toContain(`\n#[Partial: ${SHARE}]\n`);
  });
});

test("the page and its text without scripts say so in the title, and before all doubts", () => {
  const data = reportData([result]);
  expect(data.title).toMatch(/ \(partial\)$/);
  expect(data.results[0]!.warnings[0]).toBe(WORDS);
  expect(data.results[0]!.conditions).toContainEqual({ label: "measured", value: SHARE });
  expect(summaryText(data).split("\n")[0]).toMatch(/\(partial\)$/);
  expect(reportData([{ ...result, measurement: whole }]).title).not.toContain("partial");
});

describe("a diff with it", () => {
  const other = { ...whole, startedMs: whole.startedMs + 60_000 };
  const diff = diffSides(sideOf(sweepResult(other, "old.json")), sideOf(sweepResult(stopped)));

  test("says so in its first line", () => {
    const text = diffReport(diff, [], { color: false });
    expect(flat(text).startsWith(`partial b: ${WORDS}`)).toBe(true);
    expect(flat(text).split(WORDS)).toHaveLength(2);
    expect(text).toMatch(/only in a: interrupt\.qd16\.read, interrupt\.qd32\.read/);
  });

  test("says so in Markdown before the tables, and first in the JSON's warnings", () => {
    const markdown = diffMarkdown(diff);
    const place = markdown.indexOf("- **partial** b: Only 2 of 4 settings");
    expect(place).toBeGreaterThan(0);
    expect(place).toBeLessThan(markdown.indexOf("| `"));
    expect(diffDocument(diff).warnings[0]).toMatchObject({ kind: "partial", sides: ["b"] });
  });
});
