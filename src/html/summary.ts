// The report in plain text, for a browser without scripts: the verdict, a table of the groups, conditions, doubts.

import { formatCount, formatMiBps, formatNs } from "../ground/units.ts";
import { largest } from "../statistics/summary.ts";
import type { GroupData, ReportData, ResultData, VerdictData } from "./report-data.ts";

/** The text, lines ended. */
export function summaryText(report: ReportData): string {
  const sections = [
    [report.title, `${report.generator}. The charts of this report need scripts.`],
    ...report.verdicts.map((verdict) => verdictLines(verdict, report.groups)),
    groupTable(report.groups),
    ...report.results.map(resultLines),
  ];
  return sections.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

function verdictLines(
  { about, sentence, basis }: VerdictData,
  groups: readonly GroupData[],
): string[] {
  const nameOf = (id: string) => groups.find((group) => group.id === id)?.name ?? "";
  const text = sentence.map((part) => (typeof part === "string" ? part : nameOf(part.group)));
  return [`${about === null ? "" : `${about}: `}${text.join("")}`, `(${basis})`];
}

const headings = ["", "IOPS", "MiB/s", "I/Os", "mean", "p50", "p99", "p99.9", "p99.99", "max"];

function groupTable(groups: readonly GroupData[]): string[] {
  if (groups.every(({ drained }) => drained.ios === 0)) {
    return aligned([headings, ...groups.map(cellsOf)]);
  }
  const rows = groups.map((group) => [...cellsOf(group), drainedText(group.drained)]);
  return aligned([[...headings, "drained"], ...rows]);
}

/** "8 in 24us" */
function drainedText({ ios, longestNs }: GroupData["drained"]): string {
  return ios > 0 && longestNs !== null
    ? `${formatCount(ios)} in ${formatNs(longestNs)}`
    : formatCount(ios);
}

function cellsOf({ name, iops, bytesPerSecond, ios, latencyNs }: GroupData): string[] {
  const { mean, p50, p99, p999, p9999, max } = latencyNs;
  return [
    name,
    shown(iops, formatCount),
    shown(bytesPerSecond, formatMiBps),
    formatCount(ios),
    ...[mean, p50, p99, p999, p9999, max].map((ns) => shown(ns, formatNs)),
  ];
}

function shown(value: number | null, format: (value: number) => string): string {
  return value === null ? "-" : format(value);
}

function resultLines({ file, conditions, warnings, faults }: ResultData): string[] {
  return [
    file,
    ...aligned(conditions.map(({ label, value }) => [`  ${label}`, value])),
    ...warnings.map((warning) => `  warning: ${warning}`),
    ...faults.map((fault) => {
      const { what, count, queues, first } = fault;
      return `  error: ${count} ${what}, ${queues}${first === "" ? "" : `; first: ${first}`}`;
    }),
  ];
}

/** Columns two blanks apart: the first to the left, figures to the right, a last column of text as it is. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const isText = rows.every(({ length }) => length === 2);
  const widths = rows[0]?.map((_, column) => largest(rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        if (column === 0) return cell.padEnd(widths![0]!);
        return isText ? cell : cell.padStart(widths![column]!);
      })
      .join("  ")
      .trimEnd(),
  );
}
