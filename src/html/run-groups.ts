// A run as groups: one for each direction.
import { carriedNs } from "../analysis/histogram.ts";
import { directionsOf, elapsedNsOf, latenciesOf, perSecond, sumOf } from "../analysis/totals.ts";
import { mergeCounts, unpackLatency } from "../measurement/latency-counts.ts";
import type { Direction, RunMeasurement, StageName } from "../measurement/measurement.ts";
import { queueKey, type Stretch } from "./columns.ts";
import { type Draft, settingsOf } from "./draft.ts";
import { latencyNs } from "./latency-figures.ts";
import { percentileCurve } from "./percentile-curve.ts";
import { queuesOfRun } from "./queues.ts";
import type { StageData } from "./report-data.ts";
import { timelineOf } from "./timeline.ts";

/** The groups of a run, their charts over time in at most `most` columns. */
export function runGroups(run: RunMeasurement, most: number): Draft[] {
  const directions = directionsOf(run.workload);
  // `--rwmixread 100` leaves nothing to say of writes
  const measured = directions.filter((op) => run.jobs.some((job) => job[op].total > 0));
  const shown = measured.length > 0 ? measured : directions.slice(0, 1);
  return shown.map((direction) => groupOf(run, direction, most));
}

function groupOf(run: RunMeasurement, op: Direction, most: number): Draft {
  const { workload, jobs } = run;
  const { mode } = workload.completion;
  const latencies = latenciesOf(run, op);
  const elapsedNs = elapsedNsOf(run);
  const iops = elapsedNs > 0 ? perSecond(latencies.total, elapsedNs) : null;
  const timeline = timelineOf(stretchesOf(run, op), most);
  const settings = { ...settingsOf(workload, mode, op), numjobs: jobs.length };
  const data = {
    mode,
    op,
    iodepth: workload.iodepth,
    numjobs: jobs.length,
    bs: workload.bs,
    ios: latencies.total,
    iops,
    bytesPerSecond: iops === null ? null : iops * workload.bs,
    latencyNs: latencyNs(latencies),
    ...cpuOf(run),
    percentiles: percentileCurve(latencies),
    series: timeline?.series ?? null,
    heat: timeline?.heat ?? null,
    queues: queuesOfRun(run, op, timeline?.queues ?? null),
    stages: stagesOf(run),
  };
  return { data, settings };
}

/** Both directions together: a thread does not account for them apart. */
function cpuOf({ jobs, deviceCpuNs }: RunMeasurement) {
  const completed = sumOf(jobs, (job) => job.completed);
  if (completed === 0) return { cpuNsPerIo: null, deviceCpuNsPerIo: null };
  return {
    cpuNsPerIo: {
      user: sumOf(jobs, ({ usage }) => usage.userNs) / completed,
      system: sumOf(jobs, ({ usage }) => usage.systemNs) / completed,
    },
    deviceCpuNsPerIo: deviceCpuNs === null ? null : deviceCpuNs / completed,
  };
}

/** None for old results, which kept rates of their intervals and no histograms. */
function stretchesOf({ intervals }: RunMeasurement, op: Direction): Stretch[] {
  if (intervals.every(({ latencies }) => latencies.length === 0)) return [];
  return intervals.map(({ source, endMs, lengthMs, latencies }) => {
    const own = latencies.filter((packed) => packed.op === op);
    return {
      source,
      startS: (endMs - lengthMs) / 1000,
      endS: endMs / 1000,
      ios: own.map(({ job, total }) => ({
        queue: job === null ? null : queueKey(source, job),
        total,
      })),
      // one at a time: thousands of them are much to hold
      *latencies() {
        for (const packed of own) yield unpackLatency(packed);
      },
    };
  });
}

/** Both directions together. */
function stagesOf({ jobs }: RunMeasurement): StageData[] {
  const names = Object.keys(jobs[0]?.stages ?? {}) as StageName[];
  return names
    .map((name) => ({
      name,
      latencies: mergeCounts(jobs.flatMap(({ stages }) => stages?.[name] ?? [])),
    }))
    .filter(({ latencies }) => latencies.total > 0)
    .map(({ name, latencies }) => ({
      name,
      mean: latencyNs(latencies).mean,
      p50: carriedNs(latencies, 50),
      p99: carriedNs(latencies, 99),
    }));
}
