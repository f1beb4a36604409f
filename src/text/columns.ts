// Plain text in columns: no lines, no boxes, so that a report can be searched and cut with ordinary tools.

import { stripVTControlCharacters } from "node:util";
import type picocolors from "picocolors";

/** Styles by name, which do nothing where colours are not wanted. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** Adds colour to a text, or nothing. */
export type Style = (text: string) => string;

/** A text and the style that it is printed in. */
export interface Styled {
  readonly text: string;
  readonly style: Style;
}

export type Cell = string | Styled;

/** A row: what it is about, then its cells. */
export interface Row {
  readonly label: Styled;
  readonly cells: readonly Cell[];
}

/** The first column of a report, so that all its parts line up; a longer label gets more. */
export const LABEL_WIDTH = 8;
/** Seven characters for the longest heading, "p99.999", and two between columns. */
const CELL_WIDTH = 9;

/**
 * Rows with labels to the left and cells to the right. Styled after padding: colours shift nothing. Where `columns` have
 * no room for all cells, the others follow below, with their labels again.
 */
export function table(rows: readonly Row[], columns: number): string[] {
  const labelWidth = Math.max(LABEL_WIDTH, ...rows.map(({ label }) => label.text.length));
  const most = Math.max(...rows.map(({ cells }) => cells.length));
  const each = Math.max(1, Math.floor((columns - labelWidth) / CELL_WIDTH));
  return Array.from({ length: Math.ceil(most / each) }, (_, part) =>
    rows.map(({ label, cells }) => {
      const padded = cells.slice(part * each, (part + 1) * each).map((cell) => {
        if (typeof cell === "string") return cell.padStart(CELL_WIDTH);
        return cell.style(cell.text.padStart(CELL_WIDTH));
      });
      return label.style(label.text.padEnd(labelWidth)) + padded.join("");
    }),
  ).flat();
}

/** Each line with its extra to the right; the lines alone where that would be wider than `columns`. */
export function beside(
  lines: readonly string[],
  extras: readonly string[],
  columns: number,
): string[] {
  const wide = lines.map((line, index) => `${line}${extras[index] ?? ""}`);
  const isFitting = wide.every(
    (line) => stripVTControlCharacters(line).trimEnd().length <= columns,
  );
  return isFitting && lines.length === extras.length ? wide : [...lines];
}

/**
 * `parts` joined by `separator`, in lines of at most `columns` that are broken between parts: the first
 * after the label, the others indented as far.
 */
export function wrap(
  label: Styled,
  parts: readonly string[],
  separator: string,
  columns: number,
): string[] {
  const lines: string[] = [];
  const room = columns - LABEL_WIDTH;
  // a part that has no room is broken between its words; a path is not
  for (const part of parts.flatMap((text) => (separator === "" ? [text] : broken(text, room)))) {
    const longer = `${lines.at(-1)}${separator}${part}`;
    if (lines.length > 0 && LABEL_WIDTH + longer.length <= columns)
      lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  const indent = " ".repeat(LABEL_WIDTH);
  const first = label.style(label.text.padEnd(LABEL_WIDTH));
  return lines.map((line, index) => (index === 0 ? first : indent) + line);
}

/** The text in pieces of at most `room`, whole words each. */
function broken(text: string, room: number): string[] {
  if (text.length <= room) return [text];
  const pieces: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${pieces.at(-1)} ${word}`;
    if (pieces.length > 0 && longer.length <= room) pieces[pieces.length - 1] = longer;
    else pieces.push(word);
  }
  return pieces;
}

const bars = "▁▂▃▄▅▆▇█";

/** The one of eight characters, which rise, that stands for `value` between 0 and `largest`. */
export function bar(value: number, largest: number, heights: string = bars): string {
  return heights[largest > 0 ? Math.floor((value / largest) * 7.999) : 0]!;
}

/** A bar for each value, from 0 to the largest, but at most `width`: then neighbours share their mean. */
export function sparkline(values: readonly number[], width: number): string {
  const heights = shorten(values, width);
  const largest = Math.max(...heights, 0);
  return heights.map((height) => bar(height, largest)).join("");
}

function shorten(values: readonly number[], width: number): number[] {
  if (values.length <= width) return [...values];
  return Array.from({ length: width }, (_, bar) => {
    const from = Math.floor((bar * values.length) / width);
    const part = values.slice(from, Math.floor(((bar + 1) * values.length) / width));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
