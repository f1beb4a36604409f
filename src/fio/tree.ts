// fio's JSON tree as fio 3.33 and 3.42 write it, so that fio's tools read it.

import { NS_PER_S } from "../ground/units.ts";
import { emptyCounts } from "../measurement/latency-counts.ts";
import type { Job, Op } from "../measurement/measurement.ts";
import { largest } from "../statistics/summary.ts";
import {
  emptyDirection,
  type FioDirection,
  fioDirection,
  fioLatency,
  type Percentiles,
} from "./direction.ts";
import { diskUtil, type FioDisk } from "./disk-util.ts";
import { IOENGINE, jobOptions } from "./job-options.ts";
import type { FioSource } from "./sources.ts";
import { batchShares, depthShares, latencyShares, type Shares } from "./tables.ts";

/** Linux's numbers, as fio reports them in `error`. */
const EIO = 5;
const ETIMEDOUT = 110;

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
  disk_util?: FioDisk[];
}

/** The tree of these jobs, a list for each group that ran together. */
export function fioTree(
  version: string,
  groups: readonly (readonly FioSource[])[],
  percentiles: Percentiles = "carried",
): FioTree {
  const sources = groups.flat();
  const endMs = Math.max(0, largest(sources.map((source) => source.endMs)));
  const disks = diskUtil(sources);
  return {
    "fio version": `phasebit-${version}`,
    timestamp: Math.floor(endMs / 1000),
    timestamp_ms: endMs,
    time: timeText(new Date(endMs)),
    "global options": { ioengine: IOENGINE },
    jobs: groups.flatMap((own, groupid) =>
      own.map((source) => fioJob(source, groupid, percentiles)),
    ),
    ...(disks.length > 0 && { disk_util: disks }),
  };
}

/** "Sun Nov 22 09:14:05 2026", as ctime(3) writes it, in UTC. */
function timeText(date: Date): string {
  const [weekday, day, month, year, time] = date.toUTCString().replace(",", "").split(" ");
  return `${weekday} ${month} ${day?.replace(/^0/, " ")} ${time} ${year}`;
}

/** What is not known has no key. */
function fioJob(source: FioSource, groupid: number, percentiles: Percentiles): FioJob {
  const { workload, elapsedNs, directions, completed, switches, jobTimeNs } = source;
  const { bs, iodepth } = workload;
  const shares = latencyShares([...directions.values()].map(({ latency }) => latency));
  const usedPercent = (ns: number) => (jobTimeNs > 0 ? (ns * 100) / jobTimeNs : 0);
  const direction = (op: Op): FioDirection => {
    const part = directions.get(op);
    return part === undefined ? emptyDirection : fioDirection(part, elapsedNs, bs, percentiles);
  };
  return {
    jobname: source.name,
    groupid,
    job_start: source.startMs,
    ...errorNumber(source),
    eta: 0,
    elapsed: Math.ceil(elapsedNs / NS_PER_S + source.rampMs / 1000),
    "job options": jobOptions(source),
    read: direction("read"),
    write: direction("write"),
    trim: emptyDirection,
    sync: { total_ios: 0, lat_ns: fioLatency(emptyCounts) },
    job_runtime: Math.round(jobTimeNs / 1e6),
    usr_cpu: usedPercent(source.userNs),
    sys_cpu: usedPercent(source.systemNs),
    ...(switches !== null && { ctx: switches }),
    ...(source.jobs !== null && faults(source.jobs)),
    iodepth_level: depthShares(iodepth, completed > 0),
    ...(source.jobs !== null && batches(source.jobs, workload)),
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

/** fio's two tables of commands per call, where they are known: all that completes at once is submitted at once. */
function batches(jobs: readonly Job[], { iodepth, batch }: FioSource["workload"]) {
  const shares = batchShares({
    ended: jobs.reduce((sum, { completed, failed }) => sum + completed + failed, 0),
    sweepsFull: jobs.reduce((sum, { sweepsFull }) => sum + sweepsFull, 0),
    jobs: jobs.length,
    most: Math.min(iodepth, batch.max ?? iodepth),
  });
  return shares !== null && { iodepth_submit: shares, iodepth_complete: shares };
}

/** 0 where all is known to be well, and no key where an old result did not count what failed. */
function errorNumber({ jobs, failed }: FioSource): { error?: number } {
  if (jobs?.some(({ timedOut }) => timedOut)) return { error: ETIMEDOUT };
  if ((failed ?? 0) > 0 || jobs?.some(({ lost }) => lost > 0)) return { error: EIO };
  return failed === null ? {} : { error: 0 };
}
