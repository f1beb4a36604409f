// What happens on the main thread while the jobs run: it samples the shared counters, cuts the run into
// one-second intervals, feeds the live view and looks after the controller. No message crosses meanwhile.
import { HISTOGRAM_COUNTS } from "../../assembly/layout.ts";
import { bucketHighNs, bucketLowNs } from "../histogram.ts";
import { type JobView, sparse } from "./job-view.ts";
import type { Interval, LatencyCounts } from "./measurement.ts";

const INTERVAL_MS = 1000;
/** A timer that comes a little early still ends its second. */
const INTERVAL_NS = 980_000_000n;
/** With somebody looking; else an interval's end is soon enough, and the jobs have the CPUs. */
const SAMPLE_MS = 250;

/** A moment of a run, for the live view. */
export interface Sample {
  /** Since the ramp ended; below 0 during the ramp. */
  readonly elapsedMs: number;
  /** Of the last sampling period. */
  readonly iops: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
}

interface Snapshot {
  readonly atNs: bigint;
  readonly read: Float64Array;
  readonly write: Float64Array;
  readonly readSumNs: number;
  readonly writeSumNs: number;
}

/** Samples `jobs` from `start` to `stop`. */
export class Monitor {
  readonly intervals: Interval[] = [];
  readonly #jobs: readonly JobView[];
  readonly #check: () => void;
  readonly #onSample: ((sample: Sample) => void) | undefined;
  readonly #rampTimeMs: number;
  #timer: NodeJS.Timeout | undefined;
  /** Where the current interval and the current sample began; undefined during the ramp. */
  #second: Snapshot | undefined;
  #moment: Snapshot | undefined;
  #startedNs = 0n;
  #rampEndMs = 0;

  /** @param check looks after the controller, once a sample */
  constructor(
    jobs: readonly JobView[],
    rampTimeMs: number,
    check: () => void,
    onSample: ((sample: Sample) => void) | undefined,
  ) {
    this.#rampTimeMs = rampTimeMs;
    this.#jobs = jobs;
    this.#check = check;
    this.#onSample = onSample;
  }

  start(): void {
    this.#rampEndMs = Date.now() + this.#rampTimeMs;
    this.#timer = setInterval(
      () => this.#tick(),
      this.#onSample === undefined ? INTERVAL_MS : SAMPLE_MS,
    );
  }

  /** Ends sampling, once; what is left of the last second becomes a shorter interval. */
  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#second === undefined && !this.#begin()) return;
    this.#close(this.#second!, this.#snapshot());
  }

  #tick(): void {
    this.#check();
    if (this.#second === undefined && !this.#begin()) {
      const elapsedMs = Math.min(-1, Date.now() - this.#rampEndMs);
      this.#onSample?.({ elapsedMs, iops: 0, p50Ns: 0, p99Ns: 0 });
      return;
    }
    const now = this.#snapshot();
    if (now.atNs - this.#second!.atNs >= INTERVAL_NS) {
      this.#close(this.#second!, now);
      this.#second = now;
    }
    this.#onSample?.(this.#sample(this.#moment!, now));
    this.#moment = now;
  }

  /** Once all jobs have left the ramp, intervals count from the first of them. */
  #begin(): boolean {
    const started = this.#jobs.flatMap((job) => job.startedNs ?? []);
    if (started.length < this.#jobs.length) return false;
    this.#startedNs = started.sort((a, b) => Number(a - b))[0]!;
    this.#second = emptyAt(this.#startedNs);
    this.#moment = this.#second;
    return true;
  }

  #close(from: Snapshot, to: Snapshot): void {
    const read = between(from.read, to.read, to.readSumNs - from.readSumNs);
    const write = between(from.write, to.write, to.writeSumNs - from.writeSumNs);
    if (read.total + write.total === 0 && to.atNs - from.atNs < INTERVAL_NS / 10n) return;
    this.intervals.push({
      endMs: milliseconds(to.atNs - this.#startedNs),
      lengthMs: milliseconds(to.atNs - from.atNs),
      read,
      write,
    });
  }

  #sample(from: Snapshot, to: Snapshot): Sample {
    const counts = to.read.map(
      (count, index) => count - from.read[index]! + to.write[index]! - from.write[index]!,
    );
    const total = counts.reduce((sum, count) => sum + count, 0);
    return {
      elapsedMs: milliseconds(to.atNs - this.#startedNs),
      iops: total / (milliseconds(to.atNs - from.atNs) / 1000),
      p50Ns: quantile(counts, total * 0.5),
      p99Ns: quantile(counts, total * 0.99),
    };
  }

  #snapshot(): Snapshot {
    return {
      atNs: process.hrtime.bigint(),
      read: added(this.#jobs.map((job) => job.counts("read"))),
      write: added(this.#jobs.map((job) => job.counts("write"))),
      readSumNs: total(this.#jobs.map((job) => job.sumNs("read"))),
      writeSumNs: total(this.#jobs.map((job) => job.sumNs("write"))),
    };
  }
}

function emptyAt(atNs: bigint): Snapshot {
  const none = new Float64Array(HISTOGRAM_COUNTS);
  return { atNs, read: none, write: none, readSumNs: 0, writeSumNs: 0 };
}

function added(parts: readonly Float64Array[]): Float64Array {
  const [sum = new Float64Array(HISTOGRAM_COUNTS), ...others] = parts;
  for (const other of others) {
    for (let index = 0; index < HISTOGRAM_COUNTS; index++) sum[index]! += other[index]!;
  }
  return sum;
}

/** What was recorded between two snapshots. Extremes are those of the buckets, exact to three digits. */
function between(from: Float64Array, to: Float64Array, sumNs: number): LatencyCounts {
  const counts = sparse(to.map((count, index) => count - from[index]!));
  return {
    total: total(counts.map(([, count]) => count)),
    minNs: counts.length === 0 ? 0 : bucketLowNs(counts[0]![0]),
    maxNs: counts.length === 0 ? 0 : bucketHighNs(counts.at(-1)![0]),
    sumNs,
    counts,
  };
}

/** Value of the bucket in which the `rank`-th smallest latency lies. */
function quantile(counts: Float64Array, rank: number): number {
  let seen = 0;
  for (const [index, count] of counts.entries()) {
    seen += count;
    if (count > 0 && seen >= rank) return bucketLowNs(index);
  }
  return 0;
}

function milliseconds(ns: bigint): number {
  return Number(ns) / 1e6;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
