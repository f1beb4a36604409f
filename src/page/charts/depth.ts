// What more commands in flight bring: IOPS and latency against depth, a curve for each mode.
import * as Plot from "@observablehq/plot";
import type { GroupData } from "../../html/report-data.ts";
import { latencyAxis, xAxis, yAxis } from "../axes.ts";
import type { Chart, Drawing, Point, Style } from "../chart.ts";
import type { Context } from "../context.ts";
import { counted, formatCount, formatNs, orNone, tickCount } from "../format.ts";
import { columnsFor, grid, type Panel, panelWidth, type Scales } from "../grid.ts";
import { type EndLabel, endLabels, labelMargin } from "../labels.ts";
import { groupStyles, withoutDepth } from "../styles.ts";
import { linearTicks, logDomain } from "../ticks.ts";

const MARGIN_LEFT = 54;
const HEIGHT = 240;

/** Groups that differ in nothing but their depth. */
interface Curve {
  readonly name: string;
  readonly style: Style;
  readonly groups: readonly GroupData[];
}

interface Figure {
  readonly name: string;
  readonly isLatency: boolean;
  readonly of: (group: GroupData) => number | null;
}

const figures: readonly Figure[] = [
  { name: "IOPS", isLatency: false, of: ({ iops }) => iops },
  { name: "p50", isLatency: true, of: ({ latencyNs }) => latencyNs.p50 },
  { name: "p99", isLatency: true, of: ({ latencyNs }) => latencyNs.p99 },
];

export function depthChart(context: Context): Chart[] {
  const curves = curvesOf(context);
  if (curves.length === 0) return [];
  const groups = curves.flatMap((curve) => curve.groups);
  return [
    {
      id: "depth",
      title: "IOPS and latency by depth",
      caption:
        "One curve for each mode over the commands in flight on each queue (iodepth): where IOPS stop rising, " +
        "more depth only adds latency.",
      notes: [],
      summary: summary(curves),
      sources: context.sources(groups),
      legend: curves.map(({ name, style }) => ({ key: name, name, style })),
      scale: null,
      draw: (width, shown) =>
        draw(
          curves.filter(({ name }) => shown.has(name)),
          width,
        ),
      table: () => table(curves),
    },
  ];
}

/** Curves with at least two depths. */
function curvesOf({ data }: Context): Curve[] {
  const byName = new Map<string, GroupData[]>();
  for (const group of data.groups) {
    const name = withoutDepth(group);
    byName.set(name, [...(byName.get(name) ?? []), group]);
  }
  const several = [...byName].filter(([, all]) => new Set(all.map((g) => g.iodepth)).size > 1);
  // the curve of a mode has its colour; where a mode has several, they differ in their dashes
  const styles = groupStyles(
    several.map(([id, all]) => ({ ...all[0]!, id, name: id, iodepth: 0 })),
  );
  return several.map(([name, all]) => ({
    name,
    style: styles.get(name)!,
    groups: [...all].sort((a, b) => a.iodepth - b.iodepth),
  }));
}

function summary(curves: readonly Curve[]): string {
  const each = curves.map(({ name, groups }) => {
    const depths = groups.map(({ iodepth }) => iodepth).join(", ");
    return `${name} at depths ${depths}`;
  });
  return `IOPS and latency by depth, ${counted(curves.length, "curve")}: ${each.join("; ")}.`;
}

function draw(curves: readonly Curve[], width: number): Drawing {
  const columns = columnsFor(width, 260, 3);
  const each = panelWidth(width, columns);
  const panels = figures.flatMap((figure): Panel[] => {
    const values = curves.flatMap(({ groups }) => groups.map(figure.of));
    return values.some((value) => value !== null) ? [panel(curves, figure, each)] : [];
  });
  return grid(panels, width, columns);
}

function panel(curves: readonly Curve[], figure: Figure, width: number): Panel {
  const depths = [...new Set(curves.flatMap(({ groups }) => groups.map((g) => g.iodepth)))];
  const [low, high] = [Math.min(...depths), Math.max(...depths)];
  const y = yScale(curves, figure);
  const room = labelMargin(
    curves.map(({ name }) => name),
    width / 3,
  );
  return {
    title: figure.name,
    height: HEIGHT,
    margin: [8, room, 42, MARGIN_LEFT],
    x: { type: "log", base: 2, domain: [low / 1.15, high * 1.15] },
    y: y.scale,
    marks: [
      y.axis,
      xAxis({ ticks: thinned(depths, low, high, width - room), format: String, label: "iodepth" }),
      ...curves.flatMap((curve) => line(curve, figure)),
    ],
    over: (scales) => endLabels(ends(curves, figure, scales), scales, room),
    points: (scales) => curves.flatMap((curve) => points(curve, figure, scales)),
  };
}

/** Where the curves end: at the deepest that carries the figure. */
function ends(curves: readonly Curve[], { of }: Figure, { x, y }: Scales): EndLabel[] {
  return curves.flatMap(({ groups, name, style }): EndLabel[] => {
    const last = groups.findLast((group) => of(group) !== null);
    if (!last) return [];
    const place = { x: x(last.iodepth) + 2, y: y(of(last)!) };
    return [{ ...place, text: name, colour: style.colour }];
  });
}

function yScale(curves: readonly Curve[], { isLatency, of }: Figure) {
  const values = curves.flatMap(({ groups }) => groups.map((group) => of(group) ?? 0));
  if (isLatency) {
    const domain = logDomain(values) ?? ([1, 10] as [number, number]);
    return { scale: { type: "log", domain } as const, axis: latencyAxis(domain, HEIGHT - 50) };
  }
  const high = Math.max(...values) * 1.06;
  const axis = yAxis({ ticks: linearTicks(0, high, 6), format: tickCount });
  return { scale: { domain: [0, high] }, axis };
}

/** Depths that are far enough apart to be written. */
function thinned(depths: readonly number[], low: number, high: number, width: number): number[] {
  const pixels = (width - MARGIN_LEFT) / Math.log2((high * 1.15 ** 2) / low);
  const kept: number[] = [];
  for (const depth of [...depths].sort((a, b) => a - b)) {
    const last = kept.at(-1);
    if (last === undefined || Math.log2(depth / last) * pixels > 26) kept.push(depth);
  }
  return kept;
}

function line({ groups, style, name }: Curve, figure: Figure): Plot.Markish[] {
  const channels = {
    x: groups.map(({ iodepth }) => iodepth),
    y: groups.map((group) => figure.of(group) ?? Number.NaN),
    ariaLabel: () => name,
  };
  const { colour: stroke, dash } = style;
  return [
    Plot.line(groups, { ...channels, stroke, strokeWidth: 2, strokeDasharray: dash || "none" }),
    Plot.dot(groups, { ...channels, fill: stroke, r: 3.5 }),
  ];
}

function points({ groups, style, name }: Curve, figure: Figure, { x, y }: Scales): Point[] {
  return groups.flatMap((group): Point[] => {
    const value = figure.of(group);
    if (value === null) return [];
    const tip = () => ({
      heading: `${name}, iodepth ${group.iodepth}`,
      rows: figures.map((other) => ({
        label: other.name,
        value: orNone(other.of(group), other.isLatency ? formatNs : formatCount),
        strong: other === figure,
        ...(other === figure && { colour: style.colour }),
      })),
    });
    return [{ x: x(group.iodepth), y: y(value), series: name, tip }];
  });
}

function table(curves: readonly Curve[]) {
  return {
    head: ["Curve", "iodepth", ...figures.map(({ name }) => name)],
    rows: curves.flatMap(({ name, groups }) =>
      groups.map((group) => [
        name,
        String(group.iodepth),
        ...figures.map(({ of, isLatency }) =>
          orNone(of(group), isLatency ? formatNs : formatCount),
        ),
      ]),
    ),
  };
}
