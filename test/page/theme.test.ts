// Light and dark: as the system has it, as the reader wants it, and light on paper.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { figure, usePages } from "./browser.ts";
import { compareReport, runReport } from "./fixtures.ts";

const pages = usePages();

/** Colours of the page, of a curve and of a cell of the heat map. */
async function colours(page: Page): Promise<string[]> {
  const computed = (selector: string, property: "backgroundColor" | "fill" | "stroke") =>
    page
      .locator(selector)
      .first()
      .evaluate((element, name) => getComputedStyle(element)[name], property);
  return [
    await computed("html", "backgroundColor"),
    await computed('path[aria-label="poll"]', "stroke"),
    await computed('figure[data-chart="heat"] path[shape-rendering]', "fill"),
  ];
}

/** Relative luminance of "rgb(1, 2, 3)" (WCAG 2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [...colour.matchAll(/\d+/g)].map(([digits]) => {
    const share = Number(digits) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test("without a choice the page is as the system is", async () => {
  const light = await pages.shown(compareReport());
  const dark = await pages.shown(compareReport(), { colorScheme: "dark" });
  expect(luminance((await colours(light))[0]!)).toBeGreaterThan(0.8);
  expect(luminance((await colours(dark))[0]!)).toBeLessThan(0.02);
});

test("the button changes every colour, and changes them back", async () => {
  const page = await pages.report(compareReport());
  const before = await colours(page);
  const button = page.locator(".theme");
  expect(await button.textContent()).toBe("Dark");
  await button.click();
  const after = await colours(page);
  for (const [index, colour] of after.entries()) expect(colour).not.toBe(before[index]);
  expect(await button.textContent()).toBe("Light");
  await button.click();
  expect(await colours(page)).toEqual(before);
});

test("the reader's choice is stronger than the system's", async () => {
  const page = await pages.report(compareReport(), { colorScheme: "dark" });
  await page.locator(".theme").click();
  expect(luminance((await colours(page))[0]!)).toBeGreaterThan(0.8);
});

test("paper is light, whatever the screen is", async () => {
  const page = await pages.report(compareReport(), { colorScheme: "dark" });
  const light = await pages.report(compareReport());
  const [, ...drawn] = await colours(light);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  expect((await colours(page)).slice(1)).toEqual(drawn);
  await page.emulateMedia({ media: "screen" });
  await page.locator(".theme").click();
  await page.locator(".theme").click();
  await page.emulateMedia({ media: "print" });
  expect((await colours(page)).slice(1)).toEqual(drawn);
});

test("words and curves can be read in both themes", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await pages.report(runReport(), { colorScheme });
    const variable = (name: string) =>
      page.evaluate((property) => {
        const probe = document.createElement("i");
        probe.style.color = `var(${property})`;
        document.body.append(probe);
        return getComputedStyle(probe).color;
      }, name);
    const contrast = async (front: string, back: string) => {
      const [a, b] = [luminance(await variable(front)), luminance(await variable(back))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    };
    for (const text of ["--ink", "--ink-2", "--accent"]) {
      expect(await contrast(text, "--surface"), text).toBeGreaterThan(4.5);
    }
    for (let index = 1; index <= 8; index++) {
      // WCAG 2 asks for 3 : 1 of parts of a picture; curves are thick and named.
      expect(await contrast(`--s${index}`, "--surface"), `s${index}`).toBeGreaterThan(2.8);
      expect(await contrast(`--on${index}`, `--s${index}`), `on${index}`).toBeGreaterThan(4.4);
    }
    expect(await contrast("--doubt", "--doubt-paper")).toBeGreaterThan(4.5);
  }
});

test("a theme needs no drawing: the shapes stay the same elements", async () => {
  const page = await pages.report(compareReport());
  const curve = figure(page, "percentiles").locator('path[aria-label="poll"]');
  await curve.evaluate((element) => element.setAttribute("data-seen", "yes"));
  await page.locator(".theme").click();
  expect(await curve.getAttribute("data-seen")).toBe("yes");
});
