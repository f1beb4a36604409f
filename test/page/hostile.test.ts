// Names come from devices and from whoever made a result: whatever they hold, they are text.
import { expect, test } from "vitest";
import { chartsOf, figure, usePages } from "./browser.ts";
import { compareReport, hostileReport } from "./fixtures.ts";

const pages = usePages();
const EVIL = "<svg onload=alert()>";

test("a name that is markup is shown as it is, and runs nothing", async () => {
  const page = await pages.shown(hostileReport());
  expect(await page.locator("h1").textContent()).toContain(EVIL);
  expect(await page.locator(".conditions dd").first().textContent()).toContain(EVIL);
  expect(await page.locator(".warnings li").first().textContent()).toContain(EVIL);
  expect(await page.locator(".summary th[scope=row]").first().textContent()).toContain(EVIL);
  // A dialog would have failed the test.
  expect(await page.locator("[onload], script:not([type])").count()).toBe(0);
  const scripts = await page.locator("script").evaluateAll((all) => all.length);
  expect(scripts).toBe(2);
});

test("hostile names make the same elements as harmless ones", async () => {
  const shapes = async (report: ReturnType<typeof compareReport>) => {
    const page = await pages.shown(report);
    return page.locator("figure[data-chart=percentiles] *").evaluateAll((all) => {
      return [...new Set(all.map((each) => each.tagName.toLowerCase()))].sort();
    });
  };
  expect(await shapes(hostileReport())).toEqual(await shapes(compareReport()));
});

test("a tooltip and a table show a hostile name as text", async () => {
  const page = await pages.report(hostileReport());
  for (const id of await chartsOf(page)) {
    await figure(page, id).locator(".plot").focus();
    await page.keyboard.press("ArrowRight");
    expect(await figure(page, id).locator(".tip").textContent(), id).toContain(EVIL);
    await figure(page, id).locator("summary").click();
    expect(await figure(page, id).locator("table").textContent(), id).toContain(EVIL);
  }
});

test("names of methods and prototypes are names", async () => {
  const report = compareReport();
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  const groups = report.groups.map((group, index) => ({
    ...group,
    ...{ id: names[index]!, name: names[index]!, mode: names[index]! },
  }));
  const idOf = (id: string) => names[report.groups.findIndex((group) => group.id === id)]!;
  const pairs = report.pairs.map((pair) => ({ ...pair, a: idOf(pair.a), b: idOf(pair.b) }));
  const page = await pages.report({ ...report, groups, pairs });
  const legend = figure(page, "percentiles").locator(".legend button");
  expect(await legend.allTextContents()).toEqual(names);
  await legend.first().click();
  await expect.poll(() => figure(page, "percentiles").locator("path[aria-label]").count()).toBe(3);
});
