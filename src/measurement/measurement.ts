// What was measured: plain data, nothing live, and one shape for whatever was asked for. A run is one block, a sweep
// one for each point, a comparison one for each mode in each round. Times are ns unless a name says otherwise.
import type { JobPhase } from "../../assembly/layout.ts";
import type { Workload } from "./workload.ts";

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

/** A completion entry that was not believed, as it came. */
export interface RejectedEntry {
  readonly kind: RejectionName;
  /** Ns since the measurement began. */
  readonly atNs: number;
  readonly cqHead: number;
  /** 16 bytes, as 32 hexadecimal digits in memory order. */
  readonly cqe: string;
}

/**
 * What a success had set although it says something of errors only, or is reserved (4.6): More, Command Retry Delay, Do
 * Not Retry, Dword 1.
 */
export type FlagName = "more" | "crd" | "dnr" | "dword1";

/**
 * Successes by what they had set. The loop does not read Dword 1: of its queues it is what the completion queue held at
 * the end, so of the last completions.
 */
export type Flags = Readonly<Record<FlagName, number>>;

/**
 * What of an entry did not fit. "wrong-sqhd", in the queue but behind the last one or past the tail, ended its command all
 * the same; the others ended none.
 */
export type RejectionName =
  | "bad-cid"
  | "idle-slot"
  | "stale-generation"
  | "bad-sqid"
  | "bad-sqhd"
  | "wrong-sqhd";

/**
 * Where the time of a command goes. `fetch` and `service` are the embedded controller's own stamps; on a real
 * device they are empty, and `seen` counts from the doorbell.
 */
export type StageName = "build" | "doorbell" | "fetch" | "service" | "seen" | "reap";

/** Interrupts as a job saw them, and how it waited. */
export interface Waits {
  /** What the eventfd counted. */
  readonly interrupts: number;
  /** Waits that an interrupt ended. */
  readonly wakeups: number;
  /** Wake-ups without a completion, whose interrupts no completion explains. */
  readonly spurious: number;
  /** Wake-ups without a completion, for completions that had been reaped before. */
  readonly late: number;
  /** Completions that were found at a wait's deadline, their interrupt missing. */
  readonly lost: number;
  /** Sleeps before looking, and those during which the completion came. */
  readonly sleeps: number;
  readonly overslept: number;
}

/** What the kernel charged to a job's thread. */
export interface Usage {
  readonly userNs: number;
  readonly systemNs: number;
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
}

/** Garbage collections, each of which stops its thread. */
export interface Collections {
  readonly count: number;
  /** How long they took together. */
  readonly ns: number;
}

/** A command that did not complete in its time. */
export interface OverdueCommand {
  readonly cid: number;
  readonly op: Direction;
  /** Its starting LBA. */
  readonly lba: number;
  /** How long it had been in flight when it was given up. */
  readonly ageNs: number;
}

/**
 * Which of V8's compilers made a loop: "turbofan" is its optimizing compiler, "liftoff" its baseline compiler for
 * WebAssembly.
 */
export type Tier = "turbofan" | "liftoff" | "unknown";

/** The clock that a job went by. */
export interface ClockUsed {
  /** The CPU's time stamp counter, or CLOCK_MONOTONIC. */
  readonly source: "tsc" | "monotonic";
  /** Ticks in a second, as measured before; null for CLOCK_MONOTONIC, which counts ns. */
  readonly hz: number | null;
  /**
   * By how many millionths it ran faster than CLOCK_MONOTONIC while the job ran; null for that clock itself, and
   * where the time was too short to tell.
   */
  readonly driftPpm: number | null;
}

/** Commands that ended with one status. */
export interface StatusCount {
  /** SCT << 8 | SC */
  readonly code: number;
  readonly count: number;
  /** The first of them; null in old results. */
  readonly first: FirstFailure | null;
}

/** A command that ended with an error. */
export interface FirstFailure {
  readonly op: Direction;
  /** Its starting LBA. */
  readonly lba: number;
  /** Ns since the measurement began; less than 0 in the ramp. */
  readonly atNs: number;
}

/** What one job (one queue pair, one worker) did; its latencies are the block's. */
export interface Job {
  /** From 0; of merged runs numbered through. */
  readonly job: number;
  /** Which of the merged runs it is from; 0 where none were merged. */
  readonly source: number;
  /** The CPU it was pinned to; null when it was not. */
  readonly cpu: number | null;
  readonly sqid: number;
  readonly entries: number;
  /** From the start until nothing more was submitted: the time of all rates. */
  readonly elapsedNs: number;
  /** How long was then waited for what was in flight; absent in older results, where it is part of `elapsedNs`. */
  readonly drainNs?: number;
  readonly submitted: number;
  readonly completed: number;
  /** Commands that ended with an error status; not in the latency counts. */
  readonly failed: number;
  /** Commands that never ended: they had --timeout for it, or the controller failed. */
  readonly lost: number;
  /** Commands in flight that an interruption did not wait for; null in old results. */
  readonly unfinished: number | null;
  /** A command that had its time and did not complete ended the job early. */
  readonly timedOut: boolean;
  /** That command, else the oldest of the lost ones; null when there is none, and in old results. */
  readonly overdue: OverdueCommand | null;
  /** By status code, SCT << 8 | SC. */
  readonly statuses: readonly StatusCount[];
  /** Null in old results. */
  readonly flags: Flags | null;
  readonly rejections: Readonly<Record<RejectionName, number>>;
  readonly rejectedRaw: readonly RejectedEntry[];
  /** Looks at the completion queue, and those that found something. */
  readonly sweeps: number;
  readonly sweepsFull: number;
  /** The longest pause between two looks: what looking late added to a latency is at most that. */
  readonly pauseNs: number;
  /**
   * Commands that completed so soon that a learned pause may have added more than 1/128 to their latency; 0 when the pause
   * was given, null in old results.
   */
  readonly pauseExceptions: number | null;
  readonly usage: Usage;
  /** How long it was ready to run and waited for a CPU; null where that is not known, as in old results. */
  readonly runDelayNs: number | null;
  /** Garbage collections of the thread's JavaScript meanwhile; null in old results. */
  readonly collections: Collections | null;
  readonly waits: Waits;
  /** By stage; null unless asked for. */
  readonly stages: Readonly<Record<StageName, PackedCounts>> | null;
  /** Median cost of one reading of the clock from Wasm. */
  readonly clockNs: number;
  /** Null where an old result did not keep it. */
  readonly clock: ClockUsed | null;
  /** V8's compiler behind the loop: "turbofan" is the optimizing one. */
  readonly tier: Tier;
  readonly phase: JobPhase;
}

/** Who the device says it is. Strings are safe text: printable ASCII, anything else as \xNN. */
export interface DeviceIdentity {
  readonly address: string;
  readonly transport: string;
  readonly model: string;
  readonly serial: string;
  readonly firmware: string;
  /** PCI vendor identifier. */
  readonly vid: number;
  /** "1.4.0", from VS. */
  readonly version: string;
  readonly nsid: number;
  /** NSZE: size of the namespace in logical blocks. */
  readonly logicalBlocks: number;
  readonly blockBytes: number;
  /** Largest transfer in bytes; null when the controller names no limit. */
  readonly maxTransferBytes: number | null;
  /** CAP.MQES + 1. */
  readonly maxQueueEntries: number;
}

/** The machine the run was made on. */
export interface HostConditions {
  readonly hostname: string;
  readonly kernel: string;
  readonly cpuModel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly v8: string;
  /** Pages behind the DMA window. */
  readonly pageBytes: number;
  /** 1-minute load average when the run began. */
  readonly loadAverage: number;
}

/** Who had the CPU that a thread waited for: other processes, phasebit's own threads, nobody (a CPU quota). */
export type Starver = "others" | "own" | "quota" | "unknown";

/** How much of its time a thread was ready to run and waited, in percent. */
export interface Starved {
  readonly percent: number;
  /** Of the worst interval. */
  readonly worstPercent: number;
  readonly by: Starver;
}

/** A controller that did not stop when it was told to. */
export interface NotStopped {
  /** How long it was given. */
  readonly limitMs: number;
  /** A function level reset stopped it; without one bus mastering was switched off, no more. */
  readonly hadReset: boolean;
}

/** Doubts about a measurement; results/warnings.ts words each of them, with advice. */
export type Warning =
  | {
      readonly kind: "partial";
      /** What is counted: the settings of a sweep, the blocks of a comparison, the time of a run. */
      readonly unit: "settings" | "blocks" | "ms";
      readonly measured: number;
      readonly planned: number;
      /** The settings that are not there, or not in full. */
      readonly missing?: readonly string[];
    }
  | { readonly kind: "io-errors"; readonly count: number }
  | { readonly kind: "rejected-completions"; readonly count: number }
  /** SQHD went backwards or past the tail; of admin commands and copies, or lay outside of the queue. */
  | { readonly kind: "wrong-sqhd"; readonly queue: "io" | "admin"; readonly count: number }
  | ({ readonly kind: "flagged-successes"; readonly queue: "io" | "admin" } & Flags)
  | {
      readonly kind: "commands-lost";
      readonly count: number;
      /** Of the oldest; absent in old results. */
      readonly oldest?: OverdueCommand & { readonly sqid: number };
    }
  | ({
      readonly kind: "timed-out";
      readonly job: number;
      readonly sqid: number;
      readonly timeoutMs: number;
      /** How long the job had measured, and was to measure. */
      readonly ranMs: number;
      readonly runtimeMs: number;
    } & OverdueCommand)
  | { readonly kind: "commands-unfinished"; readonly count: number }
  | { readonly kind: "queue-not-deleted"; readonly why: string }
  | { readonly kind: "stopped-early"; readonly why: string }
  | { readonly kind: "not-closed"; readonly why: string }
  /** CSTS.SHST did not become 10b. RTD3E is null where the controller gives none. */
  | ({ readonly kind: "not-shut-down"; readonly rtd3EntryMs: number | null } & NotStopped)
  /** CSTS.RDY did not become 0. */
  | ({ readonly kind: "not-disabled" } & NotStopped)
  | { readonly kind: "lost-interrupts"; readonly count: number }
  | { readonly kind: "spurious-interrupts"; readonly count: number }
  | { readonly kind: "controller-fatal" }
  | { readonly kind: "controller-reset" }
  | { readonly kind: "device-gone" }
  | { readonly kind: "interrupted" }
  | { readonly kind: "not-optimized"; readonly job: number }
  /** The tool's own pauses, within the latencies. */
  | ({ readonly kind: "garbage-collected"; readonly job: number } & Collections)
  | { readonly kind: "not-pinned"; readonly job: number }
  /** So few that a duplicate may be believed: see `cidGenerations`. */
  | { readonly kind: "few-generations"; readonly iodepth: number; readonly generations: number }
  | { readonly kind: "cpus-shared"; readonly threads: number; readonly cpus: number }
  /** Of older results: share of its time that a job had its CPU. */
  | { readonly kind: "cpu-starved"; readonly job: number; readonly percent: number }
  | { readonly kind: "clock-drift"; readonly job: number; readonly ppm: number }
  | ({ readonly kind: "job-starved"; readonly job: number } & Starved)
  /** The embedded controller's own thread. */
  | ({ readonly kind: "device-starved" } & Starved)
  /** Interrupts were lost or came without a completion, while the host kept threads from running. */
  | { readonly kind: "interrupts-unclear"; readonly lost: number; readonly spurious: number }
  | { readonly kind: "host-busy"; readonly loadAverage: number }
  | { readonly kind: "no-function-reset" }
  /** Of a later phasebit, in its words. */
  | { readonly kind: "noted"; readonly text: string }
  | {
      readonly kind: "drift-larger-than-difference";
      /** "IOPS", "p99". */
      readonly figures: readonly string[];
      readonly pairs: readonly { readonly a: string; readonly b: string }[];
      /** The largest change over all rounds. */
      readonly worst: { readonly figure: string; readonly mode: string; readonly percent: number };
    };

/** A result that was merged into another. */
export interface MergedSource {
  /** As it was named. */
  readonly file: string;
  readonly startedMs: number;
  readonly argv: readonly string[];
  readonly host: HostConditions;
  readonly devices: readonly DeviceIdentity[];
}

/** One set of options that was measured. */
export interface Setting {
  /** What it is called: "poll", "interrupt.qd8"; empty for the only one, which needs no name. */
  readonly name: string;
  /** Its name without depth and coalescing: the completion mode of a point, the name of a compared side. */
  readonly mode: string;
  /** The options that make it differ, as they were given. */
  readonly options: string;
  /** Index in the measurement's `devices`. */
  readonly device: number;
  /** What they come to; `runtimeMs` and `rampTimeMs` are those of a block. */
  readonly workload: Workload;
}

/** What the jobs of a block did, all together; null is what an old result did not count. */
export interface Work {
  readonly completed: number;
  readonly failed: number | null;
  readonly userNs: number;
  readonly systemNs: number;
  readonly voluntarySwitches: number | null;
  readonly involuntarySwitches: number | null;
  readonly waits: Pick<Waits, "interrupts" | "wakeups" | "spurious" | "lost">;
}

/** One setting for one stretch of time: everything else follows from these. */
export interface Block {
  /** Index in the measurement's `workloads`. */
  readonly workload: number;
  /** In which every setting has its turn, from 0; null where there are no rounds. */
  readonly round: number | null;
  /** Of a job file: which of the parts that stonewalls separate, from 0; 0 elsewhere. */
  readonly phase: number;
  /** Place in the whole order, from 0. */
  readonly position: number;
  /** Unix time in ms after the ramp. */
  readonly startedMs: number;
  /** As long as the longest job; of merged runs the time that they cover together. */
  readonly elapsedNs: number;
  /** By queue and direction, those with samples. */
  readonly latencies: readonly PackedLatency[];
  readonly work: Work;
  /** Null where only their sum was kept: in comparisons and sweeps of schema 1 and 2. */
  readonly jobs: readonly Job[] | null;
  /** Empty where none were wanted; null where an old result kept none. */
  readonly intervals: readonly Interval[] | null;
  /** CPU time of the embedded controller's own thread meanwhile; null for a real device. */
  readonly deviceCpuNs: number | null;
  /** How long that thread waited for a CPU; null for a real device, and in old results. */
  readonly deviceRunDelayNs: number | null;
}

/** What was asked for: a word for titles. Where the data is does not depend on it. */
export type MeasurementKind = "run" | "compare" | "sweep";

/** A finished (or interrupted) measurement. */
export interface Measurement {
  readonly kind: MeasurementKind;
  /** Unix time in ms when the measurement began (a run: after the ramp). */
  readonly startedMs: number;
  readonly version: string;
  readonly argv: readonly string[];
  readonly host: HostConditions;
  readonly devices: readonly DeviceIdentity[];
  /** What the settings have in common. */
  readonly workload: Workload;
  /** The settings in the order they were asked for; of a sweep those that were measured. */
  readonly workloads: readonly Setting[];
  /** As many as were asked for; null where settings do not take turns. */
  readonly rounds: number | null;
  /** In the order they were measured. */
  readonly blocks: readonly Block[];
  readonly warnings: readonly Warning[];
  readonly interrupted: boolean;
  /** What was merged into it; empty for a measurement of one's own. `host` and `devices` are the first's. */
  readonly merged: readonly MergedSource[];
}
