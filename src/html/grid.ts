// The time axis of a report: stretches that were measured, put into at most so many columns. Where sources ran side
// by side, their intervals begin at times of their own, so a grid of equal times lies over all of them.
import type { Stretch } from "../measurement/groups.ts";

/** One column of a chart over time. */
export interface Column {
  readonly startMs: number;
  readonly endMs: number;
  /** How much of the time from start to end was measured. */
  readonly lengthMs: number;
  /** The stretches whose histograms it has, each in one column. */
  readonly stretches: readonly Stretch[];
}

const SHORTEST_MS = 1;
/** Of a cell: what reaches into one by less does so by rounding. */
const NOTHING = 1e-6;

/** The grid's cells in which something was measured, at most `most`. @param stretches by their start, some */
export function gridded(stretches: readonly Stretch[], most: number): Column[] {
  const originMs = stretches[0]!.startMs;
  const widthMs = gridWidthMs(stretches, originMs, most);
  const covered = unionOf(stretches);
  const homes = new Map<number, Stretch[]>();
  for (const cell of cellsOf(stretches, originMs, widthMs)) homes.set(cell, []);
  for (const stretch of stretches) {
    homes.get(homeOf(stretch, originMs, widthMs))!.push(stretch);
  }
  return [...homes]
    .sort(([a], [b]) => a - b)
    .map(([cell, own]) => ({
      ...within(covered, originMs + cell * widthMs, widthMs),
      stretches: own,
    }));
}

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** The times in which something was measured, in order, none touching another. */
function unionOf(stretches: readonly Stretch[]): Span[] {
  const union: { startMs: number; endMs: number }[] = [];
  for (const { startMs, endMs } of stretches) {
    const last = union.at(-1);
    if (last !== undefined && startMs <= last.endMs) last.endMs = Math.max(last.endMs, endMs);
    else union.push({ startMs, endMs });
  }
  return union;
}

/** What the spans cover of a cell: from where to where, and how much of that. */
function within(
  spans: readonly Span[],
  startMs: number,
  widthMs: number,
): Omit<Column, "stretches"> {
  const parts = spans
    .map((span) => ({
      startMs: Math.max(startMs, span.startMs),
      endMs: Math.min(startMs + widthMs, span.endMs),
    }))
    .filter((part) => part.endMs > part.startMs);
  const lengthMs = parts.reduce((sum, part) => sum + part.endMs - part.startMs, 0);
  return { startMs: parts[0]?.startMs ?? startMs, endMs: parts.at(-1)?.endMs ?? startMs, lengthMs };
}

/** The usual length of a stretch, or as often that as leaves few enough columns. */
function gridWidthMs(stretches: readonly Stretch[], originMs: number, most: number): number {
  const lengths = stretches.map(({ startMs, endMs }) => endMs - startMs).sort((a, b) => a - b);
  const usualMs = Math.max(lengths[lengths.length >> 1]!, lengths.at(-1)! / most, SHORTEST_MS);
  let times = 1;
  while (cellsOf(stretches, originMs, usualMs * times).size > most) times = Math.ceil(times * 1.1);
  return usualMs * times;
}

/** The cells of the grid in which something was measured. */
function cellsOf(stretches: readonly Stretch[], originMs: number, widthMs: number): Set<number> {
  const cells = new Set<number>();
  for (const stretch of stretches) {
    const first = Math.floor((stretch.startMs - originMs) / widthMs + NOTHING);
    const end = Math.ceil((stretch.endMs - originMs) / widthMs - NOTHING);
    // counted from 0: adding 1 to a number beyond 2^53 ends never
    for (let next = 0; next < end - first; next++) cells.add(first + next);
    cells.add(homeOf(stretch, originMs, widthMs));
  }
  return cells;
}

/** A histogram cannot be divided: the cell in which the stretch's middle lies takes it. */
function homeOf({ startMs, endMs }: Stretch, originMs: number, widthMs: number): number {
  return Math.floor(((startMs + endMs) / 2 - originMs) / widthMs);
}

/** The stretches as columns in the order of time, at most `most` of them. */
export function columnsOf(stretches: readonly Stretch[], most: number): Column[] {
  const inOrder = stretches.toSorted((a, b) => a.startMs - b.startMs);
  const [first] = inOrder;
  if (first === undefined) return [];
  const isOneSource = inOrder.every(({ source }) => source === first.source);
  return isOneSource ? joined(inOrder, most) : gridded(inOrder, most);
}

/** Equally many stretches in each column; the last may have fewer. */
function joined(stretches: readonly Stretch[], most: number): Column[] {
  const each = Math.ceil(stretches.length / most);
  return Array.from({ length: Math.ceil(stretches.length / each) }, (_, column) => {
    const own = stretches.slice(column * each, (column + 1) * each);
    return {
      startMs: own[0]!.startMs,
      endMs: own.at(-1)!.endMs,
      lengthMs: own.reduce((sum, { lengthMs }) => sum + lengthMs, 0),
      stretches: own,
    };
  });
}
