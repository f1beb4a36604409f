// The document of a run: fio's tree, and under "phasebit" what fio has no place for.
import * as v from "valibot";
import { JobPhase } from "../../../assembly/layout.ts";
import { SCHEMA } from "../schema-version.ts";
import { conditions, warnings } from "./conditions.ts";
import { latencyDetails, packedLatency } from "./latency.ts";
import { amount, count, duration, figure, listOf, text } from "./values.ts";

/** Queues have 16 bits; a day in steps of 10 ms. */
const MOST_JOBS = 65_536;
const MOST_INTERVALS = 8_640_000;
const MOST_STATUSES = 65_536;

const seriesDirection = v.object({
  ios: count,
  iops: amount,
  mibps: amount,
  p50Ns: v.nullable(amount),
  p99Ns: v.nullable(amount),
  maxNs: amount,
});

const interval = v.object({
  source: count,
  endMs: duration,
  lengthMs: duration,
  read: v.exactOptional(seriesDirection),
  write: v.exactOptional(seriesDirection),
  latencies: listOf(packedLatency, 2 * MOST_JOBS),
});

/** "0x00" to "0xff". */
const byte = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{2}$/));
const status = v.object({ name: text, sct: byte, sc: byte, count });

const rejectionNames = [
  "bad-cid",
  "idle-slot",
  "stale-generation",
  "bad-sqid",
  "bad-sqhd",
] as const;
const rejections = v.object({
  "bad-cid": count,
  "idle-slot": count,
  "stale-generation": count,
  "bad-sqid": count,
  "bad-sqhd": count,
});

const rejectedEntry = v.object({
  kind: v.picklist(rejectionNames),
  atNs: figure,
  cqHead: count,
  cqe: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
});

const phases = Object.values(JobPhase).filter((name) => typeof name === "string");

const job = v.object({
  job: count,
  source: count,
  cpu: v.nullable(count),
  sqid: count,
  entries: count,
  elapsedNs: duration,
  read: v.exactOptional(latencyDetails),
  write: v.exactOptional(latencyDetails),
  submitted: count,
  completed: count,
  failed: count,
  lost: count,
  timedOut: v.boolean(),
  statuses: listOf(status, MOST_STATUSES),
  rejections,
  rejectedRaw: listOf(rejectedEntry, MOST_STATUSES),
  sweeps: count,
  sweepsFull: count,
  usage: v.object({
    userNs: amount,
    systemNs: amount,
    voluntarySwitches: count,
    involuntarySwitches: count,
    minorFaults: count,
    majorFaults: count,
  }),
  waits: v.object({
    interrupts: count,
    wakeups: count,
    spurious: count,
    late: count,
    lost: count,
    sleeps: count,
    overslept: count,
  }),
  stages: v.nullable(
    v.object({
      build: latencyDetails,
      doorbell: latencyDetails,
      fetch: latencyDetails,
      service: latencyDetails,
      seen: latencyDetails,
      reap: latencyDetails,
    }),
  ),
  clockNs: amount,
  tier: v.picklist(["turbofan", "liftoff", "unknown"]),
  phase: v.picklist(phases),
});

const details = v.object({
  schema: v.literal(SCHEMA),
  kind: v.literal("run"),
  ...conditions,
  clockNs: amount,
  histogram: v.object({
    unit: v.literal("ns"),
    lowest: count,
    highest: count,
    significantDigits: count,
  }),
  total: v.object({
    read: v.exactOptional(latencyDetails),
    write: v.exactOptional(latencyDetails),
  }),
  deviceCpuNs: v.nullable(amount),
  series: listOf(interval, MOST_INTERVALS),
  jobs: v.pipe(listOf(job, MOST_JOBS), v.minLength(1)),
  errors: listOf(status, MOST_STATUSES),
  rejections,
  warnings,
});

/** The key "phasebit". */
export const runDetails = v.pipe(
  details,
  v.check(
    ({ jobs }) => new Set(jobs.map(({ job }) => job)).size === jobs.length,
    "two jobs have one number",
  ),
  v.check(
    ({ jobs, series, merged }) =>
      [...jobs, ...series].every(({ source }) => source < Math.max(1, merged.length)),
    "a source is none of those that were merged",
  ),
  v.check(({ jobs, series }) => {
    const known = new Set<number | null>(jobs.map(({ job }) => job));
    return series.every(({ latencies }) => latencies.every(({ job }) => known.has(job)));
  }, "an interval has latencies of a job that is not there"),
);

/** The whole document. */
export const runDocument = v.looseObject({
  "fio version": v.string(),
  timestamp: amount,
  timestamp_ms: amount,
  time: text,
  "global options": v.record(v.string(), v.string()),
  jobs: v.pipe(
    v.array(v.looseObject({ jobname: text, groupid: count, error: count })),
    v.minLength(1),
  ),
  phasebit: runDetails,
});
