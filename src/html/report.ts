// A report as one file of HTML.
import type { Result } from "../results/read.ts";
import { type PageAssets, pageAssets } from "./assets.ts";
import { reportData } from "./build.ts";
import { summaryText } from "./summary.ts";
import { pageHtml } from "./template.ts";

/**
 * The report of these results, at least one.
 * @throws PhasebitError ENVIRONMENT when `npm run build` has not bundled the page's program
 */
export function reportHtml(
  results: readonly Result[],
  title?: string,
  assets: PageAssets = pageAssets(),
): string {
  const data = reportData(results, title);
  return pageHtml({ kind: "report", title: data.title, data, text: summaryText(data) }, assets);
}
