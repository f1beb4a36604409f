// Large results make reports that a browser and a mailbox take.
import { expect, test } from "vitest";
import { largeRun, SAMPLES } from "../../bench/large-run.ts";
import type { ReportData } from "../../src/html/report-data.ts";
import { examplePoint, exampleSweep } from "../examples/compare.ts";
import { exampleRun } from "../examples/run.ts";
import { contentOf, htmlOf, onlyGroup, runResult, shown, sweepResult } from "./examples.ts";

const LARGEST_BYTES = 3_000_000;
/** What the bundle takes of a page. */
const BUNDLE_BYTES = 400_000;

test("as many columns as a chart has, of 64 queues, make less than 3 MB and lose no count", () => {
  const run = largeRun(500, 64, "randread");
  const html = htmlOf(runResult(run));
  expect(Buffer.byteLength(html)).toBeLessThan(LARGEST_BYTES - BUNDLE_BYTES);
  const island = contentOf(html, 'script type="application/json" id="data"');
  const group = onlyGroup(JSON.parse(island) as ReportData);
  const counted = group.heat!.cells.flat().reduce((sum, [, count]) => sum + count, 0);
  expect(counted).toBe(group.ios);
  expect(group.ios).toBe(500 * 64 * SAMPLES);
  expect(group.heat!.cells).toHaveLength(500);
  expect(group.queues).toHaveLength(64);
  expect(group.queues[63]!.series).toHaveLength(500);
  expect(group.percentiles.ns.length).toBeGreaterThan(100);
});

test("many results share the columns of the charts", () => {
  const results = Array.from({ length: 20 }, (_, index) =>
    runResult(exampleRun({ perSecond: 50, seconds: 300 }), `run-${index}.json`),
  );
  const { groups } = shown(...results);
  expect(groups.map(({ series }) => series!.iops.length)).toEqual(Array(20).fill(100));
});

test("a sweep of 300 points stays small", () => {
  const points = Array.from({ length: 300 }, (_, index) => examplePoint({ iodepth: index + 1 }));
  const html = htmlOf(sweepResult(exampleSweep(points)));
  expect(Buffer.byteLength(html)).toBeLessThan(LARGEST_BYTES / 3);
});
