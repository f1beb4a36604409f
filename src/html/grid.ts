// Columns for sources that ran side by side: their intervals begin at times of their own, so a grid of equal
// times lies over all of them.
import type { Column, Stretch } from "./columns.ts";

const SHORTEST_S = 0.001;
/** Of a cell: what reaches into one by less does so by rounding. */
const NOTHING = 1e-6;

/** The grid's cells in which something was measured, at most `most`. @param stretches by their start, some */
export function gridded(stretches: readonly Stretch[], most: number): Column[] {
  const originS = stretches[0]!.startS;
  const widthS = gridWidthS(stretches, originS, most);
  const covered = unionOf(stretches);
  const homes = new Map<number, Stretch[]>();
  for (const cell of cellsOf(stretches, originS, widthS)) homes.set(cell, []);
  for (const stretch of stretches) {
    homes.get(homeOf(stretch, originS, widthS))!.push(stretch);
  }
  return [...homes]
    .sort(([a], [b]) => a - b)
    .map(([cell, own]) => ({
      ...within(covered, originS + cell * widthS, widthS),
      stretches: own,
    }));
}

interface Span {
  readonly startS: number;
  readonly endS: number;
}

/** The times in which something was measured, in order, none touching another. */
function unionOf(stretches: readonly Stretch[]): Span[] {
  const union: { startS: number; endS: number }[] = [];
  for (const { startS, endS } of stretches) {
    const last = union.at(-1);
    if (last !== undefined && startS <= last.endS) last.endS = Math.max(last.endS, endS);
    else union.push({ startS, endS });
  }
  return union;
}

/** What the spans cover of a cell: from where to where, and how much of that. */
function within(spans: readonly Span[], startS: number, widthS: number): Omit<Column, "stretches"> {
  const parts = spans
    .map((span) => ({
      startS: Math.max(startS, span.startS),
      endS: Math.min(startS + widthS, span.endS),
    }))
    .filter((part) => part.endS > part.startS);
  const lengthS = parts.reduce((sum, part) => sum + part.endS - part.startS, 0);
  return { startS: parts[0]?.startS ?? startS, endS: parts.at(-1)?.endS ?? startS, lengthS };
}

/** The usual length of a stretch, or as often that as leaves few enough columns. */
function gridWidthS(stretches: readonly Stretch[], originS: number, most: number): number {
  const lengths = stretches.map(({ startS, endS }) => endS - startS).sort((a, b) => a - b);
  const usualS = Math.max(lengths[lengths.length >> 1]!, lengths.at(-1)! / most, SHORTEST_S);
  let times = 1;
  while (cellsOf(stretches, originS, usualS * times).size > most) times = Math.ceil(times * 1.1);
  return usualS * times;
}

/** The cells of the grid in which something was measured. */
function cellsOf(stretches: readonly Stretch[], originS: number, widthS: number): Set<number> {
  const cells = new Set<number>();
  for (const stretch of stretches) {
    const first = Math.floor((stretch.startS - originS) / widthS + NOTHING);
    const end = Math.ceil((stretch.endS - originS) / widthS - NOTHING);
    // counted from 0: adding 1 to a number beyond 2^53 ends never
    for (let next = 0; next < end - first; next++) cells.add(first + next);
    cells.add(homeOf(stretch, originS, widthS));
  }
  return cells;
}

/** A histogram cannot be divided: the cell in which the stretch's middle lies takes it. */
function homeOf({ startS, endS }: Stretch, originS: number, widthS: number): number {
  return Math.floor(((startS + endS) / 2 - originS) / widthS);
}
