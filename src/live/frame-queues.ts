// The lower part of the view: a row for each queue, as many as there is room for.
import { formatCount, formatNs } from "../ground/units.ts";
import type { LiveQueue, SampleEvent } from "./events.ts";
import { type Line, piece } from "./line.ts";
import type { Look } from "./look.ts";
import { bars } from "./look.ts";
import type { View } from "./view.ts";

const LABEL_WIDTH = 8;
const CELL_WIDTH = 9;
const TITLES = ["IOPS", "p50", "p99"] as const;
/** Before the bars. */
const GAP = "   ";
/** Heading, a queue, and how many more there are. */
const LEAST_ROWS = 3;

/** The queues' stretch and its course, in at most `rows` lines; nothing for one queue, or where that is too few. */
export function queueTable(view: View, columns: number, rows: number, look: Look): Line[] {
  const queues = [...(view.history.at(-1)?.queues ?? [])];
  if (view.start.jobs < 2 || queues.length < 2 || rows < LEAST_ROWS) return [];
  const shown = queues.length < rows ? queues : queues.slice(0, rows - 2);
  const width = columns - LABEL_WIDTH - CELL_WIDTH * TITLES.length - GAP.length;
  const samples = view.history.slice(-Math.max(0, width));
  const lines = shown.map((queue, at) => queueLine(queue, courseOf(samples, at), look));
  const others = queues.slice(shown.length);
  return [headingLine(), ...lines, ...(others.length > 0 ? [moreLine(others)] : [])];
}

function headingLine(): Line {
  const titles = TITLES.map((title) => title.padStart(CELL_WIDTH)).join("");
  return [piece(`${"job".padEnd(LABEL_WIDTH)}${titles}${GAP}IOPS over time`, "dim")];
}

/** The same place in every sample is the same job. */
function courseOf(samples: readonly SampleEvent[], at: number): number[] {
  return samples.map(({ queues }) => queues[at]?.iops ?? 0);
}

function queueLine(queue: LiveQueue, course: readonly number[], look: Look): Line {
  const { job, iops, p50, p99 } = queue;
  const cells = [formatCount(Math.round(iops)), latency(p50), latency(p99)];
  return [
    piece(`${job}`.padEnd(LABEL_WIDTH), "dim"),
    piece(cells.map((cell) => cell.padStart(CELL_WIDTH)).join("") + GAP),
    piece(bars(course, look), "cyan"),
  ];
}

/** "+ 60 more, 118.2k to 123.0k IOPS each" */
function moreLine(others: readonly LiveQueue[]): Line {
  const iops = others.map((queue) => Math.round(queue.iops));
  const [least, most] = [Math.min(...iops), Math.max(...iops)].map(formatCount);
  const range = least === most ? `${least}` : `${least} to ${most}`;
  return [piece(`+ ${others.length} more, ${range} IOPS each`, "dim")];
}

function latency(ns: number | null): string {
  return ns === null ? "-" : formatNs(ns);
}
