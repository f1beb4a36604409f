// What happened over time: rates, percentiles and the heat map, in one walk over the columns.
import { carriedNs } from "../analysis/histogram.ts";
import { type Steps, stepEdgeNs, stepsOf } from "../analysis/latency-steps.ts";
import type { Stretch } from "../measurement/groups.ts";
import { LatencySum } from "../measurement/latency-sum.ts";
import type { LatencyCounts, Op } from "../measurement/measurement.ts";
import { largest, smallest } from "../statistics/summary.ts";
import { roundedNs, secondsOf } from "./digits.ts";
import type { Column } from "./grid.ts";
import { columnsOf } from "./grid.ts";
import { ratesOf } from "./rates.ts";
import type { HeatMap, Series } from "./report-data.ts";

export interface Timeline {
  readonly series: Series;
  readonly heat: HeatMap;
  /** IOPS of each queue at the times of the series, by job. */
  readonly queues: ReadonlyMap<number, readonly number[]>;
}

/** The course of one direction, or of all, in at most `most` columns; null where there is none. */
export function timelineOf(
  stretches: readonly Stretch[],
  op: Op | undefined,
  most: number,
): Timeline | null {
  const columns = columnsOf(stretches, most);
  if (columns.length === 0) return null;
  const rates = ratesOf(columns, stretches, op);
  const sum = new LatencySum();
  const series = columns.map((column) => {
    for (const { latencies } of column.stretches) {
      // one at a time: thousands of them are much to hold
      for (const packed of latencies) {
        if (op === undefined || packed.op === op) sum.addPacked(packed);
      }
    }
    const latencies = sum.take();
    return { figures: figuresOf(latencies), steps: stepsOf(latencies) };
  });
  return {
    series: seriesOf(
      columns,
      rates.all,
      series.map(({ figures }) => figures),
    ),
    heat: heatOf(
      columns,
      series.map(({ steps }) => steps),
    ),
    queues: rates.queues,
  };
}

type Figures = Readonly<Record<"p50" | "p99" | "p999" | "max", number | null>>;

function figuresOf(latencies: LatencyCounts): Figures {
  const rounded = (percentile: number): number | null => {
    const ns = carriedNs(latencies, percentile);
    return ns === null ? null : roundedNs(ns);
  };
  return { p50: rounded(50), p99: rounded(99), p999: rounded(99.9), max: rounded(100) };
}

function seriesOf(
  columns: readonly Column[],
  iops: readonly number[],
  figures: readonly Figures[],
): Series {
  return {
    endS: columns.map(({ endMs }) => secondsOf(endMs)),
    lengthS: columns.map(({ lengthMs }) => secondsOf(lengthMs)),
    iops,
    p50: figures.map(({ p50 }) => p50),
    p99: figures.map(({ p99 }) => p99),
    p999: figures.map(({ p999 }) => p999),
    max: figures.map(({ max }) => max),
  };
}

/** Rows from the first step with samples in any column to the last. */
function heatOf(columns: readonly Column[], steps: readonly Steps[]): HeatMap {
  const filled = steps.filter(({ length }) => length > 0);
  const first = smallest(filled.map((column) => column[0]![0]));
  const last = largest(filled.map((column) => column.at(-1)![0]));
  const rows = filled.length === 0 ? 0 : last - first + 2;
  return {
    startS: columns.map(({ startMs }) => secondsOf(startMs)),
    endS: columns.map(({ endMs }) => secondsOf(endMs)),
    edgesNs: Array.from({ length: rows }, (_, row) => roundedNs(stepEdgeNs(first + row))),
    cells: steps.map((column) => column.map(([step, count]) => [step - first, count] as const)),
  };
}
