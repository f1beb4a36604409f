// What a comparison hands to the reports: blocks of several modes, interleaved, on the same queues with the
// same LBA sequence. Plain data, as a run's measurement is.
import type { LatencyCounts, Measurement, PackedLatency } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";

/** Interrupts as a job saw them. */
export interface InterruptAudit {
  /** What the eventfds counted. */
  readonly interrupts: number;
  /** Waits that an interrupt ended. */
  readonly wakeups: number;
  /** Wake-ups that found no completion. */
  readonly spurious: number;
  /** Completions that were found at a wait's deadline, their interrupt missing. */
  readonly lost: number;
}

/** One block: one mode for a stretch of one round, all jobs together. */
export interface ComparisonBlock {
  readonly mode: string;
  /** From 0. */
  readonly round: number;
  /** Place in the whole order, from 0. */
  readonly position: number;
  readonly startedMs: number;
  readonly elapsedNs: number;
  /** All directions and jobs. */
  readonly latency: LatencyCounts;
  /** The same by job and direction. */
  readonly latencies: readonly PackedLatency[];
  readonly completed: number;
  readonly failed: number;
  readonly userNs: number;
  readonly systemNs: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  readonly audit: InterruptAudit;
  /** CPU time of the embedded controller's own thread; null for a real device. */
  readonly deviceCpuNs: number | null;
}

/** One of the compared modes. */
export interface ComparedMode {
  readonly name: string;
  /** The options that make it differ, as they were given. */
  readonly options: string;
  /** What they come to; `runtimeMs` and `rampTimeMs` are those of a block. */
  readonly workload: Workload;
}

/** A finished (or interrupted) comparison. */
export interface ComparisonMeasurement extends Measurement {
  /** In the order they were asked for; no two have one name. */
  readonly modes: readonly ComparedMode[];
  readonly rounds: number;
  readonly blocks: readonly ComparisonBlock[];
}

/** One setting of a sweep with what it gave. */
export interface SweepPoint {
  readonly mode: string;
  readonly iodepth: number;
  /** Interrupt Coalescing as it was set; null when it was left alone. */
  readonly coalescing: { readonly threshold: number; readonly time: number } | null;
  readonly startedMs: number;
  readonly elapsedNs: number;
  /** All directions and jobs. */
  readonly latency: LatencyCounts;
  /** The same by job and direction. */
  readonly latencies: readonly PackedLatency[];
  readonly completed: number;
  readonly failed: number;
  readonly userNs: number;
  readonly systemNs: number;
  readonly audit: InterruptAudit;
  /** CPU time of the embedded controller's own thread; null for a real device. */
  readonly deviceCpuNs: number | null;
}

/** A finished (or interrupted) sweep. */
export interface SweepMeasurement extends Measurement {
  readonly points: readonly SweepPoint[];
}
