// What one job did: a queue pair, a worker thread, a stretch of time. Times are ns unless a name says otherwise.
import type { JobPhase } from "../../assembly/layout.ts";
import type { Direction, PackedCounts } from "./latency.ts";

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
  /** Interrupt vector of its queue, which other jobs may have too; null without interrupts, and in old results. */
  readonly vector: number | null;
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
