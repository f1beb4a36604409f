// The head of a page: what was measured, the buttons for the whole page, and the doubts before any figure.
import type { ReportData, ResultData } from "../html/report-data.ts";
import { button, type Child, h } from "./dom.ts";
import { type Doubt, doubtsOf, seenIn } from "./doubts.ts";
import { download, fileName } from "./download.ts";
import { counted, formatDate } from "./format.ts";
import { themeButton } from "./theme.ts";

/** Title, device and when; to the right the data and the theme. */
export function header(data: ReportData): HTMLElement {
  return h(
    "header",
    { class: "top" },
    h("p", { class: "kind" }, data.generator),
    h("div", { class: "tools" }, dataButton(data), themeButton()),
    h("h1", {}, data.title),
    h(
      "p",
      { class: "when" },
      [deviceOf(data.results), measuredOn(data.results)].filter(Boolean).join(" · "),
    ),
  );
}

/** What all results were measured on; nothing where they differ, which the conditions tell. */
function deviceOf(results: readonly ResultData[]): string {
  const devices = new Set(
    results.map(
      ({ conditions }) => conditions.find(({ label }) => label === "device")?.value ?? "",
    ),
  );
  return devices.size === 1 ? [...devices].join() : "";
}

function measuredOn(results: readonly ResultData[]): string {
  const starts = results.map(({ startedMs }) => startedMs).sort((a, b) => a - b);
  const [first, last] = [
    formatDate(starts[0] ?? Number.NaN),
    formatDate(starts.at(-1) ?? Number.NaN),
  ];
  const when = first === last ? first : `${first} to ${last}`;
  const [only] = results;
  const what = results.length === 1 && only ? only.file : counted(results.length, "result file");
  return `${what} · measured ${when}`;
}

function dataButton(data: ReportData): HTMLButtonElement {
  const [first] = data.results;
  return button("Data", "Save everything that this page shows as JSON", () => {
    const name = fileName([(first?.file ?? "phasebit").replace(/\.json$/, ""), "report"], "json");
    download(new Blob([JSON.stringify(data, null, 1)], { type: "application/json" }), name);
  });
}

/** All warnings, each once; null without any. */
export function warnings(results: readonly ResultData[]): HTMLElement | null {
  const doubts = doubtsOf(results);
  return doubts.length > 0 ? callout(doubts) : null;
}

/** More doubts than these would push the figures off the first screen. */
const MOST_OPEN = 4;

/** What must be known before a figure is believed. */
export function callout(doubts: readonly Doubt[]): HTMLElement {
  const items = doubts.map(item);
  const open = items.slice(0, items.length > MOST_OPEN ? MOST_OPEN - 1 : MOST_OPEN);
  const closed = items.slice(open.length);
  const more = h("summary", {}, `${closed.length} more`);
  return h(
    "aside",
    { class: "warnings", "aria-label": "Warnings" },
    h(
      "h2",
      {},
      doubts.length === 1 ? "Doubt about this measurement" : "Doubts about this measurement",
    ),
    h("ul", {}, ...open),
    closed.length > 0 ? h("details", {}, more, h("ul", {}, ...closed)) : null,
  );
}

/** What was seen, and after its first sentence the advice, which is read by those who want to act. */
function item({ file, text }: Doubt): HTMLElement {
  const seen = seenIn(text);
  return h(
    "li",
    {},
    file === null ? null : h("span", { class: "about" }, `${file}: `),
    ...withOptions(seen),
    h("span", { class: "advice" }, ...withOptions(text.slice(seen.length))),
  );
}

/** "--cpus" is not broken between its dashes. */
function withOptions(text: string): Child[] {
  return text
    .split(/(--[a-z-]{1,40})/)
    .map((part) => (part.startsWith("--") ? h("span", { class: "option" }, part) : part));
}
