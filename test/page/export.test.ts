// What a reader takes away: figures as SVG and PNG that stand alone, and the data.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { chartsOf, figure, usePages } from "./browser.ts";
import { compareReport, hostileReport, largeReport, manyReport, runReport } from "./fixtures.ts";

const pages = usePages({ downloads: true });

/** Presses a button and gives the file that comes. */
async function saved(page: Page, button: string, scope = "body") {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(scope).getByRole("button", { name: button, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

function savedFigure(page: Page, id: string, button: "SVG" | "PNG") {
  return saved(page, button, `figure[data-chart="${id}"]`);
}

/** One of each kind: after ten downloads in a row Chromium wants to ask whether there may be more. */
async function kindsOf(page: Page): Promise<string[]> {
  return (await chartsOf(page)).filter((id) => !/-[2-9]$/.test(id));
}

/** The root's attributes and all texts, as an XML parser sees them. */
function parsed(page: Page, xml: string) {
  return page.evaluate((text) => {
    const document = new DOMParser().parseFromString(text, "image/svg+xml");
    const root = document.documentElement;
    const number = (name: string) => Number(root.getAttribute(name));
    return {
      error: document.querySelector("parsererror")?.textContent ?? null,
      elements: [...new Set([...document.querySelectorAll("*")].map((each) => each.tagName))],
      width: number("width"),
      height: number("height"),
      viewBox: root.getAttribute("viewBox"),
      texts: [...document.querySelectorAll("text")].map((each) => each.textContent),
    };
  }, xml);
}

test("every figure is a document of its own, without variables and style sheets", async () => {
  for (const report of [runReport(), compareReport(), manyReport()]) {
    const page = await pages.report(report);
    for (const id of await kindsOf(page)) {
      const { name, bytes } = await savedFigure(page, id, "SVG");
      const xml = bytes.toString("utf8");
      expect(name).toMatch(/^[A-Za-z0-9._-]+\.svg$/);
      expect(basename(name)).toContain(id);
      expect(xml, id).not.toMatch(/var\(|--[a-z]|class=|<style|href|currentColor|url\(/);
      const { error, width, height, viewBox, texts } = await parsed(page, xml);
      expect(error, id).toBeNull();
      expect(viewBox).toBe(`0 0 ${width} ${height}`);
      expect([width, height].every((side) => side > 100)).toBe(true);
      expect(texts[0]).toBe(await figure(page, id).locator("h2").textContent());
      expect(texts.at(-1)).toMatch(/^(run|compare)-[\w-]+\.json .*/);
      expect(texts.at(-1)).toContain("phasebit 0.1.0");
    }
  }
});

test("a figure names the curves that are shown, and no others", async () => {
  const page = await pages.report(compareReport());
  await figure(page, "iops").locator("button", { hasText: "hybrid" }).click();
  const { bytes } = await savedFigure(page, "iops", "SVG");
  const { texts } = await parsed(page, bytes.toString("utf8"));
  expect(texts).toContain("poll");
  expect(texts).not.toContain("hybrid");
});

test("a saved figure has the colours of its theme, and is as wide from a phone", async () => {
  const page = await pages.report(runReport(), { colorScheme: "dark", width: 380 });
  const { bytes } = await savedFigure(page, "percentiles", "SVG");
  const xml = bytes.toString("utf8");
  expect(xml).toContain('fill="#171b21"');
  expect((await parsed(page, xml)).width).toBe(1000);
  // What is on the screen is as it was.
  const width = await figure(page, "percentiles").locator(".plot > svg").first();
  expect(Number(await width.getAttribute("width"))).toBeLessThan(380);
});

test("a saved figure opens by itself", async () => {
  const page = await pages.report(compareReport());
  const { bytes } = await savedFigure(page, "heat", "SVG");
  const url = `data:image/svg+xml;base64,${bytes.toString("base64")}`;
  const { width, height } = await parsed(page, bytes.toString("utf8"));
  const size = await page.evaluate(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  }, url);
  expect(size).toEqual([width, height]);
});

test("a PNG is the same picture at twice the size, and not empty", async () => {
  const page = await pages.report(largeReport());
  const svg = await savedFigure(page, "heat", "SVG");
  const { width, height } = await parsed(page, svg.bytes.toString("utf8"));
  const { name, bytes } = await savedFigure(page, "heat", "PNG");
  expect(name).toBe("run-64-queues-heat.png");
  const decoded = await page.evaluate(async (base64) => {
    const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([data], { type: "image/png" }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
    const colours = new Set<number>();
    for (let at = 0; at < pixels.length; at += 4) {
      colours.add((pixels[at]! << 16) | (pixels[at + 1]! << 8) | pixels[at + 2]!);
    }
    return { width: bitmap.width, height: bitmap.height, colours: colours.size };
  }, bytes.toString("base64"));
  expect(decoded).toMatchObject({ width: width * 2, height: height * 2 });
  expect(decoded.colours).toBeGreaterThan(20);
});

test("the data that is saved is the data of the page", async () => {
  const report = compareReport();
  const page = await pages.report(report);
  const { name, bytes } = await saved(page, "Data");
  expect(name).toBe("compare-20261122-101500-report.json");
  expect(JSON.parse(bytes.toString("utf8"))).toEqual(JSON.parse(JSON.stringify(report)));
});

test("a hostile name leaves no file name, no element and no broken XML", async () => {
  const page = await pages.report(hostileReport());
  for (const id of await kindsOf(page)) {
    const { name, bytes } = await savedFigure(page, id, "SVG");
    expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*\.svg$/);
    const { error, elements } = await parsed(page, bytes.toString("utf8"));
    expect(error, id).toBeNull();
    const known = ["svg", "g", "rect", "text", "line", "path", "circle"];
    expect(known, id).toEqual(expect.arrayContaining(elements));
    expect(bytes.toString("utf8"), id).not.toMatch(/<svg onload|<script/);
  }
  const png = await savedFigure(page, "percentiles", "PNG");
  expect([...png.bytes.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
  const data = await saved(page, "Data");
  expect(data.name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*\.json$/);
});
