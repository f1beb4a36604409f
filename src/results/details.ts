// The key "phasebit" of the result document: what was measured, on what, and how far to trust it. Names
// are those of run/measurement.ts.
import {
  HISTOGRAM_DIGITS,
  HISTOGRAM_HIGHEST_NS,
  HISTOGRAM_LOWEST_NS,
  JobPhase,
} from "../../assembly/layout.ts";
import {
  encodeCounts,
  fioPercentiles,
  isCarried,
  meanNs,
  percentileNs,
} from "../analysis/histogram.ts";
import { directionsOf, errorsOf, latenciesOf, median } from "../analysis/totals.ts";
import { statusName } from "../nvme/status.ts";
import type {
  Direction,
  Interval,
  JobMeasurement,
  LatencyCounts,
  RejectionName,
  RunMeasurement,
} from "../run/measurement.ts";
import { warningText } from "./warnings.ts";

/** Raised when a key changes its meaning or goes away; new keys do not raise it. */
const SCHEMA = 1;

export type Details = ReturnType<typeof detailsOf>;

/** Everything that fio's tree has no place for. */
export function detailsOf(run: RunMeasurement) {
  const directions = directionsOf(run.workload);
  return {
    schema: SCHEMA,
    version: run.version,
    argv: run.argv,
    startedMs: run.startedMs,
    interrupted: run.interrupted,
    host: run.host,
    device: run.device,
    // JSON has no integers of 64 bits.
    workload: { ...run.workload, seed: run.workload.seed.toString() },
    /** Cost of one reading of the clock; each latency includes about one. */
    clockNs: median(run.jobs.map((job) => job.clockNs)),
    histogram: {
      unit: "ns",
      lowest: HISTOGRAM_LOWEST_NS,
      highest: HISTOGRAM_HIGHEST_NS,
      significantDigits: HISTOGRAM_DIGITS,
    },
    total: perDirection(directions, (direction) => latencyDetails(latenciesOf(run, direction))),
    deviceCpuNs: run.deviceCpuNs,
    series: run.intervals.map((interval) => seriesEntry(interval, directions, run.workload.bs)),
    jobs: run.jobs.map((job) => jobDetails(job, directions)),
    errors: errorsOf(run.jobs).map(errorDetails),
    rejections: rejectionSums(run.jobs),
    warnings: run.warnings.map((warning) => ({ ...warning, text: warningText(warning) })),
  };
}

function perDirection<T>(directions: readonly Direction[], of: (direction: Direction) => T) {
  const entries = directions.map((direction) => [direction, of(direction)] as const);
  return Object.fromEntries(entries) as Partial<Record<Direction, T>>;
}

/** The counts twice: as they are, and encoded as HdrHistogram's tools read them. */
function latencyDetails(latencies: LatencyCounts) {
  const { total, minNs, maxNs, sumNs, counts } = latencies;
  return {
    total,
    minNs,
    maxNs,
    sumNs,
    meanNs: meanNs(latencies),
    percentilesNotCarried: fioPercentiles.filter((percentile) => !isCarried(total, percentile)),
    counts: {
      index: counts.map(([index]) => index),
      count: counts.map(([, count]) => count),
    },
    hdrHistogramV2: encodeCounts(latencies),
  };
}

function seriesEntry(interval: Interval, directions: readonly Direction[], bs: number) {
  const { endMs, lengthMs } = interval;
  const rates = perDirection(directions, (direction) => {
    const latencies = interval[direction];
    const iops = lengthMs > 0 ? (latencies.total * 1000) / lengthMs : 0;
    return {
      ios: latencies.total,
      iops,
      mibps: (iops * bs) / 1024 ** 2,
      p50Ns: carriedNs(latencies, 50),
      p99Ns: carriedNs(latencies, 99),
      maxNs: latencies.maxNs,
    };
  });
  return { endMs, lengthMs, ...rates };
}

/** The percentile, or null when the samples cannot carry it. */
function carriedNs(latencies: LatencyCounts, percentile: number): number | null {
  return isCarried(latencies.total, percentile) ? percentileNs(latencies, percentile) : null;
}

function jobDetails(job: JobMeasurement, directions: readonly Direction[]) {
  const { read: _read, write: _write, statuses, stages, ...rest } = job;
  return {
    ...rest,
    phase: JobPhase[job.phase],
    ...perDirection(directions, (direction) => latencyDetails(job[direction])),
    stages:
      stages === null
        ? null
        : Object.fromEntries(
            Object.entries(stages).map(([name, counts]) => [name, latencyDetails(counts)]),
          ),
    statuses: statuses.map(errorDetails),
  };
}

function errorDetails({ code, count }: { readonly code: number; readonly count: number }) {
  const hex = (value: number) => `0x${value.toString(16).padStart(2, "0")}`;
  return { name: statusName(code), sct: hex(code >> 8), sc: hex(code & 0xff), count };
}

function rejectionSums(jobs: readonly JobMeasurement[]): Record<RejectionName, number> {
  const sums: Record<RejectionName, number> = {
    "bad-cid": 0,
    "idle-slot": 0,
    "stale-generation": 0,
    "bad-sqid": 0,
    "bad-sqhd": 0,
  };
  for (const { rejections } of jobs) {
    for (const kind of Object.keys(sums) as RejectionName[]) sums[kind] += rejections[kind];
  }
  return sums;
}
