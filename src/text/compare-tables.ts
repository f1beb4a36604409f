// The tables of a comparison on the terminal, a row for each mode: rates, latencies, CPU time, interrupts.

import { formatPerIo, metrics } from "../analysis/compare-metrics.ts";
import type { MeasuredMode } from "../analysis/compare-modes.ts";
import { samplesNeeded } from "../analysis/histogram.ts";
import { perSecond } from "../analysis/totals.ts";
import { formatCount, formatMiBps, formatNs } from "../ground/units.ts";
import { inTime } from "../measurement/latency-counts.ts";
import { median, robustDeviation } from "../statistics/summary.ts";
import { beside, type Cell, type Colors, sparkline, table, wrap } from "./columns.ts";
import { headingRow, type Lines, shortName } from "./compare-frame.ts";

/** Seven columns of nine characters leave so many of eighty. */
const NAME_WIDTH = 16;
const BARS = 24;

const latencies = metrics.filter(({ metric }) => metric.startsWith("latNs."));

/** IOPS, MiB/s, scatter and number of I/Os of each mode, with the course over the rounds. */
export function rateRows(modes: readonly MeasuredMode[], lines: Lines): string[] {
  const { colors, columns } = lines;
  const headings = ["IOPS", "scatter", "MiB/s", "I/Os"];
  const rows = modeTable("mode", headings, modes, lines, ({ workload, figures, blocks }) => [
    cell(figures.iops, formatCount, colors),
    scatterOf(wholeIops(blocks), colors),
    cell(figures.iops, (iops) => formatMiBps(iops * workload.bs), colors),
    formatCount(blocks.reduce((sum, { latency }) => sum + latency.total, 0)),
  ]);
  const courses = modes.map(({ blocks }) => wholeIops(blocks));
  const title = courses.some(({ length }) => length > 1) ? "   IOPS in each round" : "";
  return beside(
    rows,
    [colors.dim(title), ...courses.map((values) => course(values, colors))],
    columns,
  );
}

function wholeIops(blocks: MeasuredMode["blocks"]): number[] {
  return blocks
    .filter(({ isWhole }) => isWhole)
    .map(({ block, latency }) => perSecond(inTime(latency), block.elapsedNs));
}

function course(iops: readonly number[], colors: Colors): string {
  return iops.length > 1 ? `   ${colors.cyan(sparkline(iops, BARS))}` : "";
}

/** How far the rounds lie apart, as a standard deviation in percent: of nothing there is no percentage. */
function scatterOf(values: readonly number[], colors: Colors): Cell {
  const middle = median(values);
  if (values.length < 2 || middle === 0) return dash(colors);
  return `${((robustDeviation(values) * 100) / middle).toFixed(1)}%`;
}

/** Mean, percentiles and maximum over all rounds, and which percentiles would need more I/Os. */
export function latencyRows(modes: readonly MeasuredMode[], lines: Lines): string[] {
  const { colors, columns } = lines;
  const titles = latencies.map(({ title }) => title);
  const rows = modeTable("latency", titles, modes, lines, ({ figures }) =>
    latencies.map(({ of, format }) => cell(of(figures), format, colors)),
  );
  const missing = latencies.find(
    ({ of, percentile }) => percentile && modes.some(({ figures }) => of(figures) === null),
  );
  if (!missing?.percentile) return rows;
  const needed = samplesNeeded(missing.percentile).toLocaleString("en-US");
  const words = `too few I/Os: ${missing.title} needs ${needed}`.split(" ");
  const note = wrap({ text: "-", style: String }, words, " ", columns);
  return [...rows, ...note.map(colors.dim)];
}

/** CPU time and context switches for each I/O. */
export function cpuRows(modes: readonly MeasuredMode[], lines: Lines): string[] {
  const { colors } = lines;
  const hasDevice = modes.some(({ figures }) => figures.deviceCpuNsPerIo !== null);
  const headings = ["user CPU", "sys CPU", ...(hasDevice ? ["dev CPU"] : []), "vol ctx", "inv ctx"];
  return modeTable("per I/O", headings, modes, lines, ({ figures }) => [
    cell(figures.cpuNsPerIo.user, formatNs, colors),
    cell(figures.cpuNsPerIo.system, formatNs, colors),
    ...(hasDevice ? [cell(figures.deviceCpuNsPerIo, formatNs, colors)] : []),
    cell(figures.switchesPerIo.voluntary, formatPerIo, colors),
    cell(figures.switchesPerIo.involuntary, formatPerIo, colors),
  ]);
}

/** Interrupts as they were counted; nothing when no mode had any. */
export function interruptRows(modes: readonly MeasuredMode[], lines: Lines): string[] {
  const { colors, columns } = lines;
  const none = modes.every(
    ({ figures }) => !figures.interruptsPerIo && !figures.wakeupsPerIo && figures.lost === 0,
  );
  if (none) return [];
  const headings = ["per I/O", "per s", "wake-ups", "spurious", "lost"];
  const rows = modeTable("irq", headings, modes, lines, ({ figures, blocks }) => [
    cell(figures.interruptsPerIo, formatPerIo, colors),
    formatCount(Math.round(interruptsPerSecond(blocks))),
    cell(figures.wakeupsPerIo, formatPerIo, colors),
    alarming(figures.spurious, colors),
    alarming(figures.lost, colors),
  ]);
  const unit = colors.dim("   wake-ups per I/O");
  return beside(rows, [unit, ...modes.map(() => "")], columns);
}

function interruptsPerSecond(blocks: MeasuredMode["blocks"]): number {
  const interrupts = blocks.reduce((sum, { block }) => sum + block.work.waits.interrupts, 0);
  const elapsedNs = blocks.reduce((sum, { block }) => sum + block.elapsedNs, 0);
  return perSecond(interrupts, elapsedNs);
}

function modeTable(
  label: string,
  headings: readonly string[],
  modes: readonly MeasuredMode[],
  { colors, columns }: Lines,
  cells: (mode: MeasuredMode) => readonly Cell[],
): string[] {
  const rows = modes.map((mode) => ({
    label: { text: shortName(mode.name, NAME_WIDTH), style: colors.bold },
    cells: cells(mode),
  }));
  return table([headingRow(label, headings, colors), ...rows], columns);
}

function cell(value: number | null, format: (value: number) => string, colors: Colors): Cell {
  return value === null ? dash(colors) : format(value);
}

function alarming(count: number, colors: Colors): Cell {
  return { text: formatCount(count), style: count > 0 ? colors.yellow : String };
}

function dash(colors: Colors): Cell {
  return { text: "-", style: colors.dim };
}
