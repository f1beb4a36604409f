// One page, complete in itself: style sheet, data and program are inline, and its policy lets it load nothing
// from anywhere. Reports and the live view share it; what they show is drawn by src/page.
import { createHash } from "node:crypto";
import { version } from "../ground/package.ts";
import { type PageAssets, pageAssets } from "./assets.ts";
import { htmlText, inlineScript, inlineStyle, jsonIsland } from "./escape.ts";
import type { LivePageConfig, ReportData } from "./report-data.ts";

/** What a page is made of. */
export interface Page {
  readonly kind: "report" | "live";
  readonly title: string;
  /** Goes into the data island as JSON: `ReportData` for a report, `LivePageConfig` for the live page. */
  readonly data: ReportData | LivePageConfig;
  /** Whether the page may talk to the server that it came from. */
  readonly connect?: boolean;
  /** Shown where scripts are switched off; lines of plain text. */
  readonly text?: string;
}

/** The page as HTML. @throws PhasebitError ENVIRONMENT when `npm run build` has not bundled its program */
export function pageHtml(page: Page, assets: PageAssets = pageAssets()): string {
  const { kind, title, data, connect = false, text = "" } = page;
  return `<!doctype html>
<html lang="en" data-page="${kind}">
<head>
<meta charset="utf-8">
<meta name="generator" content="${htmlText(generator)}">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(connect, assets)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${htmlText(title)}</title>
<style>${inlineStyle(assets.css)}</style>
</head>
<body>
<noscript><pre>${htmlText(text)}</pre></noscript>
<main id="report"></main>
<script type="application/json" id="data">${jsonIsland(data)}</script>
<script type="module">${inlineScript(assets.script)}</script>
</body>
</html>
`;
}

/** What wrote the page: "phasebit 0.1.0". */
export const generator = `phasebit ${version}`;

/** Whether a file that begins with `head` is a page of this kind that phasebit wrote. */
export function isPage(head: string, kind: Page["kind"]): boolean {
  const start = `<!doctype html>\n<html lang="en" data-page="${kind}">\n`;
  return head.startsWith(start) && head.includes('<meta name="generator" content="phasebit ');
}

/** Only the page's program runs, and nothing is loaded; `connect` opens the way to the page's own server. */
export function contentSecurityPolicy(
  connect: boolean,
  { script }: PageAssets = pageAssets(),
): string {
  const hash = createHash("sha256").update(inlineScript(script)).digest("base64");
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    // charts set widths and colours of their own
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    ...(connect ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
