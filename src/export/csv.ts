// Comma-separated tables for spreadsheets and data frames: a header row, one thing a row, one number a cell, plain and
// with the unit in the column's name; a cell is empty where the samples cannot carry its figure. Texts are quoted and
// numbers are not: a spreadsheet takes a serial number like 007123 for a number unless it is told that quotes mean text.
import { stringify } from "csv-stringify/sync";
import {
  carriedNs,
  exportedPercentiles,
  isCarried,
  meanNs,
  percentileNs,
} from "../analysis/histogram.ts";
import { perSecond } from "../analysis/totals.ts";
import { NS_PER_MS } from "../ground/units.ts";
import { bucketLowNs } from "../measurement/buckets.ts";
import type { Distribution, Group, Stretch } from "../measurement/groups.ts";
import { emptyCounts, inTime, unpackLatency } from "../measurement/latency-counts.ts";
import type { LatencyCounts, Op, PackedLatency } from "../measurement/measurement.ts";
import { shareText } from "../measurement/shortfall.ts";
import { cmbText } from "../measurement/workload-names.ts";
import type { Result } from "../results/read.ts";
import { seriesOf } from "./series.ts";

type Cell = string | number | null;
type Row = Readonly<Record<string, Cell>>;

/** A row for each percentile of each distribution that its samples carry. */
export function percentileTable(result: Result, distributions: readonly Distribution[]): string {
  const rows = distributions.flatMap(({ group, op, latency }) =>
    exportedPercentiles
      .filter((percentile) => isCarried(latency.total, percentile))
      .map((percentile) => {
        const valueNs = percentileNs(latency, percentile);
        return {
          ...identity(result, group, op),
          percentile,
          value_ns: valueNs,
          count_above: countAbove(latency, percentile),
          total: latency.total,
        };
      }),
  );
  return table([...IDENTITY, "percentile", "value_ns", "count_above", "total"], rows);
}

/** A row for each interval (of a comparison: block), direction and queue, also where nothing was completed. */
export function seriesTable(result: Result, distributions: readonly Distribution[]): string {
  const rows = distributions.flatMap(({ group, op }) => {
    const named = identity(result, group, op);
    return seriesOf(group, op).map(([stretch, packed]) => ({
      ...named,
      ...seriesCells(stretch, packed, group.workload.bs),
    }));
  });
  return table([...IDENTITY, ...SERIES], rows);
}

const IDENTITY = [
  ...["result", "partial", "device", "model", "serial", "firmware"],
  ...["mode", "op", "bs", "iodepth"],
  ...["coalesce_threshold", "coalesce_time", "coalesce_vector", "cmb", "shadow_doorbells"],
];

/** On every row, so that tables of several results can be put together. */
function identity({ file, measurement }: Result, { mode, workload, device }: Group, op: Op): Row {
  const { address, model, serial, firmware } = device;
  const { bs, iodepth, coalesce, cmb, shadowDoorbells } = workload;
  return {
    // of which measurement it is but a part: "7 of 12 settings"
    partial: shareText(measurement.warnings) || null,
    ...{ result: file, device: address, model, serial, firmware, mode, op, bs, iodepth },
    // one number a cell: "7,100" is 7100 to a spreadsheet
    coalesce_threshold: coalesce?.threshold ?? null,
    coalesce_time: coalesce?.time ?? null,
    coalesce_vector: coalesce?.vector ?? null,
    cmb: cmbText(cmb),
    shadow_doorbells: shadowDoorbells ? "on" : "off",
  };
}

/** Samples of higher buckets than the percentile's: what it left out. */
function countAbove(latency: LatencyCounts, percentile: number): number {
  const valueNs = percentileNs(latency, percentile);
  const passed = latency.counts
    .filter(([index]) => bucketLowNs(index) <= valueNs)
    .reduce((sum, [, count]) => sum + count, 0);
  return latency.total - passed;
}

const SERIES = [
  ...["queue", "start_ms", "length_ms", "ios", "iops", "bytes_per_second"],
  ...["mean_ns", "p50_ns", "p99_ns", "p999_ns", "max_ns", "max_is"],
];

function seriesCells(
  { startMs, lengthMs, isInterval }: Stretch,
  packed: PackedLatency,
  bs: number,
): Row {
  const { total, maxNs, job } = packed;
  const latency = total > 0 ? unpackLatency(packed) : emptyCounts;
  const iops = perSecond(inTime(packed), lengthMs * NS_PER_MS);
  return {
    queue: job === null ? null : job + 1,
    start_ms: rounded(Math.max(0, startMs)),
    length_ms: rounded(lengthMs),
    ios: total,
    iops: rounded(iops),
    bytes_per_second: rounded(iops * bs),
    mean_ns: total > 0 ? rounded(meanNs(latency)) : null,
    p50_ns: carriedNs(latency, 50),
    p99_ns: carriedNs(latency, 99),
    p999_ns: carriedNs(latency, 99.9),
    max_ns: total > 0 ? maxNs : null,
    // the loop keeps exact extremes of a block; an interval of one has its counts only
    max_is: total > 0 ? (isInterval ? "bucket" : "exact") : null,
  };
}

/** Three decimals: no figure here is known better. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/**
 * RFC 4180, but lines end in LF. A text that a spreadsheet would take for a formula
 * gets an apostrophe before it: names of devices and files are not ours.
 */
function table(columns: readonly string[], rows: readonly Row[]): string {
  return stringify([...rows], {
    header: true,
    columns: [...columns],
    quoted_string: true,
    escape_formulas: true,
  });
}
