// Percentile curves: how slow the slowest of ten, of a hundred, of a thousand … I/Os were.
import * as Plot from "@observablehq/plot";
import type { GroupData, PercentileCurve } from "../../html/report-data.ts";
import { latencyAxis, xAxis } from "../axes.ts";
import type { Chart, Drawing, Point, TipRow } from "../chart.ts";
import { type Context, only } from "../context.ts";
import { formatNs, NONE, percentileName, percentLabel } from "../format.ts";
import { columnsFor, grid, type Panel, panelWidth, type Scales } from "../grid.ts";
import { type EndLabel, endLabels, labelMargin, MOST_LABELS } from "../labels.ts";
import { textWidth } from "../text.ts";
import { logDomain, ninesTicks } from "../ticks.ts";

const HEIGHT = 380;
const LOW_HEIGHT = 300;
const MOST_PANELS = 10;
/** What a page of paper has for the panels. */
const PAGE = 760;
const MARGIN_LEFT = 54;
const MEDIAN_ROOM = 36;

export function percentileChart(context: Context): Chart[] {
  const groups = context.data.groups.filter(({ percentiles }) => percentiles.ns.length > 1);
  if (groups.length === 0) return [];
  return [
    {
      id: "percentiles",
      title: "Latency by percentile",
      caption:
        "Each step to the right is one more nine: at 99.9%, one I/O in a thousand took longer than the curve. " +
        "Lower is better; a curve ends where its I/Os are too few to carry the next percentile.",
      notes: [],
      summary: summary(groups),
      sources: context.sources(groups),
      legend: groups.map(context.entry),
      scale: null,
      draw: (width, shown) => draw(groups, only(groups, shown), context, width),
      table: () => table(groups),
    },
  ];
}

function summary(groups: readonly GroupData[]): string {
  const each = groups.map(({ name, latencyNs: { p50, p99 } }) => {
    return `${name} p50 ${p50 === null ? NONE : formatNs(p50)}, p99 ${p99 === null ? NONE : formatNs(p99)}`;
  });
  return `Latency by percentile. ${each.join("; ")}.`;
}

/** One panel, or of more curves than can be named at their ends one for each mode, or depth. */
function draw(
  all: readonly GroupData[],
  visible: readonly GroupData[],
  context: Context,
  width: number,
): Drawing {
  const split = splitOf(all);
  const extent = extentOf(visible);
  if (!split) return grid([panel(visible, context, width, extent, HEIGHT, "")], width);
  const titles = [...new Set(visible.map(split))];
  const columns = columnsFor(width, 320, titles.length > 1 ? 2 : 1);
  const each = panelWidth(width, columns);
  // two columns of them fit a page of paper
  const rows = Math.ceil(titles.length / 2);
  const height = Math.min(LOW_HEIGHT, Math.floor(PAGE / rows) - 32);
  const panels = titles.map((title) => {
    const own = visible.filter((group) => split(group) === title);
    return { ...panel(own, context, each, extent, height, title), title };
  });
  return grid(panels, width, columns);
}

/** What the panels are about; undefined for one panel of all. */
function splitOf(groups: readonly GroupData[]): ((group: GroupData) => string) | undefined {
  if (groups.length <= MOST_LABELS) return undefined;
  const parts = [({ mode }: GroupData) => mode, ({ iodepth }: GroupData) => `qd${iodepth}`];
  return parts.find((part) => {
    const { size } = new Set(groups.map(part));
    return size > 1 && size <= MOST_PANELS;
  });
}

/** The axes of all panels, so that their curves can be compared. */
interface Extent {
  readonly domain: [number, number];
  readonly high: number;
}

function extentOf(groups: readonly GroupData[]): Extent {
  return {
    domain: logDomain(groups.flatMap(({ percentiles }) => percentiles.ns)) ?? [1, 10],
    high: Math.max(10, ...groups.map(({ percentiles }) => percentiles.oneOver.at(-1) ?? 1)),
  };
}

/** What a curve is called in a panel whose title says a part of it. */
function nameIn(title: string, { name }: GroupData): string {
  const words = name.split(" ").filter((word) => word !== title);
  return words.join(" ") || name;
}

function panel(
  groups: readonly GroupData[],
  context: Context,
  width: number,
  { domain, high }: Extent,
  height: number,
  title: string,
): Panel {
  const widestTick = textWidth(percentLabel(10 ** Math.floor(Math.log10(high))));
  const names = groups.map((group) => nameIn(title, group));
  // The last percentile may stand at the very end.
  const room = Math.max(labelMargin(names, width / 5), Math.ceil(widestTick / 2));
  const inner = width - MARGIN_LEFT - room;
  // Between 0 and 50 % there is less room than between two nines.
  const hasMedian = (Math.log10(2) / Math.log10(high)) * inner > MEDIAN_ROOM;
  const ticks = ninesTicks(high, Math.floor(inner / (widestTick + 8)), hasMedian);
  return {
    height,
    margin: [26, room, 42, MARGIN_LEFT],
    x: { type: "log", domain: [1, high * 1.02] },
    y: { type: "log", domain },
    marks: [
      latencyAxis(domain, height - 68, "latency"),
      xAxis({ ticks, format: percentLabel, label: "share of I/Os that are faster" }),
      ...groups.map((group) => line(group, context)),
    ],
    over: (scales) => endLabels(ends(groups, context, scales, title), scales, room),
    points: (scales) => groups.flatMap((group) => points(group, groups, context, scales)),
  };
}

function line(group: GroupData, context: Context): Plot.Markish {
  const { oneOver, ns } = group.percentiles;
  const { colour, dash, opacity } = context.style(group);
  return Plot.line(oneOver, {
    x: oneOver,
    y: ns,
    stroke: colour,
    strokeWidth: 2,
    strokeDasharray: dash || "none",
    strokeOpacity: opacity,
    ariaLabel: () => group.name,
  });
}

function ends(
  groups: readonly GroupData[],
  context: Context,
  { x, y }: Scales,
  title: string,
): EndLabel[] {
  return groups.map((group) => ({
    x: x(group.percentiles.oneOver.at(-1)!),
    y: y(group.percentiles.ns.at(-1)!),
    text: nameIn(title, group),
    colour: context.style(group).colour,
  }));
}

function points(
  group: GroupData,
  groups: readonly GroupData[],
  context: Context,
  { x, y }: Scales,
): Point[] {
  return group.percentiles.oneOver.map((oneOver, index) => ({
    x: x(oneOver),
    y: y(group.percentiles.ns[index]!),
    series: group.id,
    tip: () => ({
      heading: percentileName(oneOver),
      rows: groups.map((other): TipRow => {
        const ns = latencyAt(other.percentiles, oneOver);
        return {
          label: other.name,
          value: ns === null ? NONE : formatNs(ns),
          colour: context.style(other).colour,
          strong: other === group && groups.length > 1,
        };
      }),
    }),
  }));
}

/** Of the curve at a percentile: that of its nearest point below, null beyond its end. */
export function latencyAt({ oneOver, ns }: PercentileCurve, at: number): number | null {
  const slack = 1 + 1e-9;
  if (at > (oneOver.at(-1) ?? 0) * slack) return null;
  const index = oneOver.findLastIndex((value) => value <= at * slack);
  return ns[index] ?? null;
}

function table(groups: readonly GroupData[]) {
  const rungs = [1, 2, 4, 10, 20, 100, 1e3, 1e4, 1e5, 1e6];
  const head = ["I/Os faster", ...groups.map(({ name }) => name)];
  const rows = rungs.map((at) => {
    const values = groups.map(({ percentiles }) => latencyAt(percentiles, at));
    return { at, values };
  });
  return {
    head,
    rows: rows
      .filter(({ values }) => values.some((ns) => ns !== null))
      .map(({ at, values }) => [
        percentLabel(at),
        ...values.map((ns) => (ns === null ? NONE : formatNs(ns))),
      ]),
  };
}
