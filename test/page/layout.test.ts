// How pages lie: nothing overlaps, is cut off or scrolls sideways, on wide screens, on phones and on paper.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { chartsOf, figure, usePages } from "./browser.ts";
import {
  compareReport,
  hostileReport,
  largeReport,
  longNamesReport,
  manyReport,
  runReport,
  sweepReport,
  wideSweepReport,
} from "./fixtures.ts";

const pages = usePages();
const reports = {
  ...{ runReport, compareReport, sweepReport, manyReport, largeReport },
  ...{ longNamesReport, wideSweepReport },
};
const WIDE = 1280;
const PHONE = 380;
/** A page of A4 and one of Letter inside margins of 12 mm, in CSS pixels: the lower of both. */
const PAPER_HEIGHT = 960;

/** Texts of drawings that lie on each other, or leave their drawing. */
function collisions(page: Page): Promise<string[]> {
  return page.locator(".plot > svg:first-child").evaluateAll((drawings) =>
    drawings.flatMap((svg) => {
      const frame = svg.getBoundingClientRect();
      const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent !== "");
      const boxes = texts.map((text) => ({ text, box: text.getBoundingClientRect() }));
      const outside = boxes.filter(
        ({ box }) =>
          box.left < frame.left - 1 ||
          box.right > frame.right + 1 ||
          box.top < frame.top - 1 ||
          box.bottom > frame.bottom + 1,
      );
      const meet = (a: DOMRect, b: DOMRect) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
        // Boxes of letters have air above and below.
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
      const pairs = boxes.flatMap((a, index) =>
        boxes.slice(index + 1).flatMap((b) => (meet(a.box, b.box) ? [[a, b] as const] : [])),
      );
      return [
        ...outside.map(({ text }) => `outside: ${text.textContent}`),
        ...pairs.map(([a, b]) => `on each other: ${a.text.textContent}, ${b.text.textContent}`),
      ];
    }),
  );
}

/** Makes the window narrower, until all is drawn anew: that happens in one go. */
async function redrawn(page: Page, width: number): Promise<void> {
  const drawing = page.locator(".plot > svg:first-child").first();
  const before = await drawing.getAttribute("width");
  await page.setViewportSize({ width, height: 900 });
  await expect.poll(() => drawing.getAttribute("width")).not.toBe(before);
}

/** By how many pixels the page is wider than its window. */
function overhang(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

function hasFewNames(name: string): boolean {
  return !["longNamesReport", "wideSweepReport"].includes(name);
}

for (const [name, make] of Object.entries(reports)) {
  test(`${name}: texts keep apart and inside, and nothing scrolls sideways`, async () => {
    const page = await pages.shown(make(), { width: WIDE });
    for (const width of [WIDE, 700, PHONE]) {
      if (width !== WIDE) await redrawn(page, width);
      expect(await collisions(page), `at ${width}`).toEqual([]);
      expect(await overhang(page), `at ${width}`).toBeLessThanOrEqual(0);
    }
  });

  test(`${name}: on paper there are no buttons, and no drawing is cut`, async () => {
    const page = await pages.shown(make(), { width: WIDE });
    await redrawn(page, 700);
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    expect(await page.locator("button:visible").count()).toBe(0);
    for (const id of await chartsOf(page)) {
      // Of many or long names a legend may need a page of its own.
      const whole = hasFewNames(name) ? figure(page, id) : figure(page, id).locator(".plot");
      const box = await whole.boundingBox();
      expect(box?.height, id).toBeLessThan(PAPER_HEIGHT);
    }
  });
}

test("a hostile name widens no page", async () => {
  const page = await pages.report(hostileReport(), { width: PHONE });
  expect(await overhang(page)).toBeLessThanOrEqual(0);
});

test("figures are drawn anew for another width, for paper, and after paper", async () => {
  const page = await pages.report(runReport());
  const drawing = figure(page, "percentiles").locator(".plot > svg").first();
  const width = async () => Number(await drawing.getAttribute("width"));
  const wide = await width();
  expect(wide).toBeGreaterThan(900);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  expect(await width()).toBe(700);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  expect(await width()).toBe(wide);
  await page.setViewportSize({ width: PHONE, height: 800 });
  await expect.poll(width).toBeLessThan(PHONE);
});

test("a hidden curve stays hidden on paper, and its name with it", async () => {
  const page = await pages.report(compareReport());
  await figure(page, "percentiles").locator("button", { hasText: "hybrid" }).click();
  await page.emulateMedia({ media: "print" });
  const names = figure(page, "percentiles").locator(".legend > span:visible");
  expect(await names.allTextContents()).toEqual(["poll", "interrupt", "adaptive"]);
});

test("on paper all doubts stand, and all settings", async () => {
  const report = wideSweepReport();
  const warnings = Array.from({ length: 9 }, (_, index) => `Doubt ${index + 1}. Advice.`);
  const results = report.results.map((result) => ({ ...result, warnings }));
  const page = await pages.report({ ...report, results }, { width: 700 });
  expect(await page.locator(".warnings li:visible").count()).toBe(3);
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  expect(await page.locator(".warnings li:visible").count()).toBe(9);
  expect(await page.locator(".summary tbody tr:visible").count()).toBe(200);
  expect(await page.locator("aside summary:visible").count()).toBe(0);
  expect(await page.locator(".conditions h2").isVisible()).toBe(true);
});

test("what is closed on the screen is open on paper, and closed again after", async () => {
  const page = await pages.report(manyReport());
  const details = page.locator(".conditions details");
  const isOpen = async () => {
    const all = await details.evaluateAll((elements) =>
      elements.map((element) => (element as HTMLDetailsElement).open),
    );
    expect(all).toHaveLength(2);
    expect(new Set(all).size).toBe(1);
    return all[0];
  };
  expect(await isOpen()).toBe(false);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  expect(await isOpen()).toBe(true);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  expect(await isOpen()).toBe(false);
});
