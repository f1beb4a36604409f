// Latencies over time: a column for each sample, a row for an equal step of the logarithm, shaded by how many
// I/Os it took.
import type { SampleEvent } from "./events.ts";
import { type Line, type Piece, piece } from "./line.ts";
import { glyphsOf, type Ink, type Look } from "./look.ts";

/** Few to many, readable on a dark and on a light background: xterm's colours near viridis. */
const HEAT_COLORS: readonly Ink[] = [60, 61, 67, 37, 36, 77, 149, 220];
/** The range begins and ends at 1, 3.16, 10, …: it seldom changes while one looks. */
const STEPS_A_DECADE = 2;

/** A column; a gap separates blocks. */
export type Column = SampleEvent["heat"] | undefined;

/** `rows` lines, the highest latencies first, each with its label and a cell for each column. */
export function heatStrip(columns: readonly Column[], rows: number, look: Look): Line[] {
  const range = rangeOf(columns, rows);
  if (range === undefined) return Array.from({ length: rows }, () => []);
  const cells = columns.map((column) => cellsOf(column, range, rows));
  const most = cells.reduce((max, column) => Math.max(max, ...column), 0);
  const shade = shader(most, look);
  return Array.from({ length: rows }, (_, fromTop) => {
    const row = rows - 1 - fromTop;
    return [
      piece(labelOf(row, range, rows), "dim"),
      ...runs(cells.map((column) => shade(column[row]!))),
    ];
  });
}

/** Decimal logarithms of the lowest row's lower edge and of a row's height. */
interface Range {
  readonly low: number;
  readonly height: number;
}

/** Undefined without samples. */
function rangeOf(columns: readonly Column[], rows: number): Range | undefined {
  const filled = columns.flatMap((column) => (column && column.length > 0 ? [column] : []));
  if (filled.length === 0) return undefined;
  const least = Math.min(...filled.map((column) => column[0]![0]));
  const most = Math.max(...filled.map((column) => column.at(-1)![0]));
  const low = Math.floor(Math.log10(least) * STEPS_A_DECADE) / STEPS_A_DECADE;
  // a step's upper edge lies above the lower one that it is named by
  const high = Math.floor(Math.log10(most) * STEPS_A_DECADE + 1) / STEPS_A_DECADE;
  return { low, height: (high - low) / rows };
}

function cellsOf(column: Column, { low, height }: Range, rows: number): number[] {
  const cells = new Array<number>(rows).fill(0);
  for (const [ns, count] of column ?? []) {
    // the edge is rounded: just below a row it belongs to the row
    const row = Math.floor((Math.log10(ns) - low) / height + 1e-3);
    cells[Math.min(rows - 1, Math.max(0, row))]! += count;
  }
  return cells;
}

/** "   1us  " where a power of ten lies in the row, in a short range also twice and five times one; else blanks. */
function labelOf(row: number, { low, height }: Range, rows: number): string {
  const from = low + row * height - 1e-9;
  const marks = height * rows < 2 ? [1, 2, 5] : [1];
  const power = Math.floor(from);
  const round = [...marks.map((mark) => mark * 10 ** power), 10 ** (power + 1)];
  const ns = round.find((value) => Math.log10(value) >= from) ?? 0;
  return (Math.log10(ns) < from + height ? roundNs(ns) : "").padStart(6).padEnd(8);
}

const units = ["ns", "us", "ms", "s"] as const;

/** "100ns", "2us", "50ms". */
function roundNs(ns: number): string {
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(ns) / 3 + 1e-9));
  return `${Math.round(ns / 1000 ** unit)}${units[unit]}`;
}

/** What a cell of `count` looks like beside one of `most`: the logarithm decides, so that a tail is seen. */
function shader(most: number, look: Look): (count: number) => Piece {
  const { shades } = glyphsOf(look);
  const levels = look.colors === "256" ? HEAT_COLORS.length : shades.length;
  const scale = levels / (Math.log(Math.max(most, 1)) + 1);
  return (count) => {
    if (count === 0) return piece(" ");
    const level = Math.min(levels - 1, Math.floor(Math.log(count) * scale));
    if (look.colors === "256") return piece(" ", HEAT_COLORS[level]!);
    return piece(shades[level]!, "cyan");
  };
}

/** A cell of each strength, the faintest first: the strip's legend. */
export function heatScale(look: Look): Piece[] {
  if (look.colors === "256") return HEAT_COLORS.map((ink) => piece(" ", ink));
  return [piece(glyphsOf(look).shades, "cyan")];
}

/** Neighbours of one ink together: a strip is a few thousand cells. */
function runs(cells: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const cell of cells) {
    const last = joined.at(-1);
    if (last?.ink === cell.ink) joined[joined.length - 1] = piece(last.text + cell.text, cell.ink);
    else joined.push(cell);
  }
  return joined;
}
