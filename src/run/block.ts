// What the jobs of a stretch measured, as a block of the measurement.
import { packed, packLatency } from "../measurement/latency-counts.ts";
import type {
  Block,
  Interval,
  Job,
  LatencyCounts,
  PackedLatency,
  StageName,
} from "../measurement/measurement.ts";
import { elapsedNsOf, workOf } from "../measurement/work.ts";

/** A job as it is read from its memory: with its latencies, which the block keeps packed. */
export interface JobMeasurement extends Omit<Job, "stages"> {
  readonly read: LatencyCounts;
  readonly write: LatencyCounts;
  readonly stages: Readonly<Record<StageName, LatencyCounts>> | null;
}

/** What a session gives of a block. */
export interface Measured {
  readonly startedMs: number;
  readonly jobs: readonly JobMeasurement[];
  readonly intervals: readonly Interval[];
  readonly deviceCpuNs: number | null;
  readonly deviceRunDelayNs: number | null;
}

/** The block, at its place in the measurement. */
export function blockOf(
  { startedMs, jobs, intervals, deviceCpuNs, deviceRunDelayNs }: Measured,
  place: Pick<Block, "workload" | "round" | "phase" | "position">,
): Block {
  const kept = jobs.map(jobOf);
  return {
    ...place,
    startedMs,
    elapsedNs: elapsedNsOf(jobs),
    latencies: jobs.flatMap(latenciesOf),
    work: workOf(kept),
    jobs: kept,
    intervals,
    deviceCpuNs,
    deviceRunDelayNs,
  };
}

function jobOf({ read: _read, write: _write, stages, ...job }: JobMeasurement): Job {
  return { ...job, stages: stages === null ? null : packedStages(stages) };
}

function packedStages(stages: NonNullable<JobMeasurement["stages"]>): Job["stages"] {
  const { build, doorbell, fetch, service, seen, reap } = stages;
  return {
    build: packed(build),
    doorbell: packed(doorbell),
    fetch: packed(fetch),
    service: packed(service),
    seen: packed(seen),
    reap: packed(reap),
  };
}

function latenciesOf(measured: JobMeasurement): PackedLatency[] {
  const { job } = measured;
  return (["read", "write"] as const)
    .filter((op) => measured[op].total > 0)
    .map((op) => packLatency(measured[op], { op, job }));
}
