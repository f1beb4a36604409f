// Two modes in many figures at once: the ratio of each with its 95 % interval, and what may be said of it.
import * as Plot from "@observablehq/plot";
import type { PairData } from "../../html/report-data.ts";
import { GRID, xAxis } from "../axes.ts";
import type { Chart, Drawing, Table } from "../chart.ts";
import type { Context } from "../context.ts";
import { formatRatios, NONE } from "../format.ts";
import { columnsFor, grid, type Panel, panelWidth } from "../grid.ts";
import { inParts, type Part } from "../parts.ts";
import { shortened, widest } from "../text.ts";
import { logTicks } from "../ticks.ts";
import { type Drawn, pairPoint, said, unity, whisker } from "./pair-marks.ts";
import { differenceOf, inWords, type Pair, verdictOf } from "./pair-words.ts";

const ROW = 21;
/** Ratios beyond are drawn as arrows: one figure that is nearly 0 must not flatten all others. */
const WIDEST = 16;
/** Rows below each other in one figure, of two panels side by side. */
const MOST_ROWS = 24;
/** For the interval and the verdict beside a row, where there is room. */
const WORDS_WIDTH = 210;

interface DrawnPair extends Pair {
  readonly drawn: readonly Drawn[];
}

export function pairCharts(context: Context): Chart[] {
  const pairs = pairsOf(context).filter(({ drawn }) => drawn.length > 0);
  const domain = domainOf(pairs);
  const most = Math.max(1, ...pairs.map(({ drawn }) => drawn.length));
  const panels = 2 * Math.max(1, Math.floor(MOST_ROWS / most));
  const name = { id: "pairs", title: "Modes against each other" };
  return inParts(pairs, panels, name, (some, part) => chart(some, domain, context, part));
}

function pairsOf({ data: { pairs, groups } }: Context): DrawnPair[] {
  const byNames = new Map<string, PairData[]>();
  for (const pair of pairs) {
    const name = JSON.stringify([pair.a, pair.b]);
    byNames.set(name, [...(byNames.get(name) ?? []), pair]);
  }
  return [...byNames.values()].flatMap((all): DrawnPair[] => {
    const [a, b] = [all[0]?.a, all[0]?.b].map((id) => groups.find((group) => group.id === id));
    return a && b ? [{ a, b, all, drawn: all.filter(isDrawn) }] : [];
  });
}

/** A ratio of 0 has no place on a log axis. */
function isDrawn(pair: PairData): pair is Drawn {
  return pair.ratioCi95 !== null && pair.ratioCi95[0] > 0;
}

function domainOf(pairs: readonly DrawnPair[]): [number, number] {
  const ends = pairs.flatMap(({ drawn }) => drawn.flatMap(({ ratioCi95 }) => ratioCi95));
  const low = Math.max(1 / WIDEST, Math.min(1 / 1.1, ...ends));
  const high = Math.min(WIDEST, Math.max(1.1, ...ends));
  return [low / 1.06, high * 1.06];
}

function chart(
  pairs: readonly DrawnPair[],
  domain: [number, number],
  context: Context,
  part: Part,
): Chart {
  const notes = pairs.map((pair) => {
    return { about: `${pair.a.name} and ${pair.b.name}`, text: inWords(pair) };
  });
  return {
    ...part,
    caption:
      "Ratio of each figure with its 95% interval, on a log axis: left of 1 the first mode has less of it, " +
      "right of 1 more. Filled where a difference is shown by the whole comparison, hollow where none is.",
    notes,
    summary: `Ratios with 95% intervals. ${notes.map(({ about, text }) => `${about}: ${text}`).join(" ")}`,
    sources: context.sources(pairs.flatMap(({ a, b }) => [a, b])),
    legend: [],
    scale: null,
    draw: (width) => draw(pairs, domain, width),
    table: () => table(pairs),
  };
}

function draw(pairs: readonly DrawnPair[], domain: [number, number], width: number): Drawing {
  const columns = pairs.length === 1 ? 1 : columnsFor(width, 320, 2);
  const each = panelWidth(width, columns);
  const titles = pairs.flatMap(({ drawn }) => drawn.map(({ title }) => title));
  const room = Math.min(widest(titles), Math.floor(each * 0.4));
  const panels = pairs.map((pair) => panel(pair, domain, each, room));
  return grid(panels, width, columns);
}

function panel(pair: DrawnPair, domain: [number, number], width: number, room: number): Panel {
  const { a, b, drawn } = pair;
  const hasWords = width >= 640;
  const [left, right] = [room + 14, hasWords ? WORDS_WIDTH : 14];
  const most = Math.max(3, Math.floor((width - left - right) / 52));
  const ticks = logTicks(...domain, most);
  return {
    title: `${a.name} / ${b.name}`,
    height: drawn.length * ROW + 10 + 34,
    margin: [10, right, 34, left],
    x: { type: "log", domain },
    y: { type: "band", domain: drawn.map(({ title }) => title) },
    marks: [
      Plot.gridX(ticks, { stroke: GRID, strokeOpacity: 1 }),
      Plot.axisY({
        ...{ tickSize: 0, tickPadding: 8, fill: "var(--ink)", label: null },
        tickFormat: (title: string) => shortened(title, room),
      }),
      xAxis({ ticks, format: (ratio) => `${ratio}x` }),
    ],
    under: (scales) => [unity(scales)],
    over: (scales) =>
      drawn.flatMap((row) => [...whisker(row, scales), ...(hasWords ? [said(row, scales)] : [])]),
    points: (scales) => drawn.map((row) => pairPoint(pair, row, scales)),
  };
}

function table(pairs: readonly DrawnPair[]): Table {
  return {
    head: ["Pair", "figure", "ratio", "95% interval", "difference, 95% interval", "verdict"],
    rows: pairs.flatMap(({ a, b, all }) =>
      all.map((row) => [
        `${a.name} / ${b.name}`,
        row.title,
        row.ratio === null ? NONE : row.ratio.toPrecision(3),
        row.ratioCi95 ? formatRatios(row.ratioCi95) : NONE,
        differenceOf(row),
        verdictOf(row),
      ]),
    ),
  };
}
