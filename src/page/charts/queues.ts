// Whether a controller treats its queues alike: IOPS and p99 of each, and how equal the shares are.
import * as Plot from "@observablehq/plot";
import type { GroupData, QueueData } from "../../html/report-data.ts";
import { xAxis, yAxis } from "../axes.ts";
import type { Chart, Drawing, Point } from "../chart.ts";
import { type Context, only } from "../context.ts";
import { formatCount, formatNs, NONE, orNone, tickCount, tickNs } from "../format.ts";
import { columnsFor, grid, type Panel, panelWidth, type Scales } from "../grid.ts";
import { inParts, type Part } from "../parts.ts";
import { shortened, widest } from "../text.ts";
import { linearTicks } from "../ticks.ts";

const HEIGHT = 132;
const MARGIN_LEFT = 54;
const MOST_GROUPS = 4;

export function queueCharts(context: Context): Chart[] {
  const groups = context.data.groups.filter(({ queues }) => queues.length > 1);
  const title = context.isLive ? "Queues in the last sample" : "Fairness among queues";
  return inParts(groups, MOST_GROUPS, { id: "queues", title }, (some, part) =>
    chart(some, context, part),
  );
}

function chart(groups: readonly GroupData[], context: Context, part: Part): Chart {
  const notes = groups.map((group) => ({ about: group.name, text: fairness(group) }));
  return {
    ...part,
    caption:
      "IOPS and p99 of each queue: bars of one height are a fair controller. Jain's index is 1 when all " +
      "queues get the same, and 1/n when one of n gets everything.",
    notes,
    summary: `IOPS and p99 of each queue. ${notes.map(({ about, text }) => `${about}: ${text}`).join(" ")}`,
    sources: context.sources(groups),
    legend: groups.map(context.entry),
    scale: null,
    draw: (width, shown) => draw(only(groups, shown), context, width),
    table: () => table(groups),
  };
}

/** Jain's fairness index of shares: (sum)^2 / (n * sum of squares); 1 also when all are 0. */
export function jainIndex(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}

function fairness({ queues }: GroupData): string {
  const rated = queues.filter(
    (queue): queue is QueueData & { iops: number } => queue.iops !== null,
  );
  if (rated.length < 2) return "the queues' IOPS were not kept.";
  const slowest = rated.reduce((least, queue) => (queue.iops < least.iops ? queue : least));
  const fastest = rated.reduce((most, queue) => (queue.iops > most.iops ? queue : most));
  const ratio = fastest.iops > 0 ? slowest.iops / fastest.iops : 1;
  const jain = jainIndex(rated.map(({ iops }) => iops));
  return (
    `${slowest.name} has the fewest IOPS (${formatCount(Math.round(slowest.iops))}), ` +
    `${ratio.toFixed(2)} of ${fastest.name}'s, the most (${formatCount(Math.round(fastest.iops))}); ` +
    `Jain's index ${jain.toFixed(3)}.`
  );
}

interface Figure {
  readonly name: string;
  readonly of: (queue: QueueData) => number | null;
  readonly format: (value: number) => string;
  readonly tick: (value: number) => string;
}

const figures: readonly Figure[] = [
  { name: "IOPS", of: ({ iops }) => iops, format: formatCount, tick: tickCount },
  { name: "p99", of: ({ p99 }) => p99, format: formatNs, tick: tickNs },
];

function draw(groups: readonly GroupData[], context: Context, width: number): Drawing {
  const kept = figures.filter(({ of }) =>
    groups.some(({ queues }) => queues.some((queue) => of(queue) !== null)),
  );
  const columns = columnsOf(groups, kept.length, width);
  const each = panelWidth(width, columns);
  const panels = groups.flatMap((group) => {
    const isOnly = context.data.groups.length === 1;
    return kept.map((figure) => ({
      ...panel(group, figure, context.style(group).colour, each, highest(groups, figure)),
      title: isOnly ? figure.name : `${group.name}: ${figure.name}`,
    }));
  });
  return grid(panels, width, columns);
}

/** Few queues need little room: then two groups share a row. */
function columnsOf(groups: readonly GroupData[], figures: number, width: number): number {
  const most = Math.max(...groups.map(({ queues }) => queues.length));
  const least = Math.min(300, 150 + most * 14);
  const columns = columnsFor(width, least, figures * Math.min(2, groups.length));
  return columns > figures ? columns - (columns % figures) : columns;
}

/** One scale for all groups, so that their bars can be compared. */
function highest(groups: readonly GroupData[], { of }: Figure): number {
  return Math.max(1e-9, ...groups.flatMap(({ queues }) => queues.map((queue) => of(queue) ?? 0)));
}

function panel(
  { queues }: GroupData,
  figure: Figure,
  colour: string,
  width: number,
  high: number,
): Panel {
  const keys = queues.map((_, index) => String(index));
  const inner = width - MARGIN_LEFT - 8;
  const room = Math.min(widest(queues.map(({ name }) => name)), inner / 3);
  const stride = 2 ** Math.max(0, Math.ceil(Math.log2((queues.length * (room + 10)) / inner)));
  const ticks = linearTicks(0, high * 1.05, 4);
  return {
    height: HEIGHT,
    margin: [8, 8, 26, MARGIN_LEFT],
    x: { type: "band", domain: keys, padding: paddingFor(queues.length, inner), round: false },
    y: { domain: [0, high * 1.05] },
    marks: [
      yAxis({ ticks, format: figure.tick }),
      xAxis({
        ticks: keys.filter((_, index) => index % stride === 0),
        format: (key) => shortened(queues[Number(key)]?.name ?? "", room),
      }),
      Plot.barY(queues, {
        x: keys,
        y: queues.map((queue) => figure.of(queue) ?? 0),
        fill: colour,
      }),
    ],
    points: (scales) => queues.map((queue, index) => point(queue, index, figure, scales)),
  };
}

/** Bars of at most 36 pixels; of many thin ones with hardly a gap. */
function paddingFor(bars: number, width: number): number {
  const step = width / bars;
  return Math.max(bars > 40 ? 0.1 : 0.25, 1 - 36 / step);
}

function point(queue: QueueData, index: number, figure: Figure, scales: Scales): Point {
  const top = scales.y(figure.of(queue) ?? 0);
  return {
    x: scales.x(String(index)) + scales.bandX / 2,
    y: (top + scales.bottom) / 2,
    width: scales.bandX,
    height: scales.bottom - top,
    series: figure.name,
    tip: () => ({
      heading: queue.cpu === null ? queue.name : `${queue.name}, CPU ${queue.cpu}`,
      rows: [
        { label: "IOPS", value: orNone(queue.iops, formatCount), strong: figure.name === "IOPS" },
        { label: "p50", value: orNone(queue.p50, formatNs) },
        { label: "p99", value: orNone(queue.p99, formatNs), strong: figure.name === "p99" },
        { label: "max", value: orNone(queue.max, formatNs) },
        { label: "I/Os", value: formatCount(queue.ios) },
      ],
    }),
  };
}

function table(groups: readonly GroupData[]) {
  return {
    head: ["Queue", "group", "CPU", "I/Os", "IOPS", "p50", "p99", "max"],
    rows: groups.flatMap(({ name, queues }) =>
      queues.map((queue) => [
        queue.name,
        name,
        queue.cpu === null ? NONE : String(queue.cpu),
        formatCount(queue.ios),
        orNone(queue.iops, formatCount),
        orNone(queue.p50, formatNs),
        orNone(queue.p99, formatNs),
        orNone(queue.max, formatNs),
      ]),
    ),
  };
}
