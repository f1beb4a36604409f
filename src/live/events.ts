// What a measurement says while it lasts, event by event: the terminal view, `--live ndjson` (one JSON object
// a line) and the live page all show this stream. Latencies are ns; null is what the samples cannot carry.

/** An event; `event` tells which. New keys may come, known ones keep their meaning. */
export type LiveEvent =
  | StartEvent
  | PreparingEvent
  | SampleEvent
  | WaitingEvent
  | WarningEvent
  | EndEvent;

/** First, once. */
export interface StartEvent {
  readonly event: "start";
  readonly version: string;
  readonly command: "run" | "compare" | "sweep";
  readonly startedMs: number;
  readonly device: string;
  /** "randread 4k qd32 x2", for people. */
  readonly workload: string;
  readonly bs: number;
  readonly jobs: number;
  /** What is measured, in the order of the reports: samples name theirs in `block.name`. */
  readonly settings?: readonly LiveSetting[];
  /** Of one block. */
  readonly runtimeMs: number;
  readonly rampTimeMs: number;
  /** Of the whole measurement: all blocks with their ramps. */
  readonly totalMs?: number;
}

/** A run, a mode or side of a comparison, a point of a sweep. */
export interface LiveSetting {
  readonly name: string;
  /** The completion mode, or the side's name in a comparison. */
  readonly mode: string;
  readonly iodepth: number;
}

/** Before the first sample, when something takes more than a moment that is not to be measured. */
export interface PreparingEvent {
  readonly event: "preparing";
  /** "preparing 1GiB of the medium", for people. */
  readonly text: string;
}

/** About four a second while the jobs run. */
export interface SampleEvent {
  readonly event: "sample";
  /** Which block or point, from 1, of how many; a run is one of one with an empty name. */
  readonly block: { readonly name: string; readonly number: number; readonly of: number };
  /** Since the block's ramp ended; below 0 during the ramp, when nothing else is measured. */
  readonly elapsedMs: number;
  /** Length of the stretch that the sample is of. */
  readonly periodMs: number;
  /** Share of the whole measurement that is done, 0 to 1, ramps included. */
  readonly progress: number;
  /** Of the whole measurement. */
  readonly leftMs: number;
  /** Of the stretch. */
  readonly iops: number;
  readonly bytesPerSecond: number;
  readonly latencyNs: LiveLatency;
  /** [lower edge of a 5 % step in ns, count], rising: the stretch's latencies for a heat map. */
  readonly heat: readonly (readonly [number, number])[];
  /** Of the block since its ramp. */
  readonly total: LiveTotal;
  readonly queues: readonly LiveQueue[];
}

export interface LiveLatency {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
}

export interface LiveTotal {
  readonly ios: number;
  readonly iops: number;
  readonly bytesPerSecond?: number;
  readonly latencyNs: LiveLatency & { readonly mean: number | null; readonly p9999: number | null };
  /** At most 60 points of the percentile curve, [1 / (1 - quantile), ns]. */
  readonly percentiles: readonly (readonly [number, number])[];
}

export interface LiveQueue {
  readonly job: number;
  readonly iops: number;
  readonly p50: number | null;
  readonly p99: number | null;
}

/** After a block, when commands that are still in flight take more than a moment; the next block ends it. */
export interface WaitingEvent {
  readonly event: "waiting";
  /** "waiting for 1 command in flight, for up to 30s each (--timeout)", for people. */
  readonly text: string;
}

/** As soon as there is one; later ones of the same kind (and job) replace it. */
export interface WarningEvent {
  readonly event: "warning";
  readonly kind: string;
  readonly text: string;
  /** Where the doubt is about one job. */
  readonly job?: number;
}

/** Last, once. */
export interface EndEvent {
  readonly event: "end";
  readonly files: readonly string[];
  readonly interrupted: boolean;
  readonly exitCode: number;
  /** Why there are no files, where it failed; the same line ends stderr. */
  readonly error?: string;
}

/** Where the stream goes. */
export interface Sink {
  /** Takes an event; never throws, never waits. */
  show(event: LiveEvent): void;
  /** All is measured: what comes next is for whoever reads the report. May be called twice. */
  measured(): void;
  /** After the last event; resolves when nothing of it keeps the process alive. */
  close(): Promise<void>;
}
