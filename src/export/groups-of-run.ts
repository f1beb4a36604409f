// A run as a group: its jobs are the queues, its intervals the stretches.
import { elapsedNsOf, sumOf } from "../analysis/totals.ts";
import { packLatency } from "../measurement/latency-counts.ts";
import type { JobMeasurement, RunMeasurement } from "../measurement/measurement.ts";
import { NS_PER_MS } from "../units.ts";
import type { Group, Part, Stretch } from "./groups.ts";

/** The run's only group. */
export function runGroup(run: RunMeasurement): Group {
  const { jobs, intervals, workload } = run;
  const parts = jobs.flatMap(jobParts);
  const elapsedNs = elapsedNsOf(run);
  const hasTime = intervals.some(({ latencies }) => latencies.length > 0);
  const timed = intervals.map(({ source, endMs, lengthMs, latencies }) => {
    return { source, startMs: Math.max(0, endMs - lengthMs), lengthMs, latencies };
  });
  return {
    name: workload.completion.mode,
    mode: workload.completion.mode,
    workload,
    elapsedNs,
    work: {
      failed: sumOf(jobs, (job) => job.failed),
      userNs: sumOf(jobs, (job) => job.usage.userNs),
      systemNs: sumOf(jobs, (job) => job.usage.systemNs),
      deviceCpuNs: run.deviceCpuNs,
      interrupts: sumOf(jobs, (job) => job.waits.interrupts),
      switches: sumOf(jobs, ({ usage }) => usage.voluntarySwitches + usage.involuntarySwitches),
    },
    parts,
    stretches: hasTime ? timed : [wholeOf(parts, elapsedNs)],
    hasTime,
  };
}

function jobParts(measured: JobMeasurement): Part[] {
  const { job, source } = measured;
  return (["read", "write"] as const)
    .map((op) => ({ op, job, source, latency: measured[op] }))
    .filter(({ latency }) => latency.total > 0);
}

function wholeOf(parts: readonly Part[], elapsedNs: number): Stretch {
  const latencies = parts.map(({ latency, op, job }) => packLatency(latency, { op, job }));
  return { source: 0, startMs: 0, lengthMs: elapsedNs / NS_PER_MS, latencies };
}
