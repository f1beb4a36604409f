// Several runs as one: jobs and intervals stand beside each other, each with the result it is from.

import { NS_PER_MS } from "../ground/units.ts";
import type {
  Block,
  Interval,
  Job,
  Measurement,
  PackedLatency,
  RunDelay,
  Warning,
} from "../measurement/measurement.ts";
import { unitedWarnings } from "../measurement/united-warnings.ts";
import { elapsedNsOf, sumOrNull, workSum } from "../measurement/work.ts";
import { largest } from "../statistics/summary.ts";
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
export function mergeRuns(parts: readonly Part[], argv: readonly string[]): Measurement {
  requireOneWorkload(parts, (a, b) => differences(a.workload, b.workload));
  const about = aboutOf(parts, argv);
  const shifts = shiftsOf(parts, about.startedMs);
  const runs = parts.map(({ measurement }) => measurement);
  const workloads = runs.map(({ workload }) => workload);
  const workload = commonWorkload(
    workloads,
    workloads.reduce((sum, { numjobs }) => sum + numjobs, 0),
  );
  const blocks = runs.map((run, index) => shiftedBlock(run.blocks[0]!, shifts[index]!));
  const doubts = runs.flatMap(({ warnings }, index) => ofJobs(warnings, shifts[index]!.jobs));
  return {
    ...about,
    workload,
    workloads: [{ ...runs[0]!.workloads[0]!, workload }],
    rounds: null,
    blocks: [blockSum(blocks, about)],
    warnings: unitedWarnings([doubts]),
  };
}

/** Side by side, or one after the other: it is one block, as long as they were measured. */
function blockSum(
  blocks: readonly Block[],
  { startedMs, merged }: Pick<Measurement, "startedMs" | "merged">,
): Block {
  const jobs = blocks.flatMap((block) => block.jobs ?? []);
  const kept = blocks.flatMap(({ intervals }) => intervals ?? []);
  const isKept = blocks.some(({ intervals }) => intervals !== null);
  return {
    ...blocks[0]!,
    startedMs,
    elapsedNs: elapsedNsOf(jobs, merged),
    latencies: blocks.flatMap(({ latencies }) => latencies),
    work: workSum(blocks.map(({ work }) => work)),
    jobs,
    intervals: isKept ? kept.sort((a, b) => a.endMs - b.endMs || a.source - b.source) : null,
    deviceCpuNs: sumOrNull(blocks.map(({ deviceCpuNs }) => deviceCpuNs)),
    deviceRunDelayNs: sumOrNull(blocks.map(({ deviceRunDelayNs }) => deviceRunDelayNs)),
  };
}

function shiftedBlock(block: Block, shift: Shift): Block {
  return {
    ...block,
    latencies: block.latencies.map((packed) => renumbered(packed, shift)),
    jobs: block.jobs?.map((job) => shiftedJob(job, shift)) ?? null,
    intervals: block.intervals?.map((interval) => shiftedInterval(interval, shift)) ?? null,
  };
}

function shiftsOf(parts: readonly Part[], startedMs: number): Shift[] {
  let jobs = 0;
  let sources = 0;
  return parts.map((part) => {
    const shift = { jobs, sources, ms: part.measurement.startedMs - startedMs };
    const own = part.measurement.blocks[0]!.jobs ?? [];
    jobs += 1 + Math.max(-1, largest(own.map(({ job }) => job)));
    sources += sourcesOf(part).length;
    return shift;
  });
}

function shiftedJob(job: Job, shift: Shift): Job {
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
  return {
    source: interval.source + shift.sources,
    endMs: wholeNs(interval.endMs + shift.ms),
    lengthMs: interval.lengthMs,
    latencies: interval.latencies.map((packed) => renumbered(packed, shift)),
    runDelay: interval.runDelay && shiftedDelay(interval.runDelay, shift),
  };
}

function shiftedDelay({ jobs, deviceNs }: RunDelay, shift: Shift): RunDelay {
  return { jobs: jobs.map(({ job, waitedNs }) => ({ job: job + shift.jobs, waitedNs })), deviceNs };
}

function renumbered(packed: PackedLatency, { jobs }: Shift): PackedLatency {
  return packed.job === null ? packed : { ...packed, job: packed.job + jobs };
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
