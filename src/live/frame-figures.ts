// The upper part of the view: what runs, how far it is, and its figures in the columns of the reports.

import { formatClock, formatCount, formatMiBps, formatNs } from "../ground/units.ts";
import { LABEL_WIDTH } from "../text/columns.ts";
import type { LiveLatency, LiveTotal, SampleEvent, StartEvent } from "./events.ts";
import { type Line, piece } from "./line.ts";
import { glyphsOf, type Ink, type Look } from "./look.ts";
import type { View } from "./view.ts";

/** As wide as a report's cells. */
const CELL_WIDTH = 9;

/** What runs on what, and how far it is. */
export function header(view: View, columns: number, look: Look): Line[] {
  const { command, workload, device } = view.start;
  const label = piece(command.padEnd(LABEL_WIDTH), "dim");
  const room = Math.max(0, columns - LABEL_WIDTH - workload.length - 2);
  // half an address must not look like another one
  const shown = device.length > room ? `${device.slice(0, Math.max(0, room - 1))}~` : device;
  return [[label, piece(workload, "bold"), piece(`  ${shown}`)], progress(view, columns, look)];
}

/** " 62%    ███████░░░░  0:06  0:04 left  poll 3/20" */
function progress(view: View, columns: number, look: Look): Line {
  const share = view.sample?.progress ?? 0;
  const aside = asideOf(view);
  const width = Math.max(1, columns - LABEL_WIDTH - aside.length);
  const done = Math.round(share * width);
  const { done: full, left: empty } = glyphsOf(look);
  return [
    piece(`${Math.floor(share * 100)}%`.padStart(4).padEnd(LABEL_WIDTH)),
    piece(full.repeat(done), "cyan"),
    piece(empty.repeat(width - done), "dim"),
    piece(aside),
  ];
}

/** As long as it will ever be, so that the bar beside it stays as long too. */
function asideOf({ start, preparing, waiting, sample, latest }: View): string {
  if (waiting !== undefined) return `  ${waiting}`;
  const totalMs = start.totalMs ?? start.runtimeMs + start.rampTimeMs;
  const leftMs = sample?.leftMs ?? totalMs;
  // whole seconds that are over, and those that have begun
  const doneMs = Math.floor((totalMs - leftMs) / 1000) * 1000;
  const width = formatClock(totalMs).length;
  const [done, left] = [doneMs, leftMs].map((ms) => formatClock(ms).padStart(width));
  const names = latest.map(({ block }) => block.name);
  const block = sample ? blockText(sample, names) : `  ${preparing ?? "opening"}`;
  return `  ${done}  ${left} left${block}${rampText(start, sample)}`;
}

/** Where there are ramps there is room for the word. */
function rampText(start: StartEvent, sample: SampleEvent | undefined): string {
  if (start.rampTimeMs === 0 || sample === undefined) return "";
  return sample.elapsedMs < 0 ? "  ramp" : "      ";
}

/** "  poll  3/20" */
function blockText(sample: SampleEvent, names: readonly string[]): string {
  const { name, number, of } = sample.block;
  if (of === 1) return "";
  const width = Math.max(name.length, ...names.map((other) => other.length));
  const place = `${number}`.padStart(`${of}`.length);
  return `  ${name.padEnd(width)} ${place}/${of}`;
}

/** Of a stretch or of all so far; a stretch has no I/Os, mean and p99.99 of its own. */
interface Figures extends Pick<LiveTotal, "iops" | "bytesPerSecond"> {
  readonly ios?: number;
  readonly latencyNs: LiveLatency & Partial<LiveTotal["latencyNs"]>;
}

/** A column of the table; those of the highest rank go first where there is no room. */
interface FigureColumn {
  readonly title: string;
  readonly rank: number;
  text(figures: Figures): string;
}

const figureColumns: readonly FigureColumn[] = [
  { title: "IOPS", rank: 0, text: ({ iops }) => count(iops) },
  { title: "MiB/s", rank: 4, text: ({ bytesPerSecond }) => formatMiBps(bytesPerSecond ?? 0) },
  { title: "I/Os", rank: 6, text: ({ ios }) => (ios === undefined ? "" : count(ios)) },
  { title: "mean", rank: 7, text: ({ latencyNs }) => latency(latencyNs.mean) },
  { title: "p50", rank: 1, text: ({ latencyNs }) => latency(latencyNs.p50) },
  { title: "p99", rank: 2, text: ({ latencyNs }) => latency(latencyNs.p99) },
  { title: "p99.9", rank: 5, text: ({ latencyNs }) => latency(latencyNs.p999) },
  { title: "p99.99", rank: 8, text: ({ latencyNs }) => latency(latencyNs.p9999) },
  { title: "max", rank: 3, text: ({ latencyNs }) => latency(latencyNs.max) },
];

/** Now, and all that was measured so far: a heading and a line, and at most `most` totals. */
export function figureTable(view: View, columns: number, most: number): Line[] {
  const totals = view.latest.slice(-most).map(({ block, total }) => ({
    label: block.name || "total",
    total,
  }));
  const labelWidth = Math.max(LABEL_WIDTH, ...totals.map(({ label }) => label.length + 1));
  const shown = figureColumns.filter(({ rank }) => labelWidth + (rank + 1) * CELL_WIDTH <= columns);
  const line = (label: string, ink: Ink, text: (column: FigureColumn) => string): Line => {
    const cells = shown.map((column) => text(column).padStart(CELL_WIDTH));
    return [piece(label.padEnd(labelWidth), "dim"), piece(cells.join(""), ink)];
  };
  // in a ramp between two blocks the last figures stay: they would flicker
  const measured = view.history.at(-1);
  return [
    line("", "dim", ({ title }) => title),
    line("now", "bold", (column) => (measured ? column.text(measured) : "-")),
    ...totals.map(({ label, total }) => line(label, "plain", (column) => column.text(total))),
  ];
}

/** Nothing where there is no such figure, a dash where the samples cannot carry it. */
function latency(ns: number | null | undefined): string {
  if (ns === undefined) return "";
  return ns === null ? "-" : formatNs(ns);
}

function count(value: number): string {
  return formatCount(Math.round(value));
}
