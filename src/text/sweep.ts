// The report on the terminal after a sweep, for 80 columns: one row for each setting.
import type { ModeFigures } from "../analysis/compare-figures.ts";
import { type MeasuredPoint, measuredPoints } from "../analysis/sweep-points.ts";
import { formatCount, formatNs } from "../ground/units.ts";
import type { Group } from "../measurement/groups.ts";
import type { Measurement } from "../measurement/measurement.ts";
import { shareText } from "../measurement/shortfall.ts";
import { cmbText, coalescingText, pauseText } from "../measurement/workload-names.ts";
import { type Cell, type Colors, type Row, table, wrap } from "./columns.ts";
import {
  drainedLines,
  headerLines,
  headingRow,
  hostLines,
  joinSections,
  type Lines,
  linesFor,
  partialLines,
  savedLines,
  shortName,
  type ViewOptions,
  warningLines,
} from "./compare-frame.ts";
import { faultLines } from "./fault-lines.ts";
import { sharedVectorLines } from "./shared-vectors.ts";
import { workloadsOf } from "./workload-parts.ts";

/** Seven columns of nine characters and the mark leave so many of eighty. */
const NAME_WIDTH = 14;
const MARK = "* ";

/** The report as text, lines ended. */
export function sweepReport(sweep: Measurement, options: ViewOptions = {}): string {
  const { saved = [] } = options;
  const lines = linesFor(options);
  const points = measuredPoints(sweep);
  const all = `${points.length} ${points.length === 1 ? "setting" : "settings"}`;
  const settings = shareText(sweep.warnings) || all;
  return joinSections([
    partialLines(sweep.warnings, lines),
    headerLines(sweep, workloadsOf(sweep), [settings], lines),
    pointRows(points, lines),
    reasonLines(points, lines),
    sharedVectorLines(
      points.map(({ group }) => group),
      lines,
    ),
    drainedLines(
      points.map(({ group }) => group),
      lines,
    ),
    hostLines(sweep, lines),
    faultLines(
      points.map(({ group }) => group),
      lines,
    ),
    warningLines(sweep.warnings, lines),
    savedLines(saved, lines),
  ]);
}

function pointRows(points: readonly MeasuredPoint[], { colors, columns }: Lines): string[] {
  const headings = ["iodepth", "coalesce", "IOPS", "p50", "p99", "irq/s", "CPU/IO"];
  const rows = points.map((measured): Row => {
    const { group, figures, interruptsPerSecond, unbeaten } = measured;
    const { workload } = group;
    const { iops, latNs, cpuNsPerIo } = figures;
    return {
      label: {
        text: `${unbeaten ? MARK : "  "}${shortName(nameOf(group), NAME_WIDTH)}`,
        style: unbeaten ? colors.bold : String,
      },
      cells: [
        `${workload.iodepth}`,
        workload.coalesce ? coalescingText(workload.coalesce) : dash(colors),
        formatCount(Math.round(iops ?? 0)),
        time(latNs.p50, colors),
        time(latNs.p99, colors),
        formatCount(Math.round(interruptsPerSecond)),
        time(totalCpuNs(cpuNsPerIo), colors),
      ],
    };
  });
  return table([headingRow("  mode", headings, colors), ...rows], columns);
}

/** "poll", "poll 100ns" with a pause of its own, "poll sq,data" with these in the Controller Memory Buffer. */
function nameOf({ mode, workload: { completion, cmb } }: Group): string {
  const { pauseNs } = completion;
  return [
    mode,
    ...(pauseNs === null ? [] : [pauseText(pauseNs)]),
    ...(cmb.length === 0 ? [] : [cmbText(cmb)]),
  ].join(" ");
}

function totalCpuNs({ user, system }: ModeFigures["cpuNsPerIo"]): number | null {
  return user === null || system === null ? null : user + system;
}

function time(ns: number | null, colors: Colors): Cell {
  return ns === null ? dash(colors) : formatNs(ns);
}

function dash(colors: Colors): Cell {
  return { text: "-", style: colors.dim };
}

/** What the marks and the dashes mean. */
function reasonLines(points: readonly MeasuredPoint[], { colors, columns }: Lines): string[] {
  const say = (label: string, text: string): string[] =>
    wrap({ text: label, style: colors.dim }, text.split(" "), " ", columns);
  const isJudged = points.some(({ unbeaten }) => unbeaten);
  return [
    ...(isJudged
      ? say(
          "*",
          "not beaten: no other setting of the mode has as few interrupts, as low a p99 and as " +
            "many IOPS, and is better in one of them",
        )
      : []),
    ...(points.some(({ figures }) => figures.latNs.p99 === null)
      ? say("-", "too few I/Os: p99 needs 1,000; without it a setting is not judged")
      : []),
  ];
}
