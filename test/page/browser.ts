// Debian's Chromium with a page in it, and everything that the page does which it should not.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeEach, expect } from "vitest";
import type { ReportData } from "../../src/html/report-data.ts";
import { pageHtml } from "../../src/html/template.ts";
import { lacksChromium, sharedChromium } from "../chromium.ts";

/** What a busy machine may take for one step. */
const PATIENCE_MS = 100_000;

/** How a page is looked at. */
export interface Look {
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
  readonly media?: "screen" | "print";
  /** Runs before the page's own program. */
  readonly before?: () => void;
}

/** Pages for the tests of one file; a page that did what it should not fails its test. */
export interface Pages {
  /** A report, drawn. */
  report(data: ReportData, look?: Look): Promise<Page>;
  /** The same for tests that only look at it: all of the file share the page. */
  shown(data: ReportData, look?: Look): Promise<Page>;
  /** Any page of ours. */
  open(url: string, look?: Look): Promise<Page>;
}

/** What a test expects to go wrong. */
interface Expected {
  /** The browser says so in the console whenever a connection ends. */
  readonly losesConnections?: boolean;
  /** After ten downloads a tab asks whether there may be more, so each test takes a new one. */
  readonly downloads?: boolean;
}

/** Tabs that tests have left. A new one is a profile and a process, which take longer than most pages. */
const idle: Page[] = [];

/** Registers the browser with the test file; without Chromium all of its tests are skipped. */
export function usePages({ losesConnections = false, downloads = false }: Expected = {}): Pages {
  const folder = mkdtempSync(join(tmpdir(), "phasebit-page-"));
  let complaints: string[] = [];
  const opened: Page[] = [];
  const shared = new Map<string, Page>();
  beforeEach(({ skip }) => skip(lacksChromium, "there is no Chromium"));
  afterEach(async () => {
    await leave(opened.splice(0));
    const before = complaints;
    complaints = [];
    expect(before).toEqual([]);
  });
  afterAll(async () => {
    await leave([...shared.values()]);
    rmSync(folder, { recursive: true });
  });
  const leave = async (tabs: readonly Page[]): Promise<void> => {
    for (const page of tabs) {
      if (downloads || !(await isEmptied(page))) await page.close();
      else idle.push(page);
    }
  };
  const open = async (
    url: string,
    { width = 1280, before, ...media }: Look = {},
  ): Promise<Page> => {
    // what runs before a page's own program stays with its tab
    const page = (before ? undefined : idle.pop()) ?? (await (await sharedChromium()).newPage());
    opened.push(page);
    page.setDefaultTimeout(PATIENCE_MS);
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ media: "screen", colorScheme: "light", ...media });
    if (before) await addBefore(page, before);
    watch(page, url, (complaint) => {
      const isLoss = /^Failed to load resource|net::ERR_/.test(complaint);
      if (!(losesConnections && isLoss)) complaints.push(complaint);
    });
    await page.goto(url);
    return page;
  };
  const report = async (data: ReportData, look?: Look): Promise<Page> => {
    const file = join(folder, "report.html");
    writeFileSync(file, pageHtml({ kind: "report", title: data.title, data }));
    const page = await open(`file://${file}`, look);
    await ready(page);
    return page;
  };
  const shown = async (data: ReportData, look?: Look): Promise<Page> => {
    const key = JSON.stringify([look, data]);
    const page = shared.get(key) ?? (await report(data, look));
    shared.set(key, page);
    if (opened.includes(page)) opened.splice(opened.indexOf(page), 1);
    return page;
  };
  return { report, shown, open };
}

/** Tabs with a program of the test in them. */
const changed = new WeakSet<Page>();

async function addBefore(page: Page, before: () => void): Promise<void> {
  changed.add(page);
  await page.addInitScript(before);
}

/** Makes a tab like a new one, where that can be done. */
async function isEmptied(page: Page): Promise<boolean> {
  if (changed.has(page) || page.isClosed()) return false;
  page.removeAllListeners();
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await page.mouse.move(0, 0);
  await page.goto("about:blank");
  return true;
}

/** Until the page says that all its charts are drawn. */
export async function ready(page: Page): Promise<void> {
  await page.waitForSelector('html[data-ready="true"]', { state: "attached" });
}

/** Errors, refusals of the policy, dialogs, and requests that leave the page. */
function watch(page: Page, url: string, complain: (complaint: string) => void): void {
  const { origin } = new URL(url);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complain(message.text());
  });
  page.on("pageerror", (error) => complain(String(error)));
  page.on("dialog", (dialog) => {
    complain(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const asked = request.url();
    const isOwn = origin === "null" ? asked === url : asked.startsWith(origin);
    if (!isOwn && !/^(data|blob):/.test(asked)) complain(`request: ${asked}`);
  });
}

/** The figure of a chart. */
export function figure(page: Page, id: string): Locator {
  return page.locator(`figure[data-chart="${id}"]`);
}

/** The charts that the page has, in order. */
export async function chartsOf(page: Page): Promise<string[]> {
  const all = await page.locator("figure").all();
  return Promise.all(all.map(async (each) => (await each.getAttribute("data-chart")) ?? ""));
}

/** The curves of a chart, by name. */
export async function curvesOf(page: Page, id: string): Promise<string[]> {
  return figure(page, id)
    .locator("path[aria-label]")
    .evaluateAll((paths) => paths.map((path) => path.getAttribute("aria-label") ?? ""));
}
