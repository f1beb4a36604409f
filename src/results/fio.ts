// The result document: fio's JSON tree as fio 3.33 and 3.42 write it, so that fio's tools read it, and
// under one more key, "phasebit", what fio has no place for.

import { elapsedNsOf, workloadName } from "../analysis/totals.ts";
import { emptyCounts } from "../measurement/latency-counts.ts";
import type { JobMeasurement, RunMeasurement } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import { fioSize, fioTime, NS_PER_S } from "../units.ts";
import { type Details, detailsOf } from "./details.ts";
import { emptyDirection, type FioDirection, fioDirection, fioLatency } from "./fio-direction.ts";
import { batchShares, depthShares, latencyShares, type Shares } from "./fio-tables.ts";

/** Linux's numbers, as fio reports them in `error`. */
const EIO = 5;
const ETIMEDOUT = 110;

type FioJob = Record<string, string | number | Shares | FioDirection | Record<string, string>>;

/** fio's tree and ours. */
export interface FioDocument {
  "fio version": string;
  timestamp: number;
  timestamp_ms: number;
  time: string;
  "global options": Record<string, string>;
  jobs: FioJob[];
  phasebit: Details;
}

/** The result document of a run. */
export function fioDocument(run: RunMeasurement): FioDocument {
  const endMs = run.startedMs + Math.round(elapsedNsOf(run) / 1e6);
  return {
    "fio version": `phasebit-${run.version}`,
    timestamp: Math.floor(endMs / 1000),
    timestamp_ms: endMs,
    time: timeText(new Date(endMs)),
    "global options": { ioengine: "phasebit", filename: run.workload.device },
    jobs: run.jobs.map((job) => fioJob(run, job)),
    phasebit: detailsOf(run),
  };
}

/** "Sun Nov 22 09:14:05 2026", as ctime(3) writes it, in UTC. */
function timeText(date: Date): string {
  const [weekday, day, month, year, time] = date.toUTCString().replace(",", "").split(" ");
  return `${weekday} ${month} ${day?.replace(/^0/, " ")} ${time} ${year}`;
}

function fioJob(run: RunMeasurement, job: JobMeasurement): FioJob {
  const { workload } = run;
  const shares = latencyShares(job);
  const usedPercent = (ns: number) => (job.elapsedNs > 0 ? (ns * 100) / job.elapsedNs : 0);
  return {
    jobname: workloadName(workload),
    groupid: 0,
    job_start: run.startedMs,
    error: errorNumber(job),
    eta: 0,
    elapsed: Math.ceil(job.elapsedNs / NS_PER_S + workload.rampTimeMs / 1000),
    "job options": jobOptions(workload),
    read: fioDirection(run, job, "read"),
    write: fioDirection(run, job, "write"),
    trim: emptyDirection,
    sync: { total_ios: 0, lat_ns: fioLatency(emptyCounts) },
    job_runtime: Math.round(job.elapsedNs / 1e6),
    usr_cpu: usedPercent(job.usage.userNs),
    sys_cpu: usedPercent(job.usage.systemNs),
    ctx: job.usage.voluntarySwitches + job.usage.involuntarySwitches,
    majf: job.usage.majorFaults,
    minf: job.usage.minorFaults,
    iodepth_level: depthShares(workload.iodepth, job.completed > 0),
    iodepth_submit: batchShares(job),
    iodepth_complete: batchShares(job),
    latency_ns: shares.ns,
    latency_us: shares.us,
    latency_ms: shares.ms,
    latency_depth: workload.iodepth,
    latency_target: 0,
    latency_target_ns: 0,
    latency_percentile: 100,
    latency_window: 0,
    latency_window_us: 0,
  };
}

function errorNumber(job: JobMeasurement): number {
  if (job.timedOut) return ETIMEDOUT;
  return job.failed > 0 || job.lost > 0 ? EIO : 0;
}

/** What was asked for, in fio's words; fio's tools need rw, bs, iodepth and numjobs here. */
function jobOptions(workload: Workload): Record<string, string> {
  const { rw, rwmixread, bs, iodepth, numjobs, size, cpus } = workload;
  return {
    rw,
    ...(rw === "randrw" && { rwmixread: `${rwmixread}` }),
    bs: fioSize(bs),
    iodepth: `${iodepth}`,
    numjobs: `${numjobs}`,
    time_based: "",
    runtime: fioTime(workload.runtimeMs),
    ramp_time: fioTime(workload.rampTimeMs),
    offset: fioSize(workload.offset),
    ...(size !== null && { size: fioSize(size) }),
    randseed: `${workload.seed}`,
    ...(cpus.length > 0 && { cpus_allowed: cpus.join(",") }),
  };
}
