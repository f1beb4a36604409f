// Where a command's time goes: the mean of each stage, one after the other.
import * as Plot from "@observablehq/plot";
import type { GroupData, StageData } from "../../html/report-data.ts";
import { GRID, xAxis } from "../axes.ts";
import type { Chart, Drawing, Point } from "../chart.ts";
import type { Context } from "../context.ts";
import { s } from "../dom.ts";
import { formatNs, orNone, tickNs } from "../format.ts";
import { grid, type Panel, type Scales } from "../grid.ts";
import { nthStyle } from "../styles.ts";
import { shortened, textWidth, widest } from "../text.ts";
import { linearTicks } from "../ticks.ts";

const ROW = 46;

export function stageChart(context: Context): Chart[] {
  const groups = context.data.groups.filter(({ stages }) =>
    stages.some(({ mean }) => mean !== null),
  );
  if (groups.length === 0) return [];
  const names = [...new Set(groups.flatMap(({ stages }) => stages.map(({ name }) => name)))];
  return [
    {
      id: "stages",
      title: "Stages of a command",
      caption:
        "Mean time in each stage, one after the other, from the building of a command to its completion entry " +
        "being taken. Point at a stage for its percentiles: they do not add up, means do.",
      notes: [],
      summary: summary(groups),
      sources: context.sources(groups),
      legend: names.map((name, index) => ({ key: name, name, style: nthStyle(index) })),
      scale: null,
      draw: (width, shown) => draw(groups, names, shown, width),
      table: () => table(groups),
    },
  ];
}

function summary(groups: readonly GroupData[]): string {
  const each = groups.map(({ name, stages }) => {
    const parts = stages.map((stage) => `${stage.name} ${orNone(stage.mean, formatNs)}`);
    return `${name}: ${parts.join(", ")}`;
  });
  return `Mean time in each stage of a command. ${each.join("; ")}.`;
}

/** A stage's stretch on the bar of its group. */
interface Segment {
  readonly group: GroupData;
  readonly stage: StageData;
  readonly from: number;
  readonly to: number;
  readonly colour: string;
}

function segmentsOf(
  group: GroupData,
  names: readonly string[],
  shown: ReadonlySet<string>,
): Segment[] {
  let from = 0;
  return group.stages
    .filter(({ name, mean }) => shown.has(name) && mean !== null)
    .map((stage) => {
      const to = from + (stage.mean ?? 0);
      const segment = {
        group,
        stage,
        from,
        to,
        colour: nthStyle(names.indexOf(stage.name)).colour,
      };
      from = to;
      return segment;
    });
}

function draw(
  groups: readonly GroupData[],
  names: readonly string[],
  shown: ReadonlySet<string>,
  width: number,
): Drawing {
  const segments = groups.flatMap((group) => segmentsOf(group, names, shown));
  const high = Math.max(1, ...segments.map(({ to }) => to)) * 1.02;
  return grid([panel(groups, segments, high, width)], width);
}

function panel(
  groups: readonly GroupData[],
  segments: readonly Segment[],
  high: number,
  width: number,
): Panel {
  const isOnly = groups.length === 1;
  const room = Math.min(widest(groups.map(({ name }) => name)), Math.floor(width * 0.35));
  const left = isOnly ? 8 : room + 14;
  const ticks = linearTicks(0, high, Math.floor((width - left) / 80));
  const byId = new Map(groups.map((group) => [group.id, group.name]));
  return {
    height: groups.length * ROW + 8 + 42,
    margin: [8, 16, 42, left],
    x: { domain: [0, high] },
    y: { type: "band", domain: groups.map(({ id }) => id), padding: 0.25 },
    marks: [
      Plot.gridX(ticks, { stroke: GRID, strokeOpacity: 1 }),
      isOnly
        ? null
        : Plot.axisY({
            ...{ tickSize: 0, tickPadding: 8, fill: "var(--ink)", label: null },
            tickFormat: (id: string) => shortened(byId.get(id) ?? "", room),
          }),
      xAxis({ ticks, format: tickNs, label: "mean time" }),
    ],
    over: (scales) => segments.flatMap((segment) => bar(segment, scales)),
    points: (scales) => segments.map((segment) => point(segment, scales)),
  };
}

function bar({ group, stage, from, to, colour }: Segment, { x, y, bandY }: Scales): SVGElement[] {
  const [left, width] = [x(from), Math.max(0.5, x(to) - x(from))];
  const rect = s("rect", {
    ...{ x: left, y: y(group.id), width, height: bandY, fill: colour },
    ...{ stroke: "var(--surface)", "stroke-width": Math.min(1, width / 3) },
  });
  const text = [stage.name, `${stage.name} ${formatNs(to - from)}`].findLast(
    (words) => textWidth(words) + 10 < width,
  );
  if (text === undefined) return [rect];
  const place = { x: left + width / 2, y: y(group.id) + bandY / 2, dy: "0.32em" };
  return [rect, s("text", { ...place, fill: on(colour), "font-weight": 500 }, text)];
}

/** Text on a colour: dark or light, as can be read. */
function on(colour: string): string {
  return colour.replace("--s", "--on");
}

function point({ group, stage, from, to, colour }: Segment, { x, y, bandY }: Scales): Point {
  return {
    x: (x(from) + x(to)) / 2,
    y: y(group.id) + bandY / 2,
    width: x(to) - x(from),
    height: bandY,
    series: group.id,
    tip: () => ({
      heading: `${group.name}, ${stage.name}`,
      rows: [
        { label: "mean", value: orNone(stage.mean, formatNs), colour, strong: true },
        { label: "p50", value: orNone(stage.p50, formatNs) },
        { label: "p99", value: orNone(stage.p99, formatNs) },
      ],
    }),
  };
}

function table(groups: readonly GroupData[]) {
  return {
    head: ["Group", "stage", "mean", "p50", "p99"],
    rows: groups.flatMap(({ name, stages }) =>
      stages.map((stage) => [
        name,
        stage.name,
        orNone(stage.mean, formatNs),
        orNone(stage.p50, formatNs),
        orNone(stage.p99, formatNs),
      ]),
    ),
  };
}
