// The key "phasebit" of the result document: what was measured, on what, and how far to trust it. Names
// are those of measurement/measurement.ts.
import type * as v from "valibot";
import {
  HISTOGRAM_DIGITS,
  HISTOGRAM_HIGHEST_NS,
  HISTOGRAM_LOWEST_NS,
  JobPhase,
} from "../../assembly/layout.ts";
import {
  carriedNs,
  encodeCounts,
  fioPercentiles,
  isCarried,
  meanNs,
} from "../analysis/histogram.ts";
import {
  directionsOf,
  errorsOf,
  intervalLatency,
  keepsIntervals,
  latenciesOf,
  median,
} from "../analysis/totals.ts";
import type {
  Direction,
  Interval,
  JobMeasurement,
  LatencyCounts,
  RejectionName,
  RunMeasurement,
  StageName,
} from "../measurement/measurement.ts";
import { statusName } from "../nvme/status.ts";
import type { Frozen } from "./frozen.ts";
import { savedWorkload } from "./saved-workload.ts";
import type { runDetails } from "./schema/run.ts";
import { SCHEMA } from "./schema-version.ts";
import { warningText } from "./warnings.ts";

/** The key as the schema declares it. */
export type Details = Frozen<v.InferInput<typeof runDetails>>;

/** Everything that fio's tree has no place for. */
export function detailsOf(run: RunMeasurement): Details {
  const directions = directionsOf(run.workload);
  return {
    schema: SCHEMA,
    kind: "run",
    version: run.version,
    argv: run.argv,
    startedMs: run.startedMs,
    interrupted: run.interrupted,
    merged: run.merged,
    host: run.host,
    device: run.device,
    workload: savedWorkload(run.workload),
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
    series: run.intervals.map((interval) =>
      // what was not kept is left out, and never 0
      seriesEntry(interval, keepsIntervals(run) ? directions : [], run.workload.bs),
    ),
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
  const { source, endMs, lengthMs, latencies } = interval;
  const rates = perDirection(directions, (direction) => {
    const latency = intervalLatency(interval, direction);
    const iops = lengthMs > 0 ? (latency.total * 1000) / lengthMs : 0;
    return {
      ios: latency.total,
      iops,
      mibps: (iops * bs) / 1024 ** 2,
      p50Ns: carriedNs(latency, 50),
      p99Ns: carriedNs(latency, 99),
      maxNs: latency.maxNs,
    };
  });
  return { source, endMs, lengthMs, ...rates, latencies };
}

function jobDetails(job: JobMeasurement, directions: readonly Direction[]) {
  const { read: _read, write: _write, statuses, stages, ...rest } = job;
  return {
    ...rest,
    phase: JobPhase[job.phase],
    ...perDirection(directions, (direction) => latencyDetails(job[direction])),
    stages: stages === null ? null : stageDetails(stages),
    statuses: statuses.map(errorDetails),
  };
}

function stageDetails(stages: NonNullable<JobMeasurement["stages"]>) {
  const entries = Object.entries(stages).map(([name, counts]) => [name, latencyDetails(counts)]);
  return Object.fromEntries(entries) as Record<StageName, ReturnType<typeof latencyDetails>>;
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
