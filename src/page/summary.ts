// All groups in figures, a row for each. Bold is only what the intervals of a comparison show to be better than every
// other setting; a legend says so.
import type { GroupData, ReportData } from "../html/report-data.ts";
import type { Context } from "./context.ts";
import { type Child, h } from "./dom.ts";
import { formatCount, formatMiBps, formatNs, NONE } from "./format.ts";
import { swatch } from "./legend.ts";

interface Column {
  readonly title: string;
  readonly hint: string;
  readonly of: (group: GroupData) => number | null;
  readonly format: (value: number, group: GroupData) => string;
  /** Only where it is more than 0 somewhere. */
  readonly isRare?: boolean;
  /** What comparisons call it. */
  readonly pair?: string;
}

/** Up to so many settings of one result there is room for large figures. */
const LARGE_ROWS = 6;
/** Of more settings the first are shown, and the others when somebody asks. */
const MOST_ROWS = 20;
const MOST_OPEN = 16;

const rate = (value: number) => formatCount(value < 9999.5 ? Math.round(value) : value);

const columns: readonly Column[] = [
  { title: "IOPS", hint: "I/Os per second", of: ({ iops }) => iops, format: rate, pair: "IOPS" },
  {
    title: "MiB/s",
    hint: "throughput",
    of: ({ bytesPerSecond }) => bytesPerSecond,
    format: formatMiBps,
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
    pair: "CPU per I/O",
  },
  {
    title: "drained",
    hint: "in flight at the end, and the longest wait for them: they are in the latencies and in no rate",
    of: ({ drained }) => drained.ios,
    format: (ios, { drained: { longestNs } }) =>
      ios > 0 && longestNs !== null
        ? `${formatCount(ios)} in ${formatNs(longestNs)}`
        : formatCount(ios),
    isRare: true,
  },
];

function latency(title: string, key: keyof GroupData["latencyNs"]): Column {
  const hint = title === "mean" || title === "max" ? `${title} latency` : `latency, ${title}`;
  return { title, hint, of: ({ latencyNs }) => latencyNs[key], format: formatNs, pair: title };
}

/** A section with the table of groups. */
export function summary(context: Context): HTMLElement {
  const { groups } = context.data;
  const used = columns.filter((column) => groups.some((group) => isWorth(column, group)));
  const head = h("tr", {}, h("th", { scope: "col" }, ""));
  head.append(...used.map(({ title, hint }) => h("th", { scope: "col", title: hint }, title)));
  const rows = groups.map((group) => row(group, used, context));
  const first = rows.slice(0, rows.length > MOST_ROWS ? MOST_OPEN : MOST_ROWS);
  const others = rows.slice(first.length);
  const table = (some: readonly HTMLElement[]) =>
    h("table", { class: "cards" }, h("thead", {}, head.cloneNode(true)), h("tbody", {}, ...some));
  const more = h("summary", {}, `${others.length} more of ${rows.length}`);
  const isLarge = rows.length <= LARGE_ROWS && context.data.results.length < 2;
  const size = isLarge ? "large" : "dense";
  return h(
    "section",
    { class: `summary ${size}`, "aria-label": "Summary" },
    table(first),
    others.length > 0 ? h("details", {}, more, table(others)) : null,
    legend(context.data, used),
  );
}

function row(group: GroupData, used: readonly Column[], context: Context): HTMLElement {
  const name = h("th", { scope: "row" }, swatch(context.style(group)), group.name);
  const cells = used.map((column) => {
    const value = column.of(group);
    const attributes: Record<string, string> = { "data-label": column.title };
    if (isBest(group, column)) attributes["class"] = "best";
    return h("td", attributes, value === null ? NONE : column.format(value, group));
  });
  return h("tr", {}, name, ...cells);
}

function isWorth({ of, isRare }: Column, group: GroupData): boolean {
  const value = of(group);
  return value !== null && (isRare !== true || value > 0);
}

/** As the intervals allow it: figures of all settings that only look better are not. */
function isBest({ best }: GroupData, { pair }: Column): boolean {
  return pair !== undefined && best.includes(pair);
}

/** What bold means, where something may be bold, and what a dash stands for. */
function legend({ groups, pairs }: ReportData, used: readonly Column[]): HTMLElement | null {
  const isMissing = used.some(({ of }) => groups.some((group) => of(group) === null));
  const hasBest = used.some((column) => groups.some((group) => isBest(group, column)));
  const bold = h("b", {}, "bold");
  const texts: Child[][] = [
    ...(hasBest
      ? [[bold, " better than every other setting of its comparison, as the 95% intervals show"]]
      : []),
    ...(pairs.length > 0 && !hasBest
      ? [["nothing is bold: no setting is shown to be better than every other in any figure"]]
      : []),
    ...(isMissing ? [[`${NONE} too few I/Os to carry the figure, or not measured`]] : []),
  ];
  if (texts.length === 0) return null;
  return h("p", { class: "legend-of-figures" }, ...texts.map((parts) => h("span", {}, ...parts)));
}
