// One drawing of one or many panels. Each panel is a plot of its own; together they are one SVG, so that a
// figure is exported and printed whole. Drawings are styled by attributes only, in variables of page.css: an
// exported file then needs no style sheet, only their values.
import * as Plot from "@observablehq/plot";
import { AXIS } from "./axes.ts";
import type { Drawing, Point } from "./chart.ts";
import { s } from "./dom.ts";
import { FONT, FONT_SIZE, shortened } from "./text.ts";

const TITLE_HEIGHT = 22;
const GAP = 28;

/** Data to pixels, and the edges of the plot's area. */
export interface Scales {
  readonly x: (value: number | string) => number;
  readonly y: (value: number | string) => number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Of a band of an ordinal scale. */
  readonly bandX: number;
  readonly bandY: number;
}

export interface Panel {
  readonly title?: string;
  /** Colour of a mark before the title, when the panel is about one group. */
  readonly colour?: string;
  /** Without the title. */
  readonly height: number;
  readonly margin: readonly [top: number, right: number, bottom: number, left: number];
  readonly x: Plot.ScaleOptions;
  readonly y: Plot.ScaleOptions;
  readonly marks: readonly Plot.Markish[];
  /** Drawn below the marks. */
  readonly under?: (scales: Scales) => SVGElement[];
  /** Drawn above them. */
  readonly over?: (scales: Scales) => SVGElement[];
  readonly points?: (scales: Scales) => Point[];
}

/** How many panels of at least `least` pixels stand side by side, at most `most`. */
export function columnsFor(width: number, least: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor((width + GAP) / (least + GAP))));
}

/** Width of one of `columns` panels. */
export function panelWidth(width: number, columns: number): number {
  return Math.floor((width - GAP * (columns - 1)) / columns);
}

/** The panels in rows of `columns`. */
export function grid(panels: readonly Panel[], width: number, columns = 1): Drawing {
  const each = panelWidth(width, columns);
  const placed: Placed[] = [];
  let y = 0;
  for (let row = 0; row < panels.length; row += columns) {
    const inRow = panels.slice(row, row + columns);
    placed.push(...inRow.map((panel, column) => place(panel, column * (each + GAP), y, each)));
    y += Math.max(...inRow.map(heightOf)) + (row + columns < panels.length ? 10 : 0);
  }
  const svg = root(width, y);
  svg.append(...placed.map(({ group }) => group));
  return { svg, width, height: y, points: () => placed.flatMap(({ points }) => points()) };
}

interface Placed {
  readonly group: SVGGElement;
  readonly points: () => Point[];
}

/** An empty drawing with the page's font. */
export function root(width: number, height: number): SVGSVGElement {
  return s("svg", {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    fill: "var(--ink)",
    "font-family": FONT,
    "font-size": FONT_SIZE,
    "text-anchor": "middle",
    "aria-hidden": "true",
  });
}

function heightOf({ title, height }: Panel): number {
  return height + (title === undefined ? 0 : TITLE_HEIGHT);
}

function place(panel: Panel, x: number, y: number, width: number): Placed {
  const top = y + (panel.title === undefined ? 0 : TITLE_HEIGHT);
  const plot = plotOf(panel, width);
  const scales = scalesOf(plot, panel, width);
  const group = s("g", { transform: `translate(${x},${top})` });
  group.append(
    ...(panel.under?.(scales) ?? []),
    // Plot's own style sheet is left behind: the attributes say all.
    ...[...plot.children].filter(({ tagName }) => tagName !== "style"),
    s("path", { d: `M${scales.left},${scales.bottom}H${scales.right}`, stroke: AXIS }),
    ...(panel.over?.(scales) ?? []),
  );
  if (panel.title !== undefined) group.append(...heading(panel, width));
  const points = () =>
    (panel.points?.(scales) ?? []).map((point) => ({
      ...point,
      x: point.x + x,
      y: point.y + top,
      series: `${x} ${top} ${point.series}`,
    }));
  return { group, points };
}

function plotOf({ height, margin, x, y, marks }: Panel, width: number) {
  const [marginTop, marginRight, marginBottom, marginLeft] = margin;
  return Plot.plot({
    width,
    height,
    marginTop,
    marginRight,
    marginBottom,
    marginLeft,
    x: { axis: null, ...x },
    y: { axis: null, ...y },
    marks: [...marks],
  });
}

function scalesOf(
  plot: ReturnType<typeof plotOf>,
  { margin, height }: Panel,
  width: number,
): Scales {
  const [top, right, bottom, left] = margin;
  const x = plot.scale("x");
  const y = plot.scale("y");
  return {
    x: (value) => Number(x?.apply(value)),
    y: (value) => Number(y?.apply(value)),
    left,
    right: width - right,
    top,
    bottom: height - bottom,
    bandX: x?.bandwidth ?? 0,
    bandY: y?.bandwidth ?? 0,
  };
}

function heading({ title = "", colour }: Panel, width: number): SVGElement[] {
  const x = colour === undefined ? 0 : 15;
  const look = { x, y: -9, "text-anchor": "start", "font-weight": 600 };
  const text = s("text", look, shortened(title, width - x, 600));
  if (colour === undefined) return [text];
  return [s("rect", { x: 0, y: -18, width: 9, height: 9, rx: 2, fill: colour }), text];
}
