// What a reader does with a chart: hides curves, points at them, walks along them with the keyboard.
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { formatCount, formatNs } from "../../src/ground/units.ts";
import { curvesOf, figure, usePages } from "./browser.ts";
import { compareReport, runReport, sweepReport } from "./fixtures.ts";

const pages = usePages();

function plot(page: Page, id: string): Locator {
  return figure(page, id).locator(".plot");
}

function tip(page: Page, id: string): Locator {
  return plot(page, id).locator(".tip");
}

/** What the tooltip says, row by row. */
async function told(page: Page, id: string) {
  const rows = await tip(page, id).locator("dl > div").all();
  const texts = rows.map(async (row) => [
    await row.locator("dt").textContent(),
    await row.locator("dd").textContent(),
  ]);
  return {
    heading: await tip(page, id).locator("strong").textContent(),
    rows: Object.fromEntries(await Promise.all(texts)) as Record<string, string>,
  };
}

/** Where a curve ends, on the screen. */
function endOf(page: Page, id: string, name: string): Promise<{ x: number; y: number }> {
  return figure(page, id)
    .locator(`path[aria-label="${name}"]`)
    .first()
    .evaluate((element) => {
      const path = element as SVGPathElement;
      const { x, y } = path.getPointAtLength(path.getTotalLength());
      const at = new DOMPoint(x, y).matrixTransform(path.getScreenCTM()!);
      return { x: at.x, y: at.y };
    });
}

test("the last curve cannot be hidden: all come back", async () => {
  const page = await pages.report(compareReport());
  const buttons = figure(page, "percentiles").locator(".legend button");
  for (const button of await buttons.all()) await button.click();
  expect(await curvesOf(page, "percentiles")).toHaveLength(4);
  const pressed = await buttons.evaluateAll((all) =>
    all.map((button) => button.getAttribute("aria-pressed")),
  );
  expect(pressed).toEqual(["true", "true", "true", "true"]);
});

test("a click on the legend hides a curve, and another brings it back", async () => {
  const page = await pages.report(compareReport());
  const button = figure(page, "percentiles").locator("button", { hasText: "hybrid" });
  await button.click();
  expect(await curvesOf(page, "percentiles")).toEqual(["poll", "interrupt", "adaptive"]);
  expect(await button.getAttribute("aria-pressed")).toBe("false");
  // Other charts have legends of their own.
  expect(await curvesOf(page, "iops")).toContain("hybrid");
  await button.click();
  expect(await curvesOf(page, "percentiles")).toHaveLength(4);
});

test("with shift or alt only one curve stays, and again all are back", async () => {
  const page = await pages.report(compareReport());
  const button = figure(page, "percentiles").locator("button", { hasText: "adaptive" });
  await button.click({ modifiers: ["Shift"] });
  expect(await curvesOf(page, "percentiles")).toEqual(["adaptive"]);
  await button.click({ modifiers: ["Alt"] });
  expect(await curvesOf(page, "percentiles")).toHaveLength(4);
});

test("the legend works with the keyboard", async () => {
  const page = await pages.report(compareReport());
  await figure(page, "heat").locator("button", { hasText: "poll" }).focus();
  await page.keyboard.press("Space");
  await expect.poll(() => plot(page, "heat").locator("text", { hasText: "poll" }).count()).toBe(0);
});

test("pointing at the end of a curve tells its last percentile", async () => {
  const report = compareReport();
  const page = await pages.report(report);
  await plot(page, "percentiles").scrollIntoViewIfNeeded();
  const { x, y } = await endOf(page, "percentiles", "poll");
  expect(await tip(page, "percentiles").isVisible()).toBe(false);
  await page.mouse.move(x, y);
  const { rows } = await told(page, "percentiles");
  expect(rows["poll"]).toBe(formatNs(report.groups[0]!.percentiles.ns.at(-1)!));
  // The others end before: too few I/Os.
  expect(rows["interrupt"]).toBe("–");
  await page.mouse.move(5, 5);
  expect(await tip(page, "percentiles").isVisible()).toBe(false);
});

test("arrow keys walk along a curve and from one to the next; Escape leaves", async () => {
  const report = compareReport();
  const page = await pages.report(report);
  const { oneOver, ns } = report.groups[0]!.percentiles;
  await plot(page, "percentiles").focus();
  await page.keyboard.press("ArrowRight");
  expect((await told(page, "percentiles")).heading).toBe("p0");
  for (let step = 1; step <= 40; step++) await page.keyboard.press("ArrowRight");
  const fortieth = await told(page, "percentiles");
  expect(fortieth.heading).toBe(`p${Number((100 - 100 / oneOver[40]!).toFixed(1))}`);
  expect(fortieth.rows["poll"]).toBe(formatNs(ns[40]!));
  expect(await tip(page, "percentiles").locator(".strong dt").textContent()).toBe("poll");
  await page.keyboard.press("ArrowUp");
  expect(await tip(page, "percentiles").locator(".strong dt").textContent()).not.toBe("poll");
  await page.keyboard.press("Escape");
  expect(await tip(page, "percentiles").isVisible()).toBe(false);
});

test("what the keyboard finds is spoken", async () => {
  const page = await pages.report(runReport());
  await plot(page, "iops").focus();
  await page.keyboard.press("ArrowRight");
  const spoken = await figure(page, "iops").locator("[aria-live]").textContent();
  const { series } = runReport().groups[0]!;
  expect(spoken).toContain(`IOPS ${formatCount(series!.iops[0]!)}`);
  await page.keyboard.press("Escape");
  expect(await figure(page, "iops").locator("[aria-live]").textContent()).toBe("");
});

test("arrow keys reach every stage, and tell its percentiles", async () => {
  const page = await pages.report(runReport());
  await plot(page, "stages").focus();
  const headings: (string | null)[] = [];
  for (let step = 0; step < 6; step++) {
    await page.keyboard.press("ArrowRight");
    headings.push((await told(page, "stages")).heading);
  }
  const names = ["build", "doorbell", "fetch", "service", "seen", "reap"];
  expect(headings).toEqual(names.map((name) => `read, ${name}`));
  expect((await told(page, "stages")).rows).toEqual({ mean: "240ns", p50: "230ns", p99: "390ns" });
});

test("the pointer finds a cell of the heat map and tells its count", async () => {
  const page = await pages.report(runReport());
  await plot(page, "heat").scrollIntoViewIfNeeded();
  const box = (await plot(page, "heat").locator("svg").first().boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height - 60);
  const { rows } = await told(page, "heat");
  const [count] = rows["I/Os"]!.split(" of ");
  const { cells } = runReport().groups[0]!.heat!;
  const counts = cells.flatMap((column) => column.map(([, each]) => formatCount(each)));
  expect(counts).toContain(count);
});

test("the ratio of a pair is told with its interval and verdict", async () => {
  const report = compareReport();
  const page = await pages.report(report);
  await plot(page, "pairs-1").focus();
  await page.keyboard.press("ArrowRight");
  const { heading, rows } = await told(page, "pairs-1");
  const [iops] = report.pairs;
  expect(heading).toBe("poll against interrupt: IOPS");
  expect(rows["ratio"]).toBe(iops!.ratio!.toPrecision(3));
  expect(rows["verdict"]).toBe("higher");
});

test("a depth is told with all its figures", async () => {
  const report = sweepReport();
  const page = await pages.report(report);
  await plot(page, "depth").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  const { heading, rows } = await told(page, "depth");
  expect(heading).toBe("poll, iodepth 4");
  expect(rows["p99"]).toBe(formatNs(report.groups[1]!.latencyNs.p99!));
});

test("the tooltip stays inside its chart", async () => {
  const page = await pages.report(compareReport(), { width: 380 });
  for (const id of ["percentiles", "iops", "cpu"]) {
    await plot(page, id).focus();
    const frame = (await plot(page, id).boundingBox())!;
    for (let step = 0; step < 14; step++) {
      await page.keyboard.press(step % 5 === 4 ? "ArrowDown" : "ArrowRight");
      const box = (await tip(page, id).boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(frame.x - 1);
      expect(box.x + box.width).toBeLessThanOrEqual(frame.x + frame.width + 1);
    }
  }
});

test("a finger that taps sees the tooltip, and one that taps elsewhere loses it", async () => {
  const page = await pages.report(runReport());
  await plot(page, "iops").scrollIntoViewIfNeeded();
  const touch = (target: Locator) =>
    target.dispatchEvent("pointerdown", { pointerType: "touch", clientX: 400, clientY: 400 });
  await touch(plot(page, "iops"));
  expect(await tip(page, "iops").isVisible()).toBe(true);
  await touch(page.locator("h1"));
  expect(await tip(page, "iops").isVisible()).toBe(false);
});

test("every chart can be reached with the keyboard and says what it shows", async () => {
  const page = await pages.report(compareReport());
  const areas = await page.locator(".plot").evaluateAll((plots) =>
    plots.map((area) => ({
      role: area.getAttribute("role"),
      label: area.getAttribute("aria-label") ?? "",
      index: (area as HTMLElement).tabIndex,
    })),
  );
  for (const { role, label, index } of areas) {
    expect(role).toBe("img");
    expect(index).toBe(0);
    expect(label).toMatch(/poll|interrupt/);
  }
});
