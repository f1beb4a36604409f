// The browser to test pages in, where there is one.
import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";
import { CHROMIUM, launchChromium } from "../bench/chromium.ts";

/** Tests of pages are then shown as skipped. With CI set they fail instead. */
export const lacksChromium = !existsSync(CHROMIUM) && !process.env["CI"];

if (lacksChromium)
  console.warn(`\n*** NOT TESTED: pages in a browser\n*** there is no ${CHROMIUM}\n`);

let browser: Promise<Browser> | undefined;

/** One for all test files of this process, which ends with it: to start one takes as long as some pages. */
export function sharedChromium(): Promise<Browser> {
  browser ??= launchChromium();
  return browser;
}
