// The view of a whole terminal: what runs, its figures, IOPS and latencies over time, queue by queue, doubts.
// What there is no room for is left out, the least telling first; it never scrolls.
import { courseLines, WANTED_COURSE } from "./frame-course.ts";
import { figureTable, header } from "./frame-figures.ts";
import { queueTable } from "./frame-queues.ts";
import { warningLines } from "./frame-warnings.ts";
import { type Line, type Printed, printed } from "./line.ts";
import type { Look } from "./look.ts";
import type { View } from "./view.ts";

/** Columns and lines that a view may take. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A smaller terminal gets a view without tables. */
const SMALLEST: Size = { columns: 59, rows: 11 };
/** A comparison's modes, or the last points of a sweep. */
const MOST_TOTALS = 5;

/** Whether there is room for a frame. */
export function fits({ columns, rows }: Size): boolean {
  return columns >= SMALLEST.columns && rows >= SMALLEST.rows;
}

/** The view in at most `size.rows` lines of at most `size.columns`. */
export function frame(view: View, size: Size, look: Look): Printed[] {
  const { columns } = size;
  const totals = Math.min(MOST_TOTALS, size.rows - 5);
  const top = [...header(view, columns, look), [], ...figureTable(view, columns, totals)];
  const room = size.rows - top.length;
  const warnings = warningLines(view.warnings, columns, room);
  const rest = room - spaced(warnings);
  const queues = queueTable(view, columns, rest - WANTED_COURSE - 2, look);
  const course = courseLines(view, columns, rest - spaced(queues) - 1, look);
  const parts = [course, queues, warnings].filter((part) => part.length > 0);
  return [...top, ...parts.flatMap((part) => [[], ...part])].map((line) =>
    printed(line, columns, look),
  );
}

/** With the empty line before it. */
function spaced(lines: readonly Line[]): number {
  return lines.length > 0 ? lines.length + 1 : 0;
}
