// What becomes fio's jobs, in fio's groups: jobs of one group ran together, and readers add them up.

import { NS_PER_MS } from "../ground/units.ts";
import { grouped } from "../measurement/grouped.ts";
import type { Group } from "../measurement/groups.ts";
import { groupsOf, latencyOf, opsOf, queueLatency } from "../measurement/groups.ts";
import type { DeviceIdentity, Job, Measurement, Op } from "../measurement/measurement.ts";
import { sumOrNull } from "../measurement/work.ts";
import type { Workload } from "../measurement/workload.ts";
import { directionsOf, workloadName } from "../measurement/workload-names.ts";
import { largest, smallest } from "../statistics/summary.ts";
import { type FioPart, ratesOf } from "./direction.ts";

/** What becomes one of fio's jobs: a job of ours, or all that was measured of a setting. */
export interface FioSource {
  readonly name: string;
  /** Of its group: `numjobs` are the jobs that ran together. */
  readonly workload: Workload;
  readonly device: DeviceIdentity;
  /** Unix time in ms, before the ramp. */
  readonly startMs: number;
  /** Unix time in ms. */
  readonly endMs: number;
  readonly elapsedNs: number;
  /** How long it ramped up, all times together. */
  readonly rampMs: number;
  /** The time of all the jobs behind it, one after the other. */
  readonly jobTimeNs: number;
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

/** One of fio's groups: what ran together. */
export interface FioGroup {
  /** Of files: "poll"; "source1" of a merged run; empty for all there is. */
  readonly name: string;
  /** Groups of ours that it is of. */
  readonly of: Group;
  readonly sources: readonly FioSource[];
}

/**
 * The groups of a measurement: one for each setting that was measured. Of a run each job is one of fio's, and each
 * of the runs that were merged a group.
 */
export function fioGroups(measurement: Measurement): FioGroup[] {
  return groupsOf(measurement)
    .filter(({ blocks }) => blocks.length > 0)
    .flatMap((group) => {
      const { jobs, setting, name } = group;
      if (setting.name !== "" || jobs === null) {
        return [{ name, of: group, sources: [settingSource(group)] }];
      }
      return runGroups(measurement, group, jobs);
    });
}

function runGroups(measurement: Measurement, group: Group, jobs: readonly Job[]): FioGroup[] {
  const bySource = [...grouped(jobs, ({ source }) => `${source}`).values()];
  return bySource.map((own) => {
    const together = {
      numjobs: own.length,
      ios: new Map(directionsOf(group.workload).map((op) => [op, iosOf(group, op, own)])),
    };
    return {
      name: bySource.length > 1 ? `source${own[0]!.source + 1}` : "",
      of: group,
      sources: own.map((job) => jobSource(measurement, group, job, together)),
    };
  });
}

/** The jobs that ran together. */
interface Together {
  readonly numjobs: number;
  readonly ios: ReadonlyMap<Op, number>;
}

function jobSource(
  { merged }: Measurement,
  group: Group,
  job: Job,
  { numjobs, ios }: Together,
): FioSource {
  const { setting, stretches, blocks } = group;
  const workload = { ...group.workload, numjobs };
  const from = merged[job.source];
  const startedMs = from?.startedMs ?? blocks[0]!.startedMs;
  const own = stretches.filter(({ isInterval, source }) => isInterval && source === job.source);
  const directions = directionsOf(workload).map((op): [Op, FioPart] => {
    const rates = ratesOf(
      own.map(({ lengthMs, latencies }) => ({
        lengthMs,
        latencies: latencies.filter((one) => one.op === op && one.job === job.job),
      })),
    );
    const ofTotal = ios.get(op) ?? 0;
    return [op, { latency: queueLatency(group, job.job, op), rates, ofTotal }];
  });
  const { elapsedNs, completed, failed, usage } = job;
  const { userNs, systemNs, voluntarySwitches, involuntarySwitches } = usage;
  return {
    ...{ name: workloadName(workload), workload, directions: new Map(directions) },
    device: from?.devices[setting.device] ?? group.device,
    startMs: startedMs - workload.rampTimeMs,
    endMs: endMs(startedMs, elapsedNs),
    rampMs: workload.rampTimeMs,
    jobTimeNs: elapsedNs,
    jobs: [job],
    ...{ elapsedNs, completed, failed, userNs, systemNs },
    switches: voluntarySwitches + involuntarySwitches,
  };
}

function iosOf({ parts }: Group, op: Op, jobs: readonly Job[]): number {
  const own = new Set<number | null>(jobs.map(({ job }) => job));
  return parts
    .filter((part) => part.op === op && own.has(part.job))
    .reduce((sum, { latency }) => sum + latency.total, 0);
}

function settingSource(group: Group): FioSource {
  const { name, workload, device, elapsedNs, work, jobs, stretches, blocks } = group;
  const { completed, failed, userNs, systemNs, voluntarySwitches, involuntarySwitches } = work;
  const ops: readonly Op[] = opsOf(group).includes("mixed") ? ["mixed"] : directionsOf(workload);
  const directions = ops.map((op): [Op, FioPart] => {
    // what an old result did not tell apart is all there is
    const own = op === "mixed" ? undefined : op;
    const latency = latencyOf(group, own);
    const rates = ratesOf(
      stretches.map(({ lengthMs, latencies }) => ({
        lengthMs,
        latencies: latencies.filter((one) => own === undefined || one.op === own),
      })),
    );
    return [op, { latency, rates, ofTotal: latency.total }];
  });
  return {
    ...{ name, workload, device, elapsedNs, directions: new Map(directions), jobs },
    ...{ completed, failed, userNs, systemNs },
    startMs: smallest(blocks.map(({ startedMs }) => startedMs)) - workload.rampTimeMs,
    endMs: largest(blocks.map((block) => endMs(block.startedMs, block.elapsedNs))),
    rampMs: blocks.length * workload.rampTimeMs,
    jobTimeNs:
      jobs === null
        ? elapsedNs * workload.numjobs
        : jobs.reduce((sum, job) => sum + job.elapsedNs, 0),
    switches: sumOrNull([voluntarySwitches, involuntarySwitches]),
  };
}

function endMs(startedMs: number, elapsedNs: number): number {
  return startedMs + Math.round(elapsedNs / NS_PER_MS);
}
