// A row of the plot of two modes: interval, ratio, what it says, and the line at 1 that all rows share.
import type { PairData } from "../../html/report-data.ts";
import type { Point } from "../chart.ts";
import { s } from "../dom.ts";
import { formatRatios, NONE } from "../format.ts";
import type { Scales } from "../grid.ts";
import { differenceOf, isDifference, type Pair, verdictOf } from "./pair-words.ts";

/** A figure with an interval of its ratio: it has a place on the axis. */
export interface Drawn extends PairData {
  readonly ratioCi95: readonly [number, number];
}

/** Where both modes are equal. */
export function unity({ x, top, bottom }: Scales): SVGElement {
  return s("line", {
    ...{ x1: x(1), x2: x(1), y1: top, y2: bottom },
    ...{ stroke: "var(--ink-2)", "stroke-width": 1.5 },
  });
}

/** Line over the interval and dot at the ratio; arrow heads where the axis ends before them. */
export function whisker(row: Drawn, scales: Scales): SVGElement[] {
  const { x, left, right } = scales;
  const y = middleY(row, scales);
  const colour = isDifference(row) ? "var(--ink)" : "var(--muted)";
  const [low = 0, high = 0] = row.ratioCi95.map(x);
  const line = { x1: inside(low, scales), x2: inside(high, scales), y1: y, y2: y };
  const at = x(ratioOf(row));
  return [
    s("line", { ...line, stroke: colour, "stroke-width": 3, "stroke-linecap": "round" }),
    ...(low < left ? [arrow(left, y, -1, colour)] : []),
    ...(high > right ? [arrow(right, y, 1, colour)] : []),
    ...(at >= left && at <= right ? [dot(at, y, colour, isDifference(row))] : []),
  ];
}

function ratioOf({ ratio, ratioCi95: [low, high] }: Drawn): number {
  return ratio ?? Math.sqrt(low * high);
}

function middleY({ title }: Drawn, { y, bandY }: Scales): number {
  return y(title) + bandY / 2;
}

function inside(at: number, { left, right }: Scales): number {
  return Math.max(left, Math.min(right, at));
}

function arrow(x: number, y: number, sign: number, colour: string): SVGElement {
  return s("path", { d: `M${x + sign * 6},${y}l${-sign * 8},-5v10z`, fill: colour });
}

function dot(cx: number, cy: number, colour: string, isFilled: boolean): SVGElement {
  const fill = isFilled ? colour : "var(--surface)";
  return s("circle", { cx, cy, r: 4, stroke: colour, "stroke-width": 2, fill });
}

/** "0.60 to 0.64  lower", right of the plot. */
export function said(row: Drawn, scales: Scales): SVGElement {
  const place = { x: scales.right + 12, y: middleY(row, scales), dy: "0.32em" };
  const fill = isDifference(row) ? "var(--ink)" : "var(--ink-2)";
  const text = `${formatRatios(row.ratioCi95)}  ${verdictOf(row)}`;
  return s("text", { ...place, fill, "text-anchor": "start" }, text);
}

export function pairPoint({ a, b }: Pair, row: Drawn, scales: Scales): Point {
  return {
    x: inside(scales.x(ratioOf(row)), scales),
    y: middleY(row, scales),
    series: row.title,
    tip: () => ({
      heading: `${a.name} against ${b.name}: ${row.title}`,
      rows: [
        { label: "ratio", value: row.ratio === null ? NONE : row.ratio.toPrecision(3) },
        { label: "95% interval", value: formatRatios(row.ratioCi95) },
        { label: "difference", value: differenceOf(row) },
        { label: "verdict", value: verdictOf(row), strong: true },
      ],
    }),
  };
}
