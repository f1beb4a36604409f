// Several runs as one: jobs and intervals stand beside each other, each with the result it is from.
import type {
  Interval,
  JobMeasurement,
  PackedLatency,
  RunMeasurement,
  Warning,
} from "../measurement/measurement.ts";
import { unitedWarnings } from "../measurement/united-warnings.ts";
import { largest } from "../statistics/summary.ts";
import { NS_PER_MS } from "../units.ts";
import { aboutOf, type Part, requireOneWorkload, sourcesOf } from "./merge-about.ts";
import { commonWorkload, differences } from "./merge-workload.ts";

/** Where the jobs, sources and times of a part go. */
interface Shift {
  readonly jobs: number;
  readonly sources: number;
  readonly ms: number;
}

/**
 * The sum of runs of one workload. Jobs are numbered through, times count from the earliest start.
 * @throws PhasebitError USAGE for runs of different workloads.
 */
export function mergeRuns(
  parts: readonly Part<RunMeasurement>[],
  argv: readonly string[],
): RunMeasurement {
  requireOneWorkload(parts, (a, b) => differences(a.workload, b.workload));
  const about = aboutOf(parts, argv);
  const shifts = shiftsOf(parts, about.startedMs);
  const each = <T>(of: (run: RunMeasurement, shift: Shift) => readonly T[]): T[] =>
    parts.flatMap(({ measurement }, index) => of(measurement, shifts[index]!));
  const runs = parts.map(({ measurement }) => measurement);
  const numjobs = runs.reduce((sum, { workload }) => sum + workload.numjobs, 0);
  return {
    ...about,
    workload: commonWorkload(
      runs.map(({ workload }) => workload),
      numjobs,
    ),
    jobs: each(({ jobs }, shift) => jobs.map((job) => shiftedJob(job, shift))),
    intervals: each(({ intervals }, shift) =>
      intervals.map((interval) => shiftedInterval(interval, shift)),
    ).sort((a, b) => a.endMs - b.endMs || a.source - b.source),
    deviceCpuNs: sumOrNull(runs.map(({ deviceCpuNs }) => deviceCpuNs)),
    warnings: unitedWarnings([each(({ warnings }, shift) => ofJobs(warnings, shift.jobs))]),
  };
}

/** The sum; null when one of them is. */
export function sumOrNull(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

function shiftsOf(parts: readonly Part<RunMeasurement>[], startedMs: number): Shift[] {
  let jobs = 0;
  let sources = 0;
  return parts.map((part) => {
    const shift = { jobs, sources, ms: part.measurement.startedMs - startedMs };
    jobs += 1 + Math.max(-1, largest(part.measurement.jobs.map(({ job }) => job)));
    sources += sourcesOf(part).length;
    return shift;
  });
}

function shiftedJob(job: JobMeasurement, shift: Shift): JobMeasurement {
  return {
    ...job,
    job: job.job + shift.jobs,
    source: job.source + shift.sources,
    rejectedRaw: job.rejectedRaw.map((entry) => ({
      ...entry,
      atNs: entry.atNs + shift.ms * NS_PER_MS,
    })),
  };
}

function shiftedInterval(interval: Interval, shift: Shift): Interval {
  const renumbered = (packed: PackedLatency): PackedLatency =>
    packed.job === null ? packed : { ...packed, job: packed.job + shift.jobs };
  return {
    source: interval.source + shift.sources,
    endMs: wholeNs(interval.endMs + shift.ms),
    lengthMs: interval.lengthMs,
    latencies: interval.latencies.map(renumbered),
  };
}

/** To the nanosecond, so that it does not matter in how many steps times are shifted. */
function wholeNs(ms: number): number {
  return Math.round(ms * NS_PER_MS) / NS_PER_MS;
}

/** Warnings of renumbered jobs. */
function ofJobs(warnings: readonly Warning[], firstJob: number): Warning[] {
  return warnings.map((warning) =>
    "job" in warning ? { ...warning, job: warning.job + firstJob } : warning,
  );
}
