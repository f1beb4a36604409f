// Blocks in the result documents: what was measured, job by job and interval by interval.
import * as v from "valibot";
import { JobPhase } from "../../../assembly/layout.ts";
import { overdueCommand } from "./conditions.ts";
import { packedCounts, packedLatency } from "./latency.ts";
import { amount, count, duration, figure, listOf, text, unixMs } from "./values.ts";

/** Queues have 16 bits; a day in steps of 10 ms. */
export const MOST_JOBS = 65_536;
const MOST_INTERVALS = 8_640_000;
export const MOST_STATUSES = 65_536;

const seriesDirection = v.object({
  ios: count,
  iops: amount,
  mibps: amount,
  p50Ns: v.nullable(amount),
  p99Ns: v.nullable(amount),
  maxNs: amount,
});

const latencies = listOf(packedLatency, 2 * MOST_JOBS);

const interval = v.object({
  source: count,
  endMs: duration,
  lengthMs: duration,
  read: v.exactOptional(seriesDirection),
  write: v.exactOptional(seriesDirection),
  latencies,
  runDelay: v.optional(
    v.nullable(
      v.object({
        jobs: listOf(v.object({ job: count, waitedNs: amount }), MOST_JOBS),
        deviceNs: v.nullable(amount),
      }),
    ),
    null,
  ),
});

/** "0x00" to "0xff". */
const byte = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{2}$/));
export const status = v.object({ name: text, sct: byte, sc: byte, count });

/** measurement/measurement.ts: StatusCount; older results of schema 3 have no `first`. */
const jobStatus = v.object({
  ...status.entries,
  first: v.optional(
    v.nullable(v.object({ op: v.picklist(["read", "write"]), lba: count, atNs: figure })),
    null,
  ),
});

const rejectionNames = [
  "bad-cid",
  "idle-slot",
  "stale-generation",
  "bad-sqid",
  "bad-sqhd",
  "wrong-sqhd",
] as const;
export const rejections = v.object({
  "bad-cid": count,
  "idle-slot": count,
  "stale-generation": count,
  "bad-sqid": count,
  "bad-sqhd": count,
  // not looked for in old results
  "wrong-sqhd": v.optional(count, 0),
});

export const flags = v.object({ more: count, crd: count, dnr: count, dword1: count });

const rejectedEntry = v.object({
  kind: v.picklist(rejectionNames),
  atNs: figure,
  cqHead: count,
  cqe: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
});

const phases = Object.values(JobPhase).filter((name) => typeof name === "string");

const clock = v.object({
  source: v.picklist(["tsc", "monotonic"]),
  hz: v.nullable(amount),
  driftPpm: v.nullable(figure),
});

const job = v.object({
  job: count,
  source: count,
  cpu: v.nullable(count),
  sqid: count,
  entries: count,
  elapsedNs: duration,
  drainNs: v.exactOptional(duration),
  submitted: count,
  completed: count,
  failed: count,
  lost: count,
  unfinished: v.optional(v.nullable(count), null),
  timedOut: v.boolean(),
  overdue: v.optional(v.nullable(v.object(overdueCommand)), null),
  statuses: listOf(jobStatus, MOST_STATUSES),
  flags: v.optional(v.nullable(flags), null),
  rejections,
  rejectedRaw: listOf(rejectedEntry, MOST_STATUSES),
  sweeps: count,
  sweepsFull: count,
  pauseNs: v.optional(amount, 0),
  pauseExceptions: v.optional(v.nullable(count), null),
  usage: v.object({
    userNs: amount,
    systemNs: amount,
    voluntarySwitches: count,
    involuntarySwitches: count,
    minorFaults: count,
    majorFaults: count,
  }),
  runDelayNs: v.optional(v.nullable(amount), null),
  collections: v.optional(v.nullable(v.object({ count, ns: amount })), null),
  waits: v.object({
    interrupts: count,
    wakeups: count,
    spurious: count,
    late: count,
    lost: count,
    sleeps: count,
    overslept: count,
  }),
  vector: v.optional(v.nullable(count), null),
  stages: v.nullable(
    v.object({
      build: packedCounts,
      doorbell: packedCounts,
      fetch: packedCounts,
      service: packedCounts,
      seen: packedCounts,
      reap: packedCounts,
    }),
  ),
  clockNs: amount,
  // schema 3 was there before it
  clock: v.optional(v.nullable(clock), null),
  tier: v.picklist(["turbofan", "liftoff", "unknown"]),
  phase: v.picklist(phases),
});

const work = v.object({
  completed: count,
  failed: v.nullable(count),
  userNs: amount,
  systemNs: amount,
  voluntarySwitches: v.nullable(count),
  involuntarySwitches: v.nullable(count),
  waits: v.object({ interrupts: count, wakeups: count, spurious: count, lost: count }),
});

/** measurement/measurement.ts: Block. */
export const block = v.pipe(
  v.object({
    workload: count,
    round: v.nullable(count),
    phase: count,
    position: count,
    startedMs: unixMs,
    elapsedNs: duration,
    deviceCpuNs: v.nullable(amount),
    deviceRunDelayNs: v.optional(v.nullable(amount), null),
    latencies,
    work: v.nullable(work),
    jobs: v.nullable(v.pipe(listOf(job, MOST_JOBS), v.minLength(1))),
    intervals: v.nullable(listOf(interval, MOST_INTERVALS)),
  }),
  v.check(
    ({ jobs, work }) => (jobs === null) !== (work === null),
    "what was done is told by the jobs, or by their sum",
  ),
  v.check(
    ({ jobs }) => jobs === null || new Set(jobs.map(({ job }) => job)).size === jobs.length,
    "two jobs have one number",
  ),
  v.check(({ jobs, latencies }) => areOfJobs(latencies, jobs), "it has latencies of no job"),
  v.check(
    ({ jobs, intervals }) =>
      (intervals ?? []).every((interval) => areOfJobs(interval.latencies, jobs)),
    "an interval has latencies of a job that is not there",
  ),
);

function areOfJobs(
  latencies: readonly { readonly job: number | null }[],
  jobs: readonly { readonly job: number }[] | null,
): boolean {
  if (jobs === null) return true;
  const known = new Set<number | null>(jobs.map(({ job }) => job));
  return latencies.every(({ job }) => known.has(job));
}
