// Latencies as they are counted: whole histograms of a direction, of a job, of an interval. Times are ns unless a name
// says otherwise.

/** Latency counts of one direction in HdrHistogram's buckets (1 ns to 1 h, 3 digits), sparse. */
export interface LatencyCounts {
  /** Number of recorded completions. */
  readonly total: number;
  /** Exact extremes and sum in ns; 0 when `total` is 0. */
  readonly minNs: number;
  readonly maxNs: number;
  readonly sumNs: number;
  /** How many of them completed after the measured time, when nothing more was submitted: in no rate. Absent: none. */
  readonly drained?: number;
  /** [index in HdrHistogram's counts array, count], index ascending, count above 0. */
  readonly counts: readonly (readonly [number, number])[];
}

export type Direction = "read" | "write";

/** "mixed": reads and writes together, as old results have them. */
export type Op = Direction | "mixed";

/** Latency counts in HdrHistogram's compressed form; `histogram-payload.ts` packs and unpacks them. */
export interface PackedCounts {
  readonly total: number;
  /** In ns, as in LatencyCounts; of an interval those of the buckets, exact to three digits. */
  readonly minNs: number;
  readonly maxNs: number;
  readonly sumNs: number;
  /** As in LatencyCounts. */
  readonly drained?: number;
  /** HdrHistogram V2, deflated, base64: "HISTFAAA…". */
  readonly hdrHistogramV2: string;
}

/** What one job did in one direction: a thousand intervals of 64 queues are 64,000 of these. */
export interface PackedLatency extends PackedCounts {
  readonly op: Op;
  /** The job, which is the queue, from 0; null: all together, as old results have them. */
  readonly job: number | null;
}

/** A part of a block, `logHistMs` long (the last may be shorter). */
export interface Interval {
  /** Which of the merged runs it is from; 0 where none were merged. */
  readonly source: number;
  /** From the block's `startedMs` to the interval's end. */
  readonly endMs: number;
  readonly lengthMs: number;
  /** Jobs and directions that completed something. */
  readonly latencies: readonly PackedLatency[];
  /** How long threads that were ready to run waited for a CPU; null where that is not known, as in old results. */
  readonly runDelay: RunDelay | null;
}

/** How long threads that were ready to run waited for a CPU, as the scheduler says. */
export interface RunDelay {
  readonly jobs: readonly { readonly job: number; readonly waitedNs: number }[];
  /** The embedded controller's own thread; null for a real device. */
  readonly deviceNs: number | null;
}
