// The tables of the terminal report: rates, latencies, and each job when there are several.

import { isCarried, meanNs, percentileNs, samplesNeeded } from "../analysis/histogram.ts";
import {
  directionsOf,
  elapsedNsOf,
  intervalIos,
  latenciesOf,
  perSecond,
} from "../analysis/totals.ts";
import { mergeCounts } from "../measurement/latency-counts.ts";
import type {
  Direction,
  JobMeasurement,
  LatencyCounts,
  RunMeasurement,
  StageName,
} from "../measurement/measurement.ts";
import { fioTime, formatCount, formatMiBps, formatNs } from "../units.ts";
import { type Cell, type Colors, LABEL_WIDTH, type Row, sparkline, table } from "./columns.ts";

const percentiles = [50, 90, 99, 99.9, 99.99, 99.999];
const jobPercentiles = [50, 99, 99.9];
const BARS = 24;

/** IOPS, MiB/s and number of I/Os of each direction, with their course over the run. */
export function rateTable(run: RunMeasurement, colors: Colors): string[] {
  const elapsedNs = elapsedNsOf(run);
  const rows = directionsOf(run.workload).map((direction): Row => {
    const { total } = latenciesOf(run, direction);
    return {
      label: { text: direction, style: colors.bold },
      cells: [
        { text: formatCount(perSecond(total, elapsedNs)), style: colors.bold },
        formatMiBps(perSecond(total * run.workload.bs, elapsedNs)),
        formatCount(total),
      ],
    };
  });
  const courses = directionsOf(run.workload).map((direction) => courseOf(run, direction, colors));
  const heading = headingRow("", ["IOPS", "MiB/s", "I/Os"], colors);
  const [first, ...lines] = table([heading, ...rows]);
  const title = courses.some((course) => course !== "")
    ? colors.dim(`   IOPS in each ${intervalName(run)}`)
    : "";
  return [`${first}${title}`, ...lines.map((line, index) => `${line}${courses[index]}`)];
}

function intervalName({ workload }: RunMeasurement): string {
  return workload.logHistMs === 1000 ? "second" : fioTime(workload.logHistMs);
}

/** "   ▇▇▇▆█  118.2k to 123.0k": nothing for a run of one second. */
function courseOf(run: RunMeasurement, direction: Direction, colors: Colors): string {
  const iops = run.intervals
    .filter(({ lengthMs }) => lengthMs >= run.workload.logHistMs / 2)
    .map((interval) => (intervalIos(interval, direction) * 1000) / interval.lengthMs);
  if (iops.length < 2) return "";
  const from = formatCount(Math.min(...iops));
  const to = formatCount(Math.max(...iops));
  return `   ${colors.cyan(sparkline(iops, BARS))}  ${from === to ? from : `${from} to ${to}`}`;
}

/** Mean, percentiles and maximum of each direction, and which percentiles would need more I/Os. */
export function latencyTable(run: RunMeasurement, colors: Colors): string[] {
  const directions = directionsOf(run.workload);
  const headings = ["mean", ...percentiles.map((percentile) => `p${percentile}`), "max"];
  const rows = directions.map((direction): Row => {
    const latencies = latenciesOf(run, direction);
    return {
      label: { text: direction, style: colors.bold },
      cells: latencyCells(latencies, percentiles, colors),
    };
  });
  const fewest = Math.min(...directions.map((direction) => latenciesOf(run, direction).total));
  return [...table([headingRow("latency", headings, colors), ...rows]), ...tooFew(fewest, colors)];
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

function tooFew(total: number, colors: Colors): string[] {
  const missing = percentiles.find((percentile) => !isCarried(total, percentile));
  if (missing === undefined) return [];
  // The first tells the rest: each further nine needs ten times as many.
  const needed = shortCount(samplesNeeded(missing));
  return [colors.dim(`${"-".padEnd(LABEL_WIDTH)}too few I/Os: p${missing} needs ${needed}`)];
}

/** Where the time of a command went, stage by stage; nothing unless it was measured. */
export function stageTable(run: RunMeasurement, colors: Colors): string[] {
  const names = Object.keys(run.jobs[0]?.stages ?? {}) as StageName[];
  const rows = names
    .map((name) => ({
      name,
      latencies: mergeCounts(run.jobs.flatMap(({ stages }) => stages?.[name] ?? [])),
    }))
    .filter(({ latencies }) => latencies.total > 0)
    .map(
      ({ name, latencies }): Row => ({
        label: { text: name, style: String },
        cells: latencyCells(latencies, percentiles, colors),
      }),
    );
  if (rows.length === 0) return [];
  const headings = ["mean", ...percentiles.map((percentile) => `p${percentile}`), "max"];
  return table([headingRow("stage", headings, colors), ...rows]);
}

/** One row for each job and direction; nothing for a single job. */
export function jobTable(run: RunMeasurement, colors: Colors): string[] {
  if (run.jobs.length < 2) return [];
  const headings = [
    "cpu",
    "IOPS",
    "MiB/s",
    "mean",
    ...jobPercentiles.map((percentile) => `p${percentile}`),
    "max",
  ];
  const directions = directionsOf(run.workload);
  const rows = run.jobs.flatMap((job) =>
    directions.map((direction): Row => {
      const label = directions.length > 1 ? `${job.job} ${direction}` : `${job.job}`;
      return {
        label: { text: label, style: String },
        cells: jobCells(run, job, direction, colors),
      };
    }),
  );
  return table([headingRow("job", headings, colors), ...rows]);
}

function jobCells(
  run: RunMeasurement,
  job: JobMeasurement,
  direction: Direction,
  colors: Colors,
): Cell[] {
  const latencies = job[direction];
  return [
    job.cpu === null ? "any" : `${job.cpu}`,
    formatCount(perSecond(latencies.total, job.elapsedNs)),
    formatMiBps(perSecond(latencies.total * run.workload.bs, job.elapsedNs)),
    ...latencyCells(latencies, jobPercentiles, colors),
  ];
}

function headingRow(label: string, headings: readonly string[], colors: Colors): Row {
  return {
    label: { text: label, style: colors.dim },
    cells: headings.map((text) => ({ text, style: colors.dim })),
  };
}
