// Whether there is a browser to test pages in.
import { existsSync } from "node:fs";
import { CHROMIUM } from "../bench/chromium.ts";

/** Tests of pages are then shown as skipped. With CI set they fail instead. */
export const lacksChromium = !existsSync(CHROMIUM) && !process.env["CI"];

if (lacksChromium)
  console.warn(`\n*** NOT TESTED: pages in a browser\n*** there is no ${CHROMIUM}\n`);
