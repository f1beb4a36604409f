// Results and pages for the tests of reports.

import { reportData } from "../../src/html/build.ts";
import { reportHtml } from "../../src/html/report.ts";
import type { GroupData, ReportData } from "../../src/html/report-data.ts";
import type { RunMeasurement } from "../../src/measurement/measurement.ts";
import type { Result } from "../../src/results/result.ts";
import type { ComparisonMeasurement, SweepMeasurement } from "../../src/run/comparison.ts";

/** In the place of the bundle. */
export const stubAssets = {
  script: 'document.documentElement.dataset.ready = "true";',
  css: "body { margin: 1em; }",
};

export function runResult(measurement: RunMeasurement, file = "results/run.json"): Result {
  return { kind: "run", file, measurement };
}

export function compareResult(
  measurement: ComparisonMeasurement,
  file = "results/compare.json",
): Result {
  return { kind: "compare", file, measurement };
}

export function sweepResult(measurement: SweepMeasurement, file = "results/sweep.json"): Result {
  return { kind: "sweep", file, measurement };
}

/** The data that the page will be given: what is not JSON is gone. */
export function shown(...results: readonly Result[]): ReportData {
  return JSON.parse(JSON.stringify(reportData(results))) as ReportData;
}

/** The only group of a report. */
export function onlyGroup(report: ReportData): GroupData {
  const [group, ...others] = report.groups;
  if (group === undefined || others.length > 0) throw new Error(`${report.groups.length} groups`);
  return group;
}

/** The page of a report, with the stub in the place of the bundle. */
export function htmlOf(...results: readonly Result[]): string {
  return reportHtml(results, undefined, stubAssets);
}

/** The text of an element that the page has once, by its tag with attributes. */
export function contentOf(html: string, tag: string): string {
  const [, after = "", ...others] = html.split(`<${tag}>`);
  if (others.length > 0) throw new Error(`several <${tag}>`);
  return after.split(`</${tag.split(" ")[0]}>`)[0]!;
}
