// The heat map of latencies over time: what a percentile hides (two humps, stalls, a drifting body) is seen here.
import { latencyAxis } from "../axes.ts";
import { cellPaths } from "../cells.ts";
import type { Chart, ColourScale, Drawing, Table } from "../chart.ts";
import { type Context, only } from "../context.ts";
import { counted, formatCount, formatNs, formatSeconds, tickCount } from "../format.ts";
import { columnsFor, grid, type Panel, panelWidth } from "../grid.ts";
import { inParts, type Part } from "../parts.ts";
import { columnsOf } from "./columns.ts";
import { edgeRange, heatCells, heatPoints, mostOf, type WithHeat } from "./heat-cells.ts";

const MARGIN_LEFT = 54;
const MOST_PANELS = 6;

export function heatCharts(context: Context): Chart[] {
  const groups = context.data.groups.filter(
    (group): group is WithHeat => group.heat?.cells.some((column) => column.length > 0) ?? false,
  );
  const most = groups.reduce((high, group) => Math.max(high, mostOf(group)), 1);
  const name = { id: "heat", title: "Latency heat map" };
  return inParts(groups, MOST_PANELS, name, (some, part) => chart(some, context, most, part));
}

function chart(groups: readonly WithHeat[], context: Context, most: number, part: Part): Chart {
  const [unit] = groups.map(({ heat }) => columnsOf(heat, context).unit);
  return {
    ...part,
    caption:
      `Each column is one ${unit}, each row a 5% step of latency; the stronger the colour, the more I/Os ` +
      "(by the square root, so that single slow ones are seen).",
    notes: [],
    summary: `Heat map of latencies over time. ${groups.map(inWords).join("; ")}.`,
    sources: context.sources(groups),
    legend: groups.map(context.entry),
    scale: scaleTo(most),
    draw: (width, shown) => draw(only(groups, shown), context, width, most),
    table: () => table(groups),
  };
}

/** By the square root: a quarter of the I/Os has half of the colour. */
function scaleTo(most: number): ColourScale {
  if (most < 4) return { unit: "I/Os", ticks: [[1, tickCount(most)]] };
  const ticks = [0.25, 0.5].map((share): [number, string] => {
    return [share, tickCount(Math.round(Number((most * share * share).toPrecision(2))))];
  });
  return { unit: "I/Os", ticks: [[0, "1"], ...ticks, [1, tickCount(most)]] };
}

function inWords({ name, heat }: WithHeat): string {
  const [low, high] = edgeRange(heat).map(formatNs);
  return `${name}: ${counted(heat.cells.length, "column")}, latencies from ${low} to ${high}`;
}

function draw(groups: readonly WithHeat[], context: Context, width: number, most: number): Drawing {
  const columns = groups.length === 1 ? 1 : columnsFor(width, 320, 2);
  const each = panelWidth(width, columns);
  const ranges = groups.map(({ heat }) => edgeRange(heat));
  const domain: [number, number] = [
    Math.min(...ranges.map(([low]) => low)),
    Math.max(...ranges.map(([, high]) => high)),
  ];
  const inner = innerHeight(domain, groups.length === 1 ? 280 : 180);
  const panels = groups.map((group) => ({
    ...panel(group, context, domain, each, inner, most),
    ...context.heading(group),
  }));
  return grid(panels, width, columns);
}

/** A whole number of pixels for each row, near the wanted height: then all rows are equally high. */
function innerHeight([low, high]: readonly [number, number], wanted: number): number {
  const rows = Math.max(1, Math.round(Math.log(high / low) / Math.log(1.05)));
  return rows * Math.max(1, Math.round(wanted / rows));
}

function panel(
  group: WithHeat,
  context: Context,
  domain: [number, number],
  width: number,
  inner: number,
  most: number,
): Panel {
  const columns = columnsOf(group.heat, context);
  return {
    height: inner + 8 + columns.margin,
    margin: [8, 12, columns.margin, MARGIN_LEFT],
    x: { domain: columns.domain },
    y: { type: "log", domain },
    marks: [latencyAxis(domain, inner), columns.axis(width - MARGIN_LEFT - 12)],
    over: (scales) => cellPaths(heatCells(group, columns, scales, most)),
    points: (scales) => heatPoints(group, columns, scales),
  };
}

/** Columns by their I/Os, and where most of them lie: cells would be a table of thousands. */
function table(groups: readonly WithHeat[]): Table {
  return {
    head: ["Group", "from", "to", "I/Os", "most frequent latency", "slowest row"],
    rows: groups.flatMap(({ name, heat }) => heat.cells.map((_, index) => row(name, heat, index))),
  };
}

function row(name: string, { startS, endS, edgesNs, cells }: WithHeat["heat"], index: number) {
  const column = cells[index] ?? [];
  const all = column.reduce((sum, [, count]) => sum + count, 0);
  const peak = column.reduce(
    (best, cell) => (cell[1] > best[1] ? cell : best),
    column[0] ?? [0, 0],
  );
  const last = column.at(-1)?.[0] ?? 0;
  return [
    name,
    ...[startS, endS].map((times) => formatSeconds(times[index] ?? 0)),
    formatCount(all),
    ...[peak[0], last].map((step) => formatNs(edgesNs[step] ?? 0)),
  ];
}
