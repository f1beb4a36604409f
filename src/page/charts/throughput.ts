// IOPS over time; MiB/s are the same curves on the axis to the right, or plots of their own.
import * as Plot from "@observablehq/plot";
import { yAxis } from "../axes.ts";
import type { Chart, Point } from "../chart.ts";
import { type Context, only } from "../context.ts";
import { formatCount, formatRate, formatSeconds, NONE, tickCount } from "../format.ts";
import { grid, type Panel, type Scales } from "../grid.ts";
import { type EndLabel, endLabels, labelMargin } from "../labels.ts";
import { linearTicks } from "../ticks.ts";
import {
  columnName,
  dotRadius,
  lineOf,
  middle,
  timeAxis,
  timeDomain,
  type WithSeries,
  withSeries,
} from "./time.ts";

const MIB = 1024 ** 2;
const HEIGHT = 270;
const MARGIN_LEFT = 54;

export function throughputChart(context: Context): Chart[] {
  const groups = withSeries(context.data.groups);
  if (groups.length === 0) return [];
  return [
    {
      id: "iops",
      title: "IOPS and MiB/s over time",
      caption: caption(groups, context),
      notes: [],
      summary: summary(groups),
      sources: context.sources(groups),
      legend: groups.map(context.entry),
      scale: null,
      draw: (width, shown) => {
        const visible = only(groups, shown);
        return grid(panels(visible, context, width), width);
      },
      table: () => table(groups),
    },
  ];
}

function caption(groups: readonly WithSeries[], context: Context): string {
  const unit = columnName(groups, context);
  const what =
    unit === "block"
      ? "Each dot is one block; the modes took turns, so no line joins the blocks of one."
      : `One point for each ${unit}; dips are stalls, a slope is drift.`;
  return `${what} The axes begin at zero.`;
}

function summary(groups: readonly WithSeries[]): string {
  const each = groups.map(({ name, series: { iops } }) => {
    const [low, high] = [Math.min(...iops), Math.max(...iops)];
    return `${name} from ${formatCount(low)} to ${formatCount(high)} IOPS`;
  });
  return `IOPS over time. ${each.join("; ")}.`;
}

/** One panel with two axes where all I/Os have one size; else a panel each. */
function panels(groups: readonly WithSeries[], context: Context, width: number): Panel[] {
  const sizes = new Set(groups.map(({ bs }) => bs));
  if (sizes.size === 1) return [panel(groups, context, width, () => 1, [...sizes][0])];
  const mib = (group: WithSeries) => group.bs / MIB;
  return [
    { ...panel(groups, context, width, () => 1), title: "IOPS" },
    { ...panel(groups, context, width, mib), title: "MiB/s" },
  ];
}

type Factor = (group: WithSeries) => number;

function panel(
  groups: readonly WithSeries[],
  context: Context,
  width: number,
  factor: Factor,
  bs?: number,
): Panel {
  const time = timeDomain(groups.map(({ series }) => series));
  const high = Math.max(
    1e-9,
    ...groups.flatMap((group) => group.series.iops.map((v) => v * factor(group))),
  );
  const names = labelMargin(
    groups.map(({ name }) => name),
    bs === undefined ? width / 5 : 0,
  );
  const right = bs === undefined ? names : 58;
  const ticks = linearTicks(0, high * 1.06, 7);
  return {
    height: HEIGHT,
    margin: [26, right, 28, MARGIN_LEFT],
    x: { domain: time },
    y: { domain: [0, high * 1.06] },
    marks: [
      yAxis({ ticks, format: tickCount, label: bs === undefined ? "" : "IOPS" }),
      bs === undefined ? null : mibAxis(high * 1.06, bs),
      timeAxis(time, width - MARGIN_LEFT - right),
      ...groups.flatMap((group) => curve(group, context, factor, dotRadius(groups))),
    ],
    over: (scales) =>
      bs === undefined ? endLabels(ends(groups, context, scales, factor), scales, right) : [],
    points: (scales) => groups.flatMap((group) => points(group, context, scales, factor)),
  };
}

function mibAxis(high: number, bs: number): Plot.Markish {
  const ticks = linearTicks(0, (high * bs) / MIB, 7).map((mib) => (mib * MIB) / bs);
  return Plot.axisY(ticks, {
    anchor: "right",
    fill: "var(--ink-2)",
    fontSize: 12,
    tickSize: 0,
    tickPadding: 6,
    text: ticks.map((iops) => tickCount((iops * bs) / MIB)),
    label: "MiB/s",
    labelAnchor: "top",
    labelArrow: "none",
    labelOffset: 54,
  });
}

function curve(
  group: WithSeries,
  context: Context,
  factor: Factor,
  radius: number | null,
): Plot.Markish[] {
  const { series } = group;
  const { colour, dash, opacity: strokeOpacity } = context.style(group);
  const { x, y } = lineOf(
    series,
    series.iops.map((value) => value * factor(group)),
  );
  const channels = { x, y, ariaLabel: () => group.name };
  const strokeDasharray = dash || "none";
  return [
    Plot.line(x, {
      ...channels,
      stroke: colour,
      strokeWidth: 1.75,
      strokeDasharray,
      strokeOpacity,
    }),
    radius === null
      ? null
      : Plot.dot(x, { ...channels, fill: colour, fillOpacity: strokeOpacity, r: radius }),
  ];
}

function ends(
  groups: readonly WithSeries[],
  context: Context,
  { x, y }: Scales,
  factor: Factor,
): EndLabel[] {
  return groups.map((group) => ({
    x: x(middle(group.series, group.series.endS.length - 1)),
    y: y(group.series.iops.at(-1)! * factor(group)),
    text: group.name,
    colour: context.style(group).colour,
  }));
}

function points(group: WithSeries, context: Context, { x, y }: Scales, factor: Factor): Point[] {
  const { series } = group;
  return series.iops.map((iops, index) => ({
    x: x(middle(series, index)),
    y: y(iops * factor(group)),
    series: group.id,
    tip: () => ({
      heading: `${group.name}, at ${formatSeconds(middle(series, index))}`,
      rows: [
        { label: "IOPS", value: formatCount(iops), colour: context.style(group).colour },
        { label: "throughput", value: formatRate(iops * group.bs) },
        { label: "of", value: formatSeconds(series.lengthS[index] ?? 0) },
      ],
    }),
  }));
}

function table(groups: readonly WithSeries[]) {
  return {
    head: ["Group", "at", "length", "IOPS", "MiB/s"],
    rows: groups.flatMap(({ name, series, bs }) =>
      series.iops.map((iops, index) => [
        name,
        formatSeconds(middle(series, index)),
        formatSeconds(series.lengthS[index] ?? 0),
        formatCount(iops),
        Number.isFinite(bs) ? formatRate(iops * bs).replace(" MiB/s", "") : NONE,
      ]),
    ),
  };
}
