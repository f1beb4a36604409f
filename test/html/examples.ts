// Results and pages for the tests of reports.

import { reportData } from "../../src/html/build.ts";
import { reportHtml } from "../../src/html/report.ts";
import type { GroupData, ReportData } from "../../src/html/report-data.ts";
import type { Measurement } from "../../src/measurement/measurement.ts";
import type { Result } from "../../src/results/read.ts";

/** In the place of the bundle. */
export const stubAssets = {
  script: 'document.documentElement.dataset.ready = "true";',
  css: "body { margin: 1em; }",
};

export function runResult(measurement: Measurement, file = "results/run.json"): Result {
  return { file, measurement };
}

export function compareResult(measurement: Measurement, file = "results/compare.json"): Result {
  return { file, measurement };
}

export function sweepResult(measurement: Measurement, file = "results/sweep.json"): Result {
  return { file, measurement };
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
