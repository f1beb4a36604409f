// Runs for the report tests: synthetic, but shaped like real ones, and the same every time.
import { JobPhase, REJECTIONS, Rejection } from "../../assembly/layout.ts";
import { noFlags } from "../../src/measurement/flags.ts";
import {
  emptyCounts,
  packLatency,
  latencyIn as sumIn,
} from "../../src/measurement/latency-counts.ts";
import type {
  Block,
  DeviceIdentity,
  Interval,
  Job,
  LatencyCounts,
  Measurement,
  RejectionName,
} from "../../src/measurement/measurement.ts";
import { elapsedNsOf, workOf } from "../../src/measurement/work.ts";
import { parseWorkload } from "../../src/measurement/workload.ts";
import type { WorkloadOptions } from "../../src/measurement/workload-options.ts";
import { blockOf, type JobMeasurement } from "../../src/run/block.ts";

/** Counts of these latencies, found without the code under test: bucket by bucket from zero. */
export function countsOf(samplesNs: readonly number[]): LatencyCounts {
  const counts = new Map<number, number>();
  for (const ns of samplesNs) counts.set(indexOf(ns), (counts.get(indexOf(ns)) ?? 0) + 1);
  return {
    total: samplesNs.length,
    minNs: samplesNs.reduce((least, ns) => Math.min(least, ns), samplesNs[0] ?? 0),
    maxNs: samplesNs.reduce((most, ns) => Math.max(most, ns), 0),
    sumNs: samplesNs.reduce((sum, ns) => sum + ns, 0),
    counts: [...counts].sort(([a], [b]) => a - b),
  };
}

/** Each doubling above 2048 has 1024 buckets. */
function indexOf(ns: number): number {
  let shift = 0;
  while (ns / 2 ** shift >= 2048) shift++;
  return shift * 1024 + Math.floor(ns / 2 ** shift);
}

/** Latencies around `typicalNs` with a long tail: `seed` and position decide, nothing else. */
export function latencies(count: number, typicalNs: number, seed = 1): number[] {
  let state = seed >>> 0;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
  return Array.from({ length: count }, () => {
    const tail = 0.9 + 0.1 * random() ** -0.3;
    return Math.round(typicalNs * tail * (1 + 0.04 * random()));
  });
}

const noRejections = Object.fromEntries(
  ["bad-cid", "idle-slot", "stale-generation", "bad-sqid", "bad-sqhd", "wrong-sqhd"].map((name) => [
    name,
    0,
  ]),
) as Record<RejectionName, number>;
if (Object.keys(noRejections).length !== REJECTIONS || Rejection.BAD_SQHD !== 4) {
  throw new Error("the kinds of rejection changed");
}

/** A job of `elapsedS` seconds with these latencies. */
export function exampleJob(
  job: number,
  read: LatencyCounts,
  write: LatencyCounts,
  elapsedS: number,
): JobMeasurement {
  const completed = read.total + write.total;
  return {
    job,
    source: 0,
    cpu: job + 2,
    sqid: job + 1,
    entries: 64,
    elapsedNs: elapsedS * 1e9,
    read,
    write,
    submitted: completed,
    completed,
    failed: 0,
    lost: 0,
    unfinished: 0,
    timedOut: false,
    overdue: null,
    runDelayNs: null,
    vector: null,
    collections: null,
    statuses: [],
    flags: noFlags,
    rejections: noRejections,
    rejectedRaw: [],
    sweeps: completed * 3,
    sweepsFull: Math.ceil(completed / 2),
    pauseNs: 0,
    pauseExceptions: 0,
    usage: {
      userNs: elapsedS * 0.97e9,
      systemNs: elapsedS * 0.02e9,
      voluntarySwitches: 3,
      involuntarySwitches: 11,
      minorFaults: 98,
      majorFaults: 0,
    },
    waits: {
      interrupts: 0,
      wakeups: 0,
      spurious: 0,
      late: 0,
      lost: 0,
      sleeps: 0,
      overslept: 0,
    },
    stages: null,
    clockNs: 24,
    clock: { source: "tsc", hz: 2_600_000_000, driftPpm: 0.4 },
    tier: "turbofan",
    phase: JobPhase.DONE,
  };
}

interface Example {
  readonly options?: WorkloadOptions;
  readonly typicalNs?: number;
  /** I/Os of each job and direction in a second. */
  readonly perSecond?: number;
  readonly seconds?: number;
}

/** Who the device of all examples says it is. */
export const exampleDevice: DeviceIdentity = {
  address: "0000:5e:00.0",
  transport: "vfio",
  model: "ACME X1 1.92TB",
  serial: "S1234567",
  firmware: "2B4QEXM7",
  vid: 0x144d,
  version: "1.4.0",
  nsid: 1,
  logicalBlocks: 3_750_748_848,
  blockBytes: 512,
  maxTransferBytes: 131_072,
  maxQueueEntries: 1024,
};

/** A run without faults; the pattern decides which directions have latencies. */
export function exampleRun(example: Example = {}): Measurement {
  const { options = {}, typicalNs = 8000, perSecond = 20_000, seconds = 3 } = example;
  const workload = parseWorkload({ runtime: `${seconds}s`, destructive: true, ...options });
  const reads = workload.rw.includes("r") && !workload.rw.endsWith("write");
  const does = { read: reads, write: workload.rw === "randrw" || !reads };
  const samples = (direction: "read" | "write", job: number, second: number) =>
    does[direction]
      ? latencies(perSecond, typicalNs * (direction === "read" ? 1 : 1.4), job * 100 + second + 1)
      : [];
  const all = (direction: "read" | "write", job: number) =>
    countsOf(times(seconds).flatMap((second) => samples(direction, job, second)));
  const interval = (second: number): Interval => ({
    source: 0,
    endMs: (second + 1) * 1000,
    lengthMs: 1000,
    runDelay: null,
    latencies: times(workload.numjobs).flatMap((job) =>
      (["read", "write"] as const)
        .map((op) => packLatency(countsOf(samples(op, job, second)), { op, job }))
        .filter(({ total }) => total > 0),
    ),
  });
  const startedMs = Date.UTC(2026, 10, 22, 9, 14, 5);
  const jobs = times(workload.numjobs).map((job) =>
    exampleJob(job, all("read", job), all("write", job), seconds),
  );
  const measured = {
    startedMs,
    jobs,
    intervals: times(seconds).map(interval),
    deviceCpuNs: null,
    deviceRunDelayNs: null,
  };
  return {
    kind: "run",
    startedMs,
    version: "0.1.0",
    argv: ["run", "--rw", workload.rw],
    host: {
      hostname: "bench-1",
      kernel: "6.12.0-amd64",
      cpuModel: "Example CPU 9000 @ 3.20GHz",
      cpus: 8,
      memoryBytes: 32 * 1024 ** 3,
      node: "v20.20.2",
      v8: "11.3.244.8",
      pageBytes: 2_097_152,
      loadAverage: 0.12,
    },
    devices: [exampleDevice],
    workload,
    workloads: [{ name: "", mode: "", options: "", device: 0, workload }],
    rounds: null,
    blocks: [blockOf(measured, { workload: 0, round: null, phase: 0, position: 0 })],
    warnings: [],
    interrupted: false,
    merged: [],
  };
}

/** The only block of a run. */
export function blockIn({ blocks }: Measurement): Block {
  const [block, ...others] = blocks;
  if (!block || others.length > 0) throw new Error(`${blocks.length} blocks`);
  return block;
}

/** The jobs of a run's block. */
export function jobsIn(run: Measurement): readonly Job[] {
  return blockIn(run).jobs ?? [];
}

/** The intervals of a run's block. */
export function intervalsIn(run: Measurement): readonly Interval[] {
  return blockIn(run).intervals ?? [];
}

/** The latencies of all jobs of a run in one direction. */
export function latencyIn(run: Measurement, op: "read" | "write"): LatencyCounts {
  return sumIn(blockIn(run).latencies, op);
}

/** `run` with its block changed. */
export function withBlock(run: Measurement, change: Partial<Block>): Measurement {
  return { ...run, blocks: [{ ...blockIn(run), ...change }] };
}

/** `run` as if it had begun at this time. */
export function startedAt(run: Measurement, startedMs: number): Measurement {
  return { ...withBlock(run, { startedMs }), startedMs };
}

/** `run` with these jobs, and what follows from them. */
export function withJobs(run: Measurement, jobs: readonly Job[]): Measurement {
  const elapsedNs = elapsedNsOf(jobs, run.merged);
  return withBlock(run, { jobs, work: workOf(jobs), elapsedNs });
}

interface JobChange extends Partial<Omit<JobMeasurement, "stages">> {
  readonly stages?: JobMeasurement["stages"];
}

/** `run` with its first job changed. */
export function withJob(run: Measurement, change: JobChange): Measurement {
  const [first, ...others] = jobsIn(run);
  if (!first) throw new Error("a run without jobs");
  const { read, write, stages = null, ...rest } = change;
  const measured = {
    ...first,
    ...rest,
    stages,
    read: read ?? sumIn(latenciesOf(run, first.job), "read"),
    write: write ?? sumIn(latenciesOf(run, first.job), "write"),
  };
  const place = { workload: 0, round: null, phase: 0, position: 0 };
  const about = {
    startedMs: run.startedMs,
    intervals: [],
    deviceCpuNs: null,
    deviceRunDelayNs: null,
  };
  const { jobs, latencies: own } = blockOf({ ...about, jobs: [measured] }, place);
  const kept = blockIn(run).latencies.filter(({ job }) => job !== first.job);
  return withBlock(withJobs(run, [...jobs!, ...others]), { latencies: [...own, ...kept] });
}

/** The packed latencies of a job. */
function latenciesOf(run: Measurement, job: number) {
  return blockIn(run).latencies.filter((packed) => packed.job === job);
}

/** A run that had every kind of trouble. */
export function troubledRun(): Measurement {
  const run = exampleRun({
    options: { rw: "randrw", numjobs: "2", iodepth: "32", destructive: true },
  });
  return {
    ...withJob(run, {
      failed: 15,
      lost: 1,
      timedOut: true,
      overdue: { cid: 4711, op: "read", lba: 815, ageNs: 30_000_000_000 },
      statuses: [
        { code: 0x080, count: 12, first: { op: "read", lba: 4711, atNs: 1_200_000 } },
        { code: 0x281, count: 3, first: { op: "write", lba: 815, atNs: 1_350_000 } },
      ],
      rejections: { ...noRejections, "stale-generation": 2 },
      rejectedRaw: [
        { kind: "stale-generation", atNs: 1_250_000, cqHead: 17, cqe: "00".repeat(16) },
        { kind: "stale-generation", atNs: 1_260_000, cqHead: 18, cqe: "00".repeat(16) },
      ],
    }),
    interrupted: true,
    warnings: [
      { kind: "io-errors", count: 15 },
      { kind: "rejected-completions", count: 2 },
      { kind: "commands-lost", count: 1 },
      { kind: "interrupted" },
      { kind: "host-busy", loadAverage: 3.2 },
    ],
  };
}

/** A run that measured nothing: interrupted during its ramp. */
export function emptyRun(): Measurement {
  const run = exampleRun({ perSecond: 0, seconds: 1 });
  const idle = withJob(run, { elapsedNs: 0, read: emptyCounts, sweeps: 0, sweepsFull: 0 });
  return {
    ...withBlock(idle, { intervals: [] }),
    interrupted: true,
    warnings: [{ kind: "interrupted" }],
  };
}

function times(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
