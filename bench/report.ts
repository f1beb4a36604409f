// What a report of a large result costs: making it, its size, and the time until Chromium has drawn it.
//
//   npm run build && node dist/bench/report.js
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { reportHtml } from "../src/html/report.ts";
import type { Result } from "../src/results/read.ts";
import { launchChromium } from "./chromium.ts";
import { largeRun } from "./large-run.ts";
import { type Spread, spread } from "./statistics.ts";

const INTERVALS = 1000;
const QUEUES = 64;
const TIMES = 9;

/** For Chromium: the page's own clock, so that nothing of the way between the processes is in it. */
const NOTE_READY = `new MutationObserver(() => {
  if (document.documentElement?.dataset.ready === "true") window.readyMs ??= performance.now();
}).observe(document, { attributes: true, childList: true, subtree: true });`;

const folder = mkdtempSync(join(tmpdir(), "phasebit-report-"));
const browser = await launchChromium();
try {
  for (const rw of ["randread", "randrw"] as const) {
    const file = join(folder, `${rw}.html`);
    console.log(`${rw}, ${INTERVALS} intervals of ${QUEUES} queues`);
    made(file, { file: `${rw}.json`, measurement: largeRun(INTERVALS, QUEUES, rw) });
    console.log(`  drawn   ${text(await drawn(browser, file))} after opening it, ${TIMES} times`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}

/** Writes the report, and says what it took. */
function made(file: string, result: Result): void {
  const started = performance.now();
  const before = process.cpuUsage();
  const html = reportHtml([result]);
  const wallMs = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  writeFileSync(file, html);
  console.log(
    `  made    ${wallMs.toFixed(0)} ms, ${((user + system) / 1000).toFixed(0)} ms of CPU`,
  );
  console.log(`  size    ${Buffer.byteLength(html)} bytes`);
}

/** Ms from the start of the navigation to the page's word that all its charts are drawn. */
async function drawn(open: Browser, file: string): Promise<Spread> {
  const times: number[] = [];
  for (let time = 0; time < TIMES; time++) {
    const page = await open.newPage();
    await page.addInitScript(NOTE_READY);
    await page.goto(`file://${file}`, { waitUntil: "commit" });
    await page.waitForSelector('html[data-ready="true"]', { state: "attached" });
    times.push(await page.evaluate<number>("window.readyMs"));
    await page.close();
  }
  return spread(times);
}

function text({ median, min, max }: Spread): string {
  return `${median.toFixed(0)} ms (${min.toFixed(0)} to ${max.toFixed(0)})`;
}
