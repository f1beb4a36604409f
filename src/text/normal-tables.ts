// The tables of the terminal report: rates, latencies, and each job when there are several.

import { isCarried, meanNs, percentileNs, samplesNeeded } from "../analysis/histogram.ts";
import { perSecond } from "../analysis/totals.ts";
import { fioTime, formatCount, formatMiBps, formatNs } from "../ground/units.ts";
import { type Group, latencyOf, queueLatency, stagesOf } from "../measurement/groups.ts";
import { inTime, iosInTime } from "../measurement/latency-counts.ts";
import type { Direction, Job, LatencyCounts } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import { directionsOf } from "../measurement/workload-names.ts";
import { beside, type Cell, type Colors, type Row, sparkline, table, wrap } from "./columns.ts";
import { headingRow, type Lines } from "./compare-frame.ts";

const percentiles = [50, 90, 99, 99.9, 99.99, 99.999];
const jobPercentiles = [50, 99, 99.9];
const BARS = 24;

/** IOPS, MiB/s and number of I/Os of each direction, with their course over the run. */
export function rateTable(group: Group, { colors, columns }: Lines): string[] {
  const { workload, elapsedNs } = group;
  const directions = directionsOf(workload);
  const rows = directions.map((direction): Row => {
    const latency = latencyOf(group, direction);
    const { total } = latency;
    return {
      label: { text: direction, style: colors.bold },
      cells: [
        { text: formatCount(perSecond(inTime(latency), elapsedNs)), style: colors.bold },
        formatMiBps(perSecond(inTime(latency) * workload.bs, elapsedNs)),
        formatCount(total),
      ],
    };
  });
  const courses = directions.map((direction) => courseOf(group, direction, colors));
  const heading = headingRow("", ["IOPS", "MiB/s", "I/Os"], colors);
  const lines = table([heading, ...rows], columns);
  const title = courses.some((course) => course !== "")
    ? colors.dim(`   IOPS in each ${intervalName(workload)}`)
    : "";
  return beside(lines, [title, ...courses], columns);
}

function intervalName({ logHistMs }: Workload): string {
  return logHistMs === 1000 ? "second" : fioTime(logHistMs);
}

/** "   ▇▇▇▆█  118.2k to 123.0k": nothing for a run of one second. */
function courseOf({ stretches, workload }: Group, direction: Direction, colors: Colors): string {
  const iops = stretches
    .filter(({ isInterval, lengthMs }) => isInterval && lengthMs >= workload.logHistMs / 2)
    .map(({ latencies, lengthMs }) => (iosInTime(latencies, direction) * 1000) / lengthMs);
  if (iops.length < 2) return "";
  const from = formatCount(Math.min(...iops));
  const to = formatCount(Math.max(...iops));
  return `   ${colors.cyan(sparkline(iops, BARS))}  ${from === to ? from : `${from} to ${to}`}`;
}

/** Mean, percentiles and maximum of each direction, and which percentiles would need more I/Os. */
export function latencyTable(group: Group, { colors, columns }: Lines): string[] {
  const latencies = directionsOf(group.workload).map((direction) => {
    return { direction, latency: latencyOf(group, direction) };
  });
  const rows = latencies.map(
    ({ direction, latency }): Row => ({
      label: { text: direction, style: colors.bold },
      cells: latencyCells(latency, percentiles, colors),
    }),
  );
  const fewest = Math.min(...latencies.map(({ latency }) => latency.total));
  return [
    ...table([latencyHeading("latency", colors), ...rows], columns),
    ...tooFew(fewest, { colors, columns }),
  ];
}

function latencyHeading(label: string, colors: Colors): Row {
  const titles = percentiles.map((percentile) => `p${percentile}`);
  return headingRow(label, ["mean", ...titles, "max"], colors);
}

function latencyCells(latencies: LatencyCounts, shown: readonly number[], colors: Colors): Cell[] {
  const none: Cell = { text: "-", style: colors.dim };
  if (latencies.total === 0) return Array.from({ length: shown.length + 2 }, () => none);
  return [
    formatNs(meanNs(latencies)),
    ...shown.map((percentile) =>
      isCarried(latencies.total, percentile) ? formatNs(percentileNs(latencies, percentile)) : none,
    ),
    formatNs(latencies.maxNs),
  ];
}

/** A round number without decimals: "100", "10k", "1M". */
function shortCount(count: number): string {
  if (count < 10_000) return `${count}`;
  return count < 1e6 ? `${count / 1e3}k` : `${count / 1e6}M`;
}

function tooFew(total: number, { colors, columns }: Lines): string[] {
  const missing = percentiles.find((percentile) => !isCarried(total, percentile));
  if (missing === undefined) return [];
  // The first tells the rest: each further nine needs ten times as many.
  const needed = shortCount(samplesNeeded(missing));
  const words = `too few I/Os: p${missing} needs ${needed}`.split(" ");
  return wrap({ text: "-", style: String }, words, " ", columns).map(colors.dim);
}

/** Where the time of a command went, stage by stage; nothing unless it was measured. */
export function stageTable(group: Group, { colors, columns }: Lines): string[] {
  const rows = stagesOf(group).map(
    ({ name, latency }): Row => ({
      label: { text: name, style: String },
      cells: latencyCells(latency, percentiles, colors),
    }),
  );
  return rows.length === 0 ? [] : table([latencyHeading("stage", colors), ...rows], columns);
}

/** One row for each job and direction; nothing for a single job. */
export function jobTable(group: Group, { colors, columns }: Lines): string[] {
  const jobs = group.jobs ?? [];
  if (jobs.length < 2) return [];
  const titles = jobPercentiles.map((percentile) => `p${percentile}`);
  const headings = ["cpu", "IOPS", "MiB/s", "mean", ...titles, "max"];
  const directions = directionsOf(group.workload);
  const rows = jobs.flatMap((job) =>
    directions.map((direction): Row => {
      const label = directions.length > 1 ? `${job.job} ${direction}` : `${job.job}`;
      return {
        label: { text: label, style: String },
        cells: jobCells(group, job, direction, colors),
      };
    }),
  );
  return table([headingRow("job", headings, colors), ...rows], columns);
}

function jobCells(
  group: Group,
  { job, cpu, elapsedNs }: Job,
  direction: Direction,
  colors: Colors,
): Cell[] {
  const latency = queueLatency(group, job, direction);
  return [
    cpu === null ? "any" : `${cpu}`,
    formatCount(perSecond(inTime(latency), elapsedNs)),
    formatMiBps(perSecond(inTime(latency) * group.workload.bs, elapsedNs)),
    ...latencyCells(latency, jobPercentiles, colors),
  ];
}
