// Reports as Chromium takes them: it runs our program and nothing else, whatever a result holds.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { ConsoleMessage, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportData } from "../../src/html/build.ts";
import { reportHtml } from "../../src/html/report.ts";
import { pageHtml } from "../../src/html/template.ts";
import { lacksChromium, sharedChromium } from "../chromium.ts";
import { folder } from "../cli/cli.ts";
import { exampleRun } from "../examples/run.ts";
import { htmlOf, runResult, shown, stubAssets } from "./examples.ts";
import { hostileRun, nasty } from "./hostile.ts";

interface Parsed {
  /** Name and sorted attributes of each. */
  readonly elements: readonly string[];
  readonly title: string;
  readonly data: string;
  readonly ready?: string;
}

/** For Chromium. */
const DESCRIBE = `({
  elements: [...document.querySelectorAll("*")].map((element) =>
    [element.localName, ...[...element.attributes].map(({ name }) => name).sort()].join(" ")),
  title: document.title,
  data: document.querySelector("#data").textContent,
  ready: document.documentElement.dataset.ready,
})`;

describe.skipIf(lacksChromium)("in Chromium", () => {
  let withScripts: Page;
  let withoutScripts: Page;
  beforeAll(async () => {
    const browser = await sharedChromium();
    withScripts = await browser.newPage();
    withoutScripts = await browser.newPage({ javaScriptEnabled: false });
  });
  afterAll(async () => {
    await withScripts.close();
    await withoutScripts.close();
  });

  /** What Chromium makes of a page, and what it would not do. */
  async function parsed(html: string, page = withScripts) {
    const refused: string[] = [];
    const onConsole = (message: ConsoleMessage) => refused.push(message.text());
    page.on("console", onConsole);
    await page.setContent(html);
    const seen = await page.evaluate<Parsed>(DESCRIBE);
    page.off("console", onConsole);
    return { refused, ...seen };
  }

  test("our program runs, finds the same elements in any report and the very data", async () => {
    const usual = await parsed(htmlOf(runResult(exampleRun({ perSecond: 200 }))));
    expect(usual).toMatchObject({ ready: "true", refused: [] });
    for (const text of nasty) {
      const { elements, data, ready, refused, title } = await parsed(htmlOf(hostileRun(text)));
      expect(elements).toEqual(usual.elements);
      expect(JSON.parse(data)).toEqual(shown(hostileRun(text)));
      expect({ ready, refused }).toEqual({ ready: "true", refused: [] });
      expect(title).toBe(shown(hostileRun(text)).title);
    }
  });

  test("a page without scripts shows the text, and no element that a string wrote", async () => {
    const plain = await parsed(htmlOf(runResult(exampleRun({ perSecond: 200 }))), withoutScripts);
    expect(plain.elements).toContain("pre");
    for (const text of nasty) {
      const { elements } = await parsed(htmlOf(hostileRun(text)), withoutScripts);
      expect(elements).toEqual(plain.elements);
    }
  });

  test("any text comes back that a title and data can have", async () => {
    const data = reportData([runResult(exampleRun({ perSecond: 10 }))]);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
        const titled = { ...data, title: text };
        const html = pageHtml({ kind: "report", title: text, data: titled, text }, stubAssets);
        expect(JSON.parse((await parsed(html)).data)).toEqual(JSON.parse(JSON.stringify(titled)));
      }),
      { numRuns: 20 },
    );
  });

  test("the built page draws a hostile report from a file, and asks for nothing else", async () => {
    const file = join(folder(), "report.html");
    for (const text of nasty) {
      writeFileSync(file, reportHtml([hostileRun(text)]));
      const page = await (await sharedChromium()).newPage();
      const heard: string[] = [];
      page.on("console", (message) => heard.push(message.text()));
      page.on("pageerror", (error) => heard.push(error.message));
      page.on("request", (request) => heard.push(request.url()));
      await page.goto(`file://${file}`);
      await page.waitForSelector('html[data-ready="true"]', { state: "attached" });
      expect(heard).toEqual([`file://${file}`]);
      expect(await page.title()).toBe(shown(hostileRun(text)).title);
      expect(await page.locator("svg").count()).toBeGreaterThan(3);
      await page.close();
    }
  });

  test("the policy refuses a program that is not ours, even in the page itself", async () => {
    const html = htmlOf(runResult(exampleRun({ perSecond: 10 })));
    const injected = html.replace("<main", "<script>document.title = 'owned'</script><main");
    const { title, refused } = await parsed(injected);
    expect(title).not.toBe("owned");
    expect(refused.join()).toMatch(/Content Security Policy/);
  });
});
