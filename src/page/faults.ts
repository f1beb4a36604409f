// The list of errors: what went wrong, how often, on which queues, and what was the first.
import type { ResultData } from "../html/report-data.ts";
import { h } from "./dom.ts";

const TITLES = ["", "count", "queues", "first"];

/** A table for all results, their files named where there are several; null without errors. */
export function faults(results: readonly ResultData[]): HTMLElement | null {
  const rows = results.flatMap(({ file, faults }) =>
    faults.map(({ what, count, queues, first }) => {
      const name = results.length > 1 ? `${file}: ${what}` : what;
      const cells = [`${count}`, queues, first].map((text, index) =>
        h("td", { "data-label": TITLES[index + 1]! }, text),
      );
      return h("tr", {}, h("th", { scope: "row" }, name), ...cells);
    }),
  );
  if (rows.length === 0) return null;
  const head = TITLES.map((title) => h("th", { scope: "col" }, title));
  return h(
    "section",
    { class: "summary dense faults", "aria-label": "Errors" },
    h("h2", {}, "Errors"),
    h("table", { class: "cards" }, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)),
  );
}
