// Under which conditions the figures came to be, closed until somebody asks: those that all results share once, the
// others result by result.
import type { ResultData } from "../html/report-data.ts";
import { h } from "./dom.ts";
import { NONE } from "./format.ts";

/** As many results stand side by side; more are lists that are closed until somebody asks. */
const SIDE_BY_SIDE = 4;
/** Longer values have a line of their own. */
const LONG = 80;

type Values = ReadonlyMap<string, string>;

/** What the closed section says of itself. */
const TELLING = ["workload", "runtime", "address", "host", "CPU"];

/** A section with a grid of what is the same, and what differs below it. */
export function conditions(results: readonly ResultData[]): HTMLElement {
  const all = results.map(listed);
  const labels = [...new Set(all.flatMap((values) => [...values.keys()]))];
  const shared = labels.filter(
    (label) => new Set(all.map((values) => values.get(label))).size === 1,
  );
  const different = labels.filter((label) => !shared.includes(label));
  const values = all[0] ?? new Map();
  const digest = TELLING.filter((label) => shared.includes(label)).map((label) =>
    values.get(label),
  );
  const folded = h(
    "details",
    {},
    h("summary", {}, h("h2", {}, "Conditions"), h("span", { class: "digest" }, digest.join(" · "))),
    definitions(shared, values),
    ...(different.length > 0 ? differences(results, different, all) : []),
  );
  return h("section", { class: "conditions", "aria-label": "Conditions" }, folded);
}

/** By label; a label that stands twice keeps all its values. */
function listed({ conditions, merged }: ResultData): Values {
  const values = new Map<string, string>();
  for (const { label, value } of conditions) {
    const before = values.get(label);
    values.set(label, before === undefined ? value : `${before}; ${value}`);
  }
  if (merged.length > 0 && !values.has("merged")) values.set("merged", merged.join("; "));
  return values;
}

function definitions(labels: readonly string[], values: Values): HTMLElement {
  const known = labels.filter((label) => values.has(label));
  return h("dl", {}, ...known.map((label) => definition(label, values.get(label) ?? NONE)));
}

function definition(label: string, value: string): HTMLElement {
  const wide = value.length > LONG ? { class: "wide" } : {};
  return h("div", wide, h("dt", {}, label), h("dd", {}, value));
}

function differences(
  results: readonly ResultData[],
  labels: readonly string[],
  all: readonly Values[],
): HTMLElement[] {
  if (results.length <= SIDE_BY_SIDE) return [table(results, labels, all)];
  const each = results.map(({ file }, index) =>
    h("div", { class: "one" }, h("h3", {}, file), definitions(labels, all[index] ?? new Map())),
  );
  const heading = `What differs between the ${results.length} results`;
  return [h("details", {}, h("summary", {}, heading), ...each)];
}

/** A row for each label, a column for each result. */
function table(
  results: readonly ResultData[],
  labels: readonly string[],
  all: readonly Values[],
): HTMLElement {
  const head = ["", ...results.map(({ file }) => file)];
  const rows = labels.map((label) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, label),
      ...all.map((values, index) =>
        h("td", { "data-label": results[index]?.file }, values.get(label) ?? NONE),
      ),
    ),
  );
  const headings = h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, text)));
  return h("table", { class: "cards" }, h("thead", {}, headings), h("tbody", {}, ...rows));
}
