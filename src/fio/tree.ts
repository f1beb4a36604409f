// fio's JSON tree as fio 3.33 and 3.42 write it, so that fio's tools read it.

import { fioSize, fioTime, NS_PER_S } from "../ground/units.ts";
import { type Group, latencyOf, queueLatency } from "../measurement/groups.ts";
import { emptyCounts } from "../measurement/latency-counts.ts";
import type { Job, Measurement, Op } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import { directionsOf, workloadName } from "../measurement/workload-names.ts";
import { largest } from "../statistics/summary.ts";
import {
  emptyDirection,
  type FioDirection,
  type FioPart,
  fioDirection,
  fioLatency,
  ratesOf,
} from "./direction.ts";
import { batchShares, depthShares, latencyShares, type Shares } from "./tables.ts";

/** Linux's numbers, as fio reports them in `error`. */
const EIO = 5;
const ETIMEDOUT = 110;

/** What becomes one of fio's jobs: a job of ours, or all that was measured of a setting. */
export interface FioSource {
  readonly name: string;
  readonly workload: Workload;
  readonly elapsedNs: number;
  readonly directions: ReadonlyMap<Op, FioPart>;
  readonly completed: number;
  readonly userNs: number;
  readonly systemNs: number;
  /** Null where an old result did not count them. */
  readonly failed: number | null;
  readonly switches: number | null;
  /** The jobs behind it; null where an old result did not keep them. */
  readonly jobs: readonly Job[] | null;
}

export type FioJob = Record<
  string,
  string | number | Shares | FioDirection | Record<string, string>
>;

/** fio's tree. */
export interface FioTree {
  "fio version": string;
  timestamp: number;
  timestamp_ms: number;
  time: string;
  "global options": Record<string, string>;
  jobs: FioJob[];
}

/** The tree of these jobs. */
export function fioTree(measurement: Measurement, sources: readonly FioSource[]): FioTree {
  const { startedMs, version, workload, blocks } = measurement;
  const ends = blocks.map((block) => block.startedMs + Math.round(block.elapsedNs / 1e6));
  const endMs = Math.max(startedMs, largest(ends));
  return {
    "fio version": `phasebit-${version}`,
    timestamp: Math.floor(endMs / 1000),
    timestamp_ms: endMs,
    time: timeText(new Date(endMs)),
    "global options": { ioengine: "phasebit", filename: workload.device },
    jobs: sources.map((source) => fioJob(source, startedMs)),
  };
}

/** Each job of a group as one of fio's. */
export function jobSources(group: Group, jobs: readonly Job[]): FioSource[] {
  const { workload, stretches } = group;
  const intervals = stretches.filter(({ isInterval }) => isInterval);
  return jobs.map((job) => {
    const own = intervals.filter(({ source }) => source === job.source);
    const directions = directionsOf(workload).map((op): [Op, FioPart] => {
      const rates = ratesOf(
        own.map(({ lengthMs, latencies }) => ({
          lengthMs,
          latencies: latencies.filter((one) => one.op === op && one.job === job.job),
        })),
      );
      const ofTotal = latencyOf(group, op).total;
      return [op, { latency: queueLatency(group, job.job, op), rates, ofTotal }];
    });
    const { elapsedNs, completed, failed, usage } = job;
    const { userNs, systemNs, voluntarySwitches, involuntarySwitches } = usage;
    return {
      ...{ name: workloadName(workload), workload, directions: new Map(directions), jobs: [job] },
      ...{ elapsedNs, completed, failed, userNs, systemNs },
      switches: voluntarySwitches + involuntarySwitches,
    };
  });
}

/** "Sun Nov 22 09:14:05 2026", as ctime(3) writes it, in UTC. */
function timeText(date: Date): string {
  const [weekday, day, month, year, time] = date.toUTCString().replace(",", "").split(" ");
  return `${weekday} ${month} ${day?.replace(/^0/, " ")} ${time} ${year}`;
}

/** What is not known has no key. */
function fioJob(source: FioSource, startedMs: number): FioJob {
  const { name, workload, elapsedNs, directions, completed, switches } = source;
  const { bs, iodepth, rampTimeMs } = workload;
  const shares = latencyShares([...directions.values()].map(({ latency }) => latency));
  const usedPercent = (ns: number) => (elapsedNs > 0 ? (ns * 100) / elapsedNs : 0);
  const direction = (op: Op): FioDirection => {
    const part = directions.get(op);
    return part === undefined ? emptyDirection : fioDirection(part, elapsedNs, bs);
  };
  return {
    jobname: name,
    groupid: 0,
    job_start: startedMs,
    error: errorNumber(source),
    eta: 0,
    elapsed: Math.ceil(elapsedNs / NS_PER_S + rampTimeMs / 1000),
    "job options": jobOptions(workload),
    read: direction("read"),
    write: direction("write"),
    trim: emptyDirection,
    sync: { total_ios: 0, lat_ns: fioLatency(emptyCounts) },
    job_runtime: Math.round(elapsedNs / 1e6),
    usr_cpu: usedPercent(source.userNs),
    sys_cpu: usedPercent(source.systemNs),
    ...(switches !== null && { ctx: switches }),
    ...(source.jobs !== null && faults(source.jobs)),
    iodepth_level: depthShares(iodepth, completed > 0),
    ...(source.jobs !== null && batches(source.jobs)),
    latency_ns: shares.ns,
    latency_us: shares.us,
    latency_ms: shares.ms,
    latency_depth: iodepth,
    latency_target: 0,
    latency_target_ns: 0,
    latency_percentile: 100,
    latency_window: 0,
    latency_window_us: 0,
    // fio has it only with unified_rw_reporting
    ...(directions.has("mixed") && { mixed: direction("mixed") }),
  };
}

function faults(jobs: readonly Job[]) {
  return {
    majf: jobs.reduce((sum, { usage }) => sum + usage.majorFaults, 0),
    minf: jobs.reduce((sum, { usage }) => sum + usage.minorFaults, 0),
  };
}

function batches(jobs: readonly Job[]) {
  const completed = jobs.reduce((sum, job) => sum + job.completed, 0);
  const shares = batchShares(
    completed,
    jobs.reduce((sum, { sweepsFull }) => sum + sweepsFull, 0),
  );
  return { iodepth_submit: shares, iodepth_complete: shares };
}

function errorNumber({ jobs, failed }: FioSource): number {
  if (jobs?.some(({ timedOut }) => timedOut)) return ETIMEDOUT;
  return (failed ?? 0) > 0 || jobs?.some(({ lost }) => lost > 0) ? EIO : 0;
}

/** What was asked for, in fio's words; fio's tools need rw, bs, iodepth and numjobs here. */
function jobOptions(workload: Workload): Record<string, string> {
  const { rw, rwmixread, bs, iodepth, numjobs, size, cpus, batch } = workload;
  return {
    rw,
    ...(rw === "randrw" && { rwmixread: `${rwmixread}` }),
    bs: fioSize(bs),
    iodepth: `${iodepth}`,
    numjobs: `${numjobs}`,
    ...(batch.min > 1 && { iodepth_batch_complete_min: `${batch.min}` }),
    ...(batch.max !== null && { iodepth_batch_complete_max: `${batch.max}` }),
    time_based: "",
    runtime: fioTime(workload.runtimeMs),
    ramp_time: fioTime(workload.rampTimeMs),
    offset: fioSize(workload.offset),
    ...(size !== null && { size: fioSize(size) }),
    randseed: `${workload.seed}`,
    ...(cpus.length > 0 && { cpus_allowed: cpus.join(",") }),
  };
}
