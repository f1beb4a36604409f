// Percentiles over time: of one group all in one plot, of several groups a plot for each percentile.
import * as Plot from "@observablehq/plot";
import { latencyAxis } from "../axes.ts";
import type { Chart, LegendEntry, Point, Style } from "../chart.ts";
import type { Context } from "../context.ts";
import { formatNs, formatSeconds, NONE, orNone } from "../format.ts";
import { columnsFor, grid, type Panel, panelWidth, type Scales } from "../grid.ts";
import { type EndLabel, endLabels, labelMargin } from "../labels.ts";
import { faded } from "../styles.ts";
import { logDomain } from "../ticks.ts";
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

const MARGIN_LEFT = 54;

const figures = [
  { key: "p50", name: "p50" },
  { key: "p99", name: "p99" },
  { key: "p999", name: "p99.9" },
  { key: "max", name: "max" },
] as const;

/** One curve of the chart. */
interface Curve {
  readonly key: string;
  readonly name: string;
  readonly group: WithSeries;
  readonly figure: (typeof figures)[number];
  readonly style: Style;
}

export function latencyTimeChart(context: Context): Chart[] {
  const groups = withSeries(context.data.groups);
  const curves = groups.flatMap((group) => curvesOf(group, groups.length === 1, context));
  if (curves.length === 0) return [];
  const legend = groups.length > 1 ? groups.map(context.entry) : curves.map(entryOf);
  return [
    {
      id: "latency-over-time",
      title: "Latency over time",
      caption: caption(groups, context),
      notes: [],
      summary: summary(groups),
      sources: context.sources(groups),
      legend,
      scale: null,
      draw: (width, shown) =>
        draw(
          curves.filter(({ key }) => shown.has(key)),
          width,
        ),
      table: () => table(groups),
    },
  ];
}

function caption(groups: readonly WithSeries[], context: Context): string {
  const each = columnName(groups, context);
  return (
    `Percentiles of each ${each} by itself, on a log axis: a tail that comes and goes shows here, and not ` +
    "in a percentile of the whole. A curve has gaps where I/Os are too few to carry its percentile" +
    (each === "block" ? ", and no line where the other modes ran." : ".")
  );
}

function entryOf({ key, name, style }: Curve): LegendEntry {
  return { key, name, style };
}

/** The group's percentiles that at least one interval carries. */
function curvesOf(group: WithSeries, isOnly: boolean, context: Context): Curve[] {
  return figures
    .filter(({ key }) => group.series[key].some((ns) => ns !== null))
    .map((figure, index, all) => ({
      key: isOnly ? figure.key : group.id,
      name: isOnly ? figure.name : group.name,
      group,
      figure,
      style: isOnly ? faded(context.style(group), index, all.length) : context.style(group),
    }));
}

function summary(groups: readonly WithSeries[]): string {
  const range = (values: readonly (number | null)[]) => {
    const known = values.filter((ns) => ns !== null);
    return known.length === 0
      ? NONE
      : `${formatNs(Math.min(...known))} to ${formatNs(Math.max(...known))}`;
  };
  const each = groups.map(
    ({ name, series }) => `${name} p50 ${range(series.p50)}, p99 ${range(series.p99)}`,
  );
  return `Latency over time. ${each.join("; ")}.`;
}

function draw(curves: readonly Curve[], width: number) {
  const isOnly =
    new Set(curves.map(({ group }) => group)).size === 1 && curves[0]?.key !== curves[0]?.group.id;
  const time = timeDomain(curves.map(({ group }) => group.series));
  if (isOnly) return grid([panel(curves, time, width, 300, true)], width);
  const columns = columnsFor(width, 320, 2);
  const each = panelWidth(width, columns);
  const panels = figures.flatMap(({ key, name }): Panel[] => {
    const inPanel = curves.filter(({ figure }) => figure.key === key);
    return inPanel.length > 0 ? [{ ...panel(inPanel, time, each, 210, false), title: name }] : [];
  });
  return grid(panels, width, columns);
}

function panel(
  curves: readonly Curve[],
  time: [number, number],
  width: number,
  height: number,
  isLabelled: boolean,
): Panel {
  const domain = logDomain(curves.flatMap(({ group, figure }) => known(group.series[figure.key])));
  const room = isLabelled
    ? labelMargin(
        curves.map(({ name }) => name),
        width / 5,
      )
    : 12;
  const safe = domain ?? [1, 10];
  return {
    height,
    margin: [isLabelled ? 26 : 6, room, 28, MARGIN_LEFT],
    x: { domain: time },
    y: { type: "log", domain: safe },
    marks: [
      latencyAxis(safe, height - 54, isLabelled ? "latency" : undefined),
      timeAxis(time, width - MARGIN_LEFT - room),
      ...curves.flatMap((curve) => line(curve, dotRadius(curves.map(({ group }) => group)))),
    ],
    over: (scales) => (isLabelled ? endLabels(ends(curves, scales), scales, room) : []),
    points: (scales) => curves.flatMap((curve) => points(curve, scales)),
  };
}

function known(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}

function line({ group, figure, style, name }: Curve, radius: number | null): Plot.Markish[] {
  const { x, y } = lineOf(group.series, group.series[figure.key]);
  const channels = { x, y, ariaLabel: () => name };
  const strokeDasharray = style.dash || "none";
  return [
    Plot.line(x, {
      ...channels,
      stroke: style.colour,
      strokeWidth: 1.75,
      strokeDasharray,
      strokeOpacity: style.opacity,
    }),
    radius === null
      ? null
      : Plot.dot(x, { ...channels, fill: style.colour, fillOpacity: style.opacity, r: radius }),
  ];
}

function ends(curves: readonly Curve[], { x, y }: Scales): EndLabel[] {
  return curves.map(({ group: { series }, figure, name, style }) => {
    const last = series[figure.key].findLastIndex((ns) => ns !== null);
    const ns = series[figure.key][last] ?? 1;
    return { x: x(middle(series, last)), y: y(ns), text: name, colour: style.colour };
  });
}

function points({ group, figure, style }: Curve, { x, y }: Scales): Point[] {
  const { series } = group;
  return series[figure.key].flatMap((ns, index): Point[] => {
    if (ns === null) return [];
    const tip = () => ({
      heading: `${group.name}, at ${formatSeconds(middle(series, index))}`,
      rows: figures.map((other) => ({
        label: other.name,
        value: orNone(series[other.key][index] ?? null, formatNs),
        strong: other === figure,
        ...(other === figure && { colour: style.colour }),
      })),
    });
    return [{ x: x(middle(series, index)), y: y(ns), series: `${group.id} ${figure.key}`, tip }];
  });
}

function table(groups: readonly WithSeries[]) {
  return {
    head: ["Group", "at", ...figures.map(({ name }) => name)],
    rows: groups.flatMap(({ name, series }) =>
      series.endS.map((_, index) => [
        name,
        formatSeconds(middle(series, index)),
        ...figures.map(({ key }) => orNone(series[key][index] ?? null, formatNs)),
      ]),
    ),
  };
}
