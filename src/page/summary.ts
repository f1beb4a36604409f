// All groups in figures, a row for each. The best of a column is a little bolder, and says no more than that.
import type { GroupData } from "../html/report-data.ts";
import type { Context } from "./context.ts";
import { h } from "./dom.ts";
import { formatCount, formatMiBps, formatNs, NONE } from "./format.ts";
import { swatch } from "./legend.ts";

interface Column {
  readonly title: string;
  readonly hint: string;
  readonly of: (group: GroupData) => number | null;
  readonly format: (value: number) => string;
  readonly best: "most" | "least";
}

const rate = (value: number) => formatCount(value < 9999.5 ? Math.round(value) : value);

const columns: readonly Column[] = [
  { title: "IOPS", hint: "I/Os per second", of: ({ iops }) => iops, format: rate, best: "most" },
  {
    title: "MiB/s",
    hint: "throughput",
    of: ({ bytesPerSecond }) => bytesPerSecond,
    format: formatMiBps,
    best: "most",
  },
  latency("mean", "mean"),
  latency("p50", "p50"),
  latency("p99", "p99"),
  latency("p99.9", "p999"),
  latency("p99.99", "p9999"),
  latency("max", "max"),
  {
    title: "CPU/IO",
    hint: "user and system CPU time of the jobs' threads for each I/O",
    of: ({ cpuNsPerIo }) => (cpuNsPerIo === null ? null : cpuNsPerIo.user + cpuNsPerIo.system),
    format: formatNs,
    best: "least",
  },
];

function latency(title: string, key: keyof GroupData["latencyNs"]): Column {
  const hint = title === "mean" || title === "max" ? `${title} latency` : `latency, ${title}`;
  return { title, hint, of: ({ latencyNs }) => latencyNs[key], format: formatNs, best: "least" };
}

/** A section with the table of groups. */
export function summary(context: Context): HTMLElement {
  const { groups } = context.data;
  const used = columns.filter(({ of }) => groups.some((group) => of(group) !== null));
  const head = h("tr", {}, h("th", { scope: "col" }, ""));
  head.append(...used.map(({ title, hint }) => h("th", { scope: "col", title: hint }, title)));
  const rows = groups.map((group) => row(group, used, context));
  const table = h("table", { class: "cards" }, h("thead", {}, head), h("tbody", {}, ...rows));
  return h(
    "section",
    { class: "summary", "aria-label": "Summary" },
    h("h2", {}, "Summary"),
    table,
    missing(groups, used),
  );
}

function row(group: GroupData, used: readonly Column[], context: Context): HTMLElement {
  const { colour, dash } = context.style(group);
  const name = h("th", { scope: "row" }, swatch(colour, dash), group.name);
  const cells = used.map((column) => {
    const value = column.of(group);
    const attributes: Record<string, string> = { "data-label": column.title };
    if (isBest(group, column, context.data.groups)) attributes["class"] = "best";
    return h("td", attributes, value === null ? NONE : column.format(value));
  });
  return h("tr", {}, name, ...cells);
}

/** Better than every other group that does the same; alone nothing is best. */
function isBest(group: GroupData, { of, best }: Column, groups: readonly GroupData[]): boolean {
  const own = of(group);
  const rivals = groups.filter((other) => other !== group && other.op === group.op);
  if (own === null || rivals.length === 0) return false;
  return rivals.every((other) => {
    const value = of(other);
    return value === null || (best === "most" ? own > value : own < value);
  });
}

function missing(groups: readonly GroupData[], used: readonly Column[]): HTMLElement | null {
  const isMissing = used.some(({ of }) => groups.some((group) => of(group) === null));
  if (!isMissing) return null;
  return h("p", {}, `${NONE} too few I/Os to carry the figure, or not measured`);
}
