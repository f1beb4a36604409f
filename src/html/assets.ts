// The page's own program and style sheet, as `npm run build` bundles them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PhasebitError } from "../ground/errors.ts";
import { packageRoot } from "../ground/package.ts";

/** What is inlined into a page. */
export interface PageAssets {
  readonly script: string;
  readonly css: string;
}

/** @throws PhasebitError ENVIRONMENT when they were never built */
export function pageAssets(folder: string = join(packageRoot, "build")): PageAssets {
  return { script: read(folder, "page.js"), css: read(folder, "page.css") };
}

function read(folder: string, name: string): string {
  const file = join(folder, name);
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const message = `${file} is missing, and with it the charts; run npm run build`;
    throw new PhasebitError("ENVIRONMENT", message, { cause });
  }
}
