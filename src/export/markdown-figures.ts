// The figures of a result as a Markdown table, a row for each distribution.
import { latencyFigures } from "../analysis/compare-figures.ts";
import { samplesNeeded } from "../analysis/histogram.ts";
import { perSecond } from "../analysis/totals.ts";
import { formatCount, formatMiBps, formatNs } from "../ground/units.ts";
import { type Distribution, type Group, iosOf } from "../measurement/groups.ts";
import { inTime } from "../measurement/latency-counts.ts";
import { code, table } from "./markdown-text.ts";

const LATENCIES = ["mean", "p50", "p90", "p99", "p999", "p9999", "max"] as const;
const TITLES = ["mean", "p50", "p90", "p99", "p99.9", "p99.99", "max"];

/** The table, and what its dashes mean. */
export function figureTable(distributions: readonly Distribution[]): string[] {
  if (distributions.length === 0) return ["No I/O was completed."];
  const head = ["", "IOPS", "MiB/s", "I/Os", ...TITLES, "CPU per I/O"];
  const rows = distributions.map(row);
  const isMissing = rows.some((cells) => cells.includes("-"));
  const needed = samplesNeeded(99.99).toLocaleString("en-US");
  const note = `\\-: too few I/Os to say; p99.99 needs ${needed}`;
  return [...table(head, rows), ...(isMissing ? ["", note] : [])];
}

function row({ name, group, latency }: Distribution): string[] {
  const iops = perSecond(inTime(latency), group.elapsedNs);
  const figures = latencyFigures(latency);
  return [
    code(name),
    formatCount(Math.round(iops)),
    formatMiBps(iops * group.workload.bs),
    formatCount(latency.total),
    ...LATENCIES.map((key) => (figures[key] === null ? "-" : formatNs(figures[key]))),
    formatNs(cpuNsPerIo(group)),
  ];
}

/** Of the jobs' threads; reads and writes of a group share it. */
function cpuNsPerIo(group: Group): number {
  const { userNs, systemNs } = group.work;
  return (userNs + systemNs) / iosOf(group);
}
