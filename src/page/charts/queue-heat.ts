// Queues over time: a queue that starves for a moment is a faint spot in its row.
import * as Plot from "@observablehq/plot";
import type { QueueData } from "../../html/report-data.ts";
import { cellPaths } from "../cells.ts";
import type { Chart, ColourScale, Drawing, Table } from "../chart.ts";
import { type Context, only } from "../context.ts";
import { counted, formatCount } from "../format.ts";
import { columnsFor, grid, type Panel, panelWidth } from "../grid.ts";
import { inParts, type Part } from "../parts.ts";
import { shortened, widest } from "../text.ts";
import { columnsOf } from "./columns.ts";
import { queueCells, queuePoints, type Range, rangeOf, rowsOf } from "./queue-cells.ts";
import { type WithSeries, withSeries } from "./time.ts";

const MOST_PANELS = 4;

export function queueHeatCharts(context: Context): Chart[] {
  const groups = withSeries(context.data.groups).filter((group) => rowsOf(group).length > 1);
  const range = rangeOf(groups);
  const name = { id: "queue-heat", title: "IOPS of each queue over time" };
  return inParts(groups, MOST_PANELS, name, (some, part) => chart(some, context, range, part));
}

function chart(groups: readonly WithSeries[], context: Context, range: Range, part: Part): Chart {
  const each = groups.map((group) => `${group.name}: ${counted(rowsOf(group).length, "queue")}`);
  return {
    ...part,
    caption:
      "Each row is a queue, each column an interval or block; the stronger the colour, the more IOPS. A faint " +
      "spot is a queue that starved, a faint column a stall of all.",
    notes: [],
    summary: `IOPS of each queue over time. ${each.join("; ")}.`,
    sources: context.sources(groups),
    legend: groups.map(context.entry),
    scale: scaleOf(range),
    draw: (width, shown) => draw(only(groups, shown), context, range, width),
    table: () => table(groups),
  };
}

function scaleOf([low, high]: Range): ColourScale {
  const ticks = [0, 0.5, 1].map((share): [number, string] => {
    return [share, `${Math.round((low + share * (high - low)) * 100)}%`];
  });
  return { unit: "of the mean queue", ticks };
}

function draw(
  groups: readonly WithSeries[],
  context: Context,
  range: Range,
  width: number,
): Drawing {
  const columns = groups.length === 1 ? 1 : columnsFor(width, 320, 2);
  const each = panelWidth(width, columns);
  const panels = groups.map((group) => ({
    ...panel(group, context, range, each),
    ...context.heading(group),
  }));
  return grid(panels, width, columns);
}

function panel(group: WithSeries, context: Context, range: Range, width: number): Panel {
  const rows = rowsOf(group);
  const { endS, lengthS } = group.series;
  const startS = endS.map((end, index) => end - (lengthS[index] ?? 0));
  const columns = columnsOf({ startS, endS }, context);
  const rowHeight = Math.max(5, Math.min(22, Math.round(200 / rows.length)));
  const room = Math.min(widest(rows.map(({ name }) => name)), width * 0.3);
  const left = Math.ceil(room) + 14;
  return {
    height: rows.length * rowHeight + 4 + columns.margin,
    margin: [4, 12, columns.margin, left],
    x: { domain: columns.domain },
    y: { domain: [0, rows.length], reverse: true },
    marks: [names(rows, rowHeight, room), columns.axis(width - left - 12)],
    over: (scales) => cellPaths(queueCells(group, columns, range, scales)),
    points: (scales) => queuePoints(group, columns, scales),
  };
}

/** Every queue's name, or every 2nd, 4th … where rows are low. */
function names(rows: readonly QueueData[], rowHeight: number, room: number): Plot.Markish {
  const stride = 2 ** Math.ceil(Math.log2(Math.max(1, 15 / rowHeight)));
  const named = rows.flatMap(({ name }, index) => (index % stride === 0 ? [{ name, index }] : []));
  return Plot.axisY(
    named.map(({ index }) => index + 0.5),
    {
      ...{ tickSize: 0, tickPadding: 6, fill: "var(--ink-2)", fontSize: 12, label: null },
      text: named.map(({ name }) => shortened(name, room)),
    },
  );
}

/** Queue by queue; every moment would be a table of thousands. */
function table(groups: readonly WithSeries[]): Table {
  return {
    head: ["Queue", "group", "lowest IOPS", "mean IOPS", "highest IOPS"],
    rows: groups.flatMap((group) =>
      rowsOf(group).map(({ name, series }) => {
        const mean = series.reduce((sum, iops) => sum + iops, 0) / series.length;
        const ends = [Math.min(...series), mean, Math.max(...series)];
        return [name, group.name, ...ends.map((iops) => formatCount(Math.round(iops)))];
      }),
    ),
  };
}
