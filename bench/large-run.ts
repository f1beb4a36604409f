// A run as large as results get, made up: many intervals of many queues, each with a histogram of its own.

import { JobPhase } from "../assembly/layout.ts";
import { bucketIndex } from "../src/measurement/buckets.ts";
import { noFlags } from "../src/measurement/flags.ts";
import { mergeCounts, packLatency, unpackLatency } from "../src/measurement/latency-counts.ts";
import type {
  Direction,
  Interval,
  LatencyCounts,
  Measurement,
  PackedLatency,
} from "../src/measurement/measurement.ts";
import { parseWorkload } from "../src/measurement/workload.ts";
import { blockOf, type JobMeasurement } from "../src/run/block.ts";
import { Random } from "../src/statistics/random.ts";

const INTERVAL_MS = 1000;
/** So many different histograms come again and again. */
const KINDS = 256;
/** Of each histogram. */
export const SAMPLES = 2000;

/** `intervals` of a second with `queues` queues in each of the pattern's directions. */
export function largeRun(
  intervals: number,
  queues: number,
  rw: "randread" | "randrw",
): Measurement {
  const directions: readonly Direction[] = rw === "randrw" ? ["read", "write"] : ["read"];
  const random = new Random(1);
  const kinds = Array.from({ length: KINDS }, () => packed(random));
  const kindOf = (interval: number, job: number, direction: number): PackedLatency =>
    kinds[(interval * 31 + job * 7 + direction * 101) % KINDS]!;
  const list = Array.from({ length: intervals }, (_, interval): Interval => {
    const latencies = directions.flatMap((op, direction) =>
      Array.from({ length: queues }, (_, job) => ({
        ...kindOf(interval, job, direction),
        op,
        job,
      })),
    );
    const endMs = (interval + 1) * INTERVAL_MS;
    return { source: 0, endMs, lengthMs: INTERVAL_MS, latencies, runDelay: null };
  });
  const jobs = Array.from({ length: queues }, (_, job) => jobOf(job, list));
  const options = { rw, numjobs: `${queues}`, iodepth: "32", runtime: `${intervals}s` };
  const workload = parseWorkload({ ...options, destructive: true });
  const measured = {
    startedMs: 0,
    jobs,
    intervals: list,
    deviceCpuNs: null,
    deviceRunDelayNs: null,
  };
  return {
    ...about,
    workload,
    workloads: [{ name: "", mode: "", options: "", device: 0, workload }],
    blocks: [blockOf(measured, { workload: 0, round: null, phase: 0, position: 0 })],
  };
}

/** Around 80 us, every hundredth command up to some ms. */
function packed(random: Random): PackedLatency {
  const samples = Array.from({ length: SAMPLES }, () => {
    const spread = random.unit() + random.unit() + random.unit() - 1.5;
    const tail = random.unit() < 0.01 ? (1 - random.unit()) ** -0.7 : 1;
    return Math.round(80_000 * Math.exp(0.4 * spread) * Math.min(tail, 1000));
  });
  const counts = new Map<number, number>();
  for (const index of samples.map(bucketIndex)) counts.set(index, (counts.get(index) ?? 0) + 1);
  const latencies = {
    total: SAMPLES,
    minNs: Math.min(...samples),
    maxNs: Math.max(...samples),
    sumNs: samples.reduce((sum, ns) => sum + ns, 0),
    counts: [...counts].sort(([a], [b]) => a - b),
  };
  return packLatency(latencies, { op: "read", job: 0 });
}

function jobOf(job: number, intervals: readonly Interval[]): JobMeasurement {
  const [read, write] = [latenciesOf(job, "read", intervals), latenciesOf(job, "write", intervals)];
  const completed = read.total + write.total;
  const elapsedNs = intervals.length * INTERVAL_MS * 1e6;
  return {
    ...{ job, source: 0, cpu: job, sqid: job + 1, entries: 64, elapsedNs, read, write },
    ...{ submitted: completed, completed, failed: 0, lost: 0, statuses: [] },
    ...{
      unfinished: 0,
      timedOut: false,
      overdue: null,
      runDelayNs: null,
      vector: null,
      collections: null,
    },
    rejections: {
      ...{ "bad-cid": 0, "idle-slot": 0, "stale-generation": 0 },
      ...{ "bad-sqid": 0, "bad-sqhd": 0, "wrong-sqhd": 0 },
    },
    ...{ rejectedRaw: [], sweeps: completed, sweepsFull: completed, pauseNs: 0 },
    pauseExceptions: 0,
    flags: noFlags,
    usage: {
      ...{ userNs: elapsedNs, systemNs: 0, voluntarySwitches: 0, involuntarySwitches: 0 },
      ...{ minorFaults: 0, majorFaults: 0 },
    },
    waits: {
      ...{ interrupts: 0, wakeups: 0, spurious: 0, late: 0, lost: 0 },
      ...{ sleeps: 0, overslept: 0 },
    },
    ...{ stages: null, clockNs: 25, clock: null, tier: "turbofan", phase: JobPhase.DONE },
  };
}

function latenciesOf(job: number, op: Direction, intervals: readonly Interval[]): LatencyCounts {
  const all = intervals.flatMap(({ latencies }) => latencies);
  return mergeCounts(
    all.filter((packed) => packed.job === job && packed.op === op).map(unpackedOnce),
  );
}

/** Few are different, so each is unpacked once. */
const unpacked = new Map<string, LatencyCounts>();

function unpackedOnce(packed: PackedLatency): LatencyCounts {
  const known = unpacked.get(packed.hdrHistogramV2) ?? unpackLatency(packed);
  unpacked.set(packed.hdrHistogramV2, known);
  return known;
}

const about: Omit<Measurement, "workload" | "workloads" | "blocks"> = {
  kind: "run",
  rounds: null,
  startedMs: 0,
  version: "0.0.0",
  argv: ["run"],
  host: {
    ...{ hostname: "bench", kernel: "0", cpuModel: "none", cpus: 64, memoryBytes: 2 ** 38 },
    ...{ node: "0", v8: "0", pageBytes: 2 ** 21, loadAverage: 0 },
  },
  devices: [
    {
      ...{ address: "none", transport: "none", model: "none", serial: "none", firmware: "0" },
      ...{ vid: 0, version: "1.4.0", nsid: 1, logicalBlocks: 2 ** 30, blockBytes: 4096 },
      ...{ maxTransferBytes: null, maxQueueEntries: 1024 },
    },
  ],
  warnings: [],
  interrupted: false,
  merged: [],
};
