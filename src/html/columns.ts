// The time axis of a report: stretches that were measured, put into at most so many columns.
import type { Stretch } from "../measurement/groups.ts";
import { type Column, gridded } from "./grid.ts";

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
