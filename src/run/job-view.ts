// How the main thread sees a job while its worker's loop runs: plain loads of what the worker publishes.
import {
  BLOCK_COMPLETED,
  BLOCK_DRAINED_READS,
  BLOCK_DRAINED_WRITES,
  BLOCK_ENDED,
  BLOCK_FAILED,
  BLOCK_FLAGS,
  BLOCK_INTERRUPTS,
  BLOCK_LATE,
  BLOCK_LOST,
  BLOCK_OVERDUE,
  BLOCK_OVERSLEPT,
  BLOCK_PAUSE,
  BLOCK_PAUSE_EXCEPTIONS,
  BLOCK_PHASE,
  BLOCK_REJECTED,
  BLOCK_REJECTED_RAW,
  BLOCK_REJECTIONS,
  BLOCK_SLEEPS,
  BLOCK_SPURIOUS,
  BLOCK_STARTED,
  BLOCK_STATUS_COUNTS,
  BLOCK_STATUS_FIRST,
  BLOCK_STOP,
  BLOCK_SUBMITTED,
  BLOCK_SWEEPS,
  BLOCK_SWEEPS_FULL,
  BLOCK_THREAD,
  BLOCK_WAKEUPS,
  Flag,
  HISTOGRAM_BYTES,
  HISTOGRAM_COUNTS,
  HISTOGRAM_HEADER_BYTES,
  HISTOGRAM_HIGHEST_NS,
  HISTOGRAM_MAX,
  HISTOGRAM_MIN,
  HISTOGRAM_SUM,
  type JobPhase,
  type JobStop,
  REJECTED_RAW_BYTES,
  REJECTED_RAW_MAX,
  Rejection,
  SLOT_LBA_SHIFT,
  STAGES,
  STATUS_FIRST_BYTES,
} from "../../assembly/layout.ts";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { STATUS_CODES } from "../../assembly/spec/status.ts";
import { bucketHighNs, bucketIndex, bucketLowNs } from "../measurement/buckets.ts";
import { withDrained } from "../measurement/latency-sum.ts";
import type {
  FirstFailure,
  Flags,
  LatencyCounts,
  RejectedEntry,
  RejectionName,
  StatusCount,
} from "../measurement/measurement.ts";
import type { Span } from "../memory/arena.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import { CQE_BYTES } from "../nvme/completion.ts";
import type { QueuePairPlace } from "../nvme/submission-queue.ts";
import type { JobMemory } from "./job-memory.ts";

/** The main thread's view of a job: plain loads of what the worker publishes. */
export class JobView {
  readonly #memory: LinearMemory;
  readonly #job: JobMemory;

  constructor(memory: LinearMemory, job: JobMemory) {
    this.#memory = memory;
    this.#job = job;
  }

  /** Ends the job at its next slice; a request that is less urgent than an earlier one changes nothing. */
  stop(how: Exclude<JobStop, JobStop.NONE>): void {
    const word = (this.#job.block.pointer + BLOCK_STOP) / 4;
    if (this.#memory.u32[word]! < how) this.#memory.u32[word] = how;
  }

  /** A command has had its time, and the job ends. */
  get isOverdue(): boolean {
    return this.#memory.u32[(this.#job.block.pointer + BLOCK_OVERDUE) / 4] !== 0;
  }

  /** The number of the job's thread; 0 before it has begun. */
  get thread(): number {
    return this.#memory.u32[(this.#job.block.pointer + BLOCK_THREAD) / 4]!;
  }

  /** Interrupts and waits of the job so far. */
  get waits() {
    return {
      interrupts: this.#counter(BLOCK_INTERRUPTS),
      wakeups: this.#counter(BLOCK_WAKEUPS),
      spurious: this.#counter(BLOCK_SPURIOUS),
      late: this.#counter(BLOCK_LATE),
      lost: this.#counter(BLOCK_LOST),
      sleeps: this.#counter(BLOCK_SLEEPS),
      overslept: this.#counter(BLOCK_OVERSLEPT),
    };
  }

  /** The longest pause between two looks so far, in ns. */
  get pauseNs(): number {
    return this.#counter(BLOCK_PAUSE);
  }

  /** Commands that came too soon for what a learned pause may add to a latency. */
  get pauseExceptions(): number {
    return this.#counter(BLOCK_PAUSE_EXCEPTIONS);
  }

  get phase(): JobPhase {
    return this.#memory.u32[(this.#job.block.pointer + BLOCK_PHASE) / 4]!;
  }

  /** The clock when the measurement began, in ns; null during the ramp. */
  get startedNs(): bigint | null {
    return this.#memory.u64[(this.#job.block.pointer + BLOCK_STARTED) / 8]! || null;
  }

  /** The clock when the job submitted its last command, in ns; null before. */
  get endedNs(): bigint | null {
    return this.#memory.u64[(this.#job.block.pointer + BLOCK_ENDED) / 8]! || null;
  }

  /** What of a direction completed well after that, so far. */
  drained(direction: "read" | "write"): number {
    return this.#counter(direction === "read" ? BLOCK_DRAINED_READS : BLOCK_DRAINED_WRITES);
  }

  get counters() {
    return {
      submitted: this.#counter(BLOCK_SUBMITTED),
      completed: this.#counter(BLOCK_COMPLETED),
      failed: this.#counter(BLOCK_FAILED),
      rejected: this.#counter(BLOCK_REJECTED),
      sweeps: this.#counter(BLOCK_SWEEPS),
      sweepsFull: this.#counter(BLOCK_SWEEPS_FULL),
    };
  }

  /** Commands in flight, as of the last slice. */
  get outstanding(): number {
    const { submitted, completed, failed } = this.counters;
    return submitted - completed - failed;
  }

  /** Completions by error status, those that occurred. */
  statuses(startedNs: bigint): StatusCount[] {
    return Array.from({ length: STATUS_CODES }, (_, code) => ({
      code,
      count: this.#counter(BLOCK_STATUS_COUNTS + code * 8),
      first: this.#firstFailure(code, startedNs),
    })).filter(({ count }) => count > 0);
  }

  #firstFailure(code: number, startedNs: bigint): FirstFailure {
    const at = this.#job.block.pointer + BLOCK_STATUS_FIRST + code * STATUS_FIRST_BYTES;
    const [foundNs, opcode] = this.#memory.u64.subarray(at / 8, at / 8 + 2);
    return {
      op: Number(opcode! & 0xffn) === NvmOpcode.READ ? "read" : "write",
      lba: Number(opcode! >> BigInt(SLOT_LBA_SHIFT)),
      atNs: Number(foundNs! - startedNs),
    };
  }

  /**
   * Successes by what they should not have had set.
   * @param queue its completion queue, whose entries the device wrote last
   */
  flags({ cqPointer, cqEntries }: Pick<QueuePairPlace, "cqPointer" | "cqEntries">): Flags {
    const of = (flag: Flag): number => this.#counter(BLOCK_FLAGS + flag * 8);
    const words = this.#memory.u32.subarray(cqPointer / 4, (cqPointer + cqEntries * CQE_BYTES) / 4);
    const dword1 = Array.from({ length: cqEntries }, (_, entry) => words[entry * 4 + 1]!);
    return {
      more: of(Flag.MORE),
      crd: of(Flag.CRD),
      dnr: of(Flag.DNR),
      dword1: dword1.filter((value) => value !== 0).length,
    };
  }

  get rejections(): Record<RejectionName, number> {
    const of = (kind: Rejection): number => this.#counter(BLOCK_REJECTIONS + kind * 8);
    return {
      "bad-cid": of(Rejection.BAD_CID),
      "idle-slot": of(Rejection.IDLE_SLOT),
      "stale-generation": of(Rejection.STALE_GENERATION),
      "bad-sqid": of(Rejection.BAD_SQID),
      "bad-sqhd": of(Rejection.BAD_SQHD),
      "wrong-sqhd": of(Rejection.WRONG_SQHD),
    };
  }

  /** The first rejected entries, as they came. */
  rejectedRaw(startedNs: bigint): RejectedEntry[] {
    const total = Object.values(this.rejections).reduce((sum, count) => sum + count, 0);
    return Array.from({ length: Math.min(total, REJECTED_RAW_MAX) }, (_, index) => {
      const at = this.#job.block.pointer + BLOCK_REJECTED_RAW + index * REJECTED_RAW_BYTES;
      return {
        kind: REJECTION_NAMES[this.#memory.u32[(at + 24) / 4]!] ?? "bad-cid",
        atNs: Number(this.#memory.u64[(at + 16) / 8]! - startedNs),
        cqHead: this.#memory.u32[(at + 28) / 4]!,
        cqe: Buffer.from(this.#memory.bytes.slice(at, at + CQE_BYTES)).toString("hex"),
      };
    });
  }

  /**
   * What a direction recorded since `seen` (counts by index), which becomes what it has recorded now. Extremes
   * are those of the buckets, exact to three digits, and never beyond the exact ones of all that was recorded; the sum
   * is the caller's to find.
   */
  since(direction: "read" | "write", seen: Float64Array): Omit<LatencyCounts, "sumNs"> {
    const counts: [number, number][] = [];
    let total = 0;
    this.#forEachCount(this.#histogram(direction).pointer, (index, count) => {
      const more = count - seen[index]!;
      if (more <= 0) return;
      seen[index] = count;
      total += more;
      counts.push([index, more]);
    });
    if (counts.length === 0) return { total, minNs: 0, maxNs: 0, counts };
    const { minNs, maxNs } = this.#extremes(this.#histogram(direction).pointer);
    return {
      total,
      minNs: Math.max(bucketLowNs(counts[0]![0]), minNs),
      maxNs: Math.min(bucketHighNs(counts.at(-1)![0]), maxNs),
      counts,
    };
  }

  /** Index and count of every bucket that may hold something, index ascending. */
  #forEachCount(pointer: number, see: (index: number, count: number) => void): void {
    const words = this.#memory.u32;
    const max = Number(this.#memory.u64[(pointer + HISTOGRAM_MAX) / 8]!);
    // a snapshot four times a second must cost little: nothing lies outside the extremes
    const first = bucketIndex(Number(this.#memory.u64[(pointer + HISTOGRAM_MIN) / 8]!));
    const last = Math.min(bucketIndex(max), HISTOGRAM_COUNTS - 1);
    const beyond = max > HISTOGRAM_HIGHEST_NS ? this.#beyond(pointer) : 0;
    let word = (pointer + HISTOGRAM_HEADER_BYTES) / 4 + first * 2;
    for (let index = first; index <= last; index++, word += 2) {
      const count = words[word]! + words[word + 1]! * 2 ** 32;
      see(index, index === HISTOGRAM_COUNTS - 1 ? count + beyond : count);
    }
  }

  /** Exact; a count that is not in them yet is a moment old, and its bucket holds. */
  #extremes(pointer: number): { minNs: number; maxNs: number } {
    const word = (offset: number): number => Number(this.#memory.u64[(pointer + offset) / 8]!);
    return {
      minNs: word(HISTOGRAM_MIN),
      maxNs: Math.min(word(HISTOGRAM_MAX), HISTOGRAM_HIGHEST_NS),
    };
  }

  /** Everything a direction recorded. */
  latency(direction: "read" | "write"): LatencyCounts {
    const latency = this.#latencyAt(this.#histogram(direction).pointer);
    return withDrained(latency, this.drained(direction));
  }

  /** Everything the stages recorded, in their order; null when they were not measured. */
  get stages(): LatencyCounts[] | null {
    const { stages } = this.#job;
    if (stages === null) return null;
    return Array.from({ length: STAGES }, (_, stage) =>
      this.#latencyAt(stages.histograms.pointer + stage * HISTOGRAM_BYTES),
    );
  }

  /** More than an hour counts as an hour, the last bucket that is kept. */
  #beyond(pointer: number): number {
    let word = (pointer + HISTOGRAM_HEADER_BYTES) / 4 + HISTOGRAM_COUNTS * 2;
    let sum = 0;
    for (const end = (pointer + HISTOGRAM_BYTES) / 4; word < end; word += 2) {
      sum += this.#memory.u32[word]!;
    }
    return sum;
  }

  #latencyAt(pointer: number): LatencyCounts {
    const word = (offset: number): number => Number(this.#memory.u64[(pointer + offset) / 8]!);
    const counts: [number, number][] = [];
    this.#forEachCount(pointer, (index, count) => {
      if (count > 0) counts.push([index, count]);
    });
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    return {
      total,
      minNs: total === 0 ? 0 : word(HISTOGRAM_MIN),
      maxNs: Math.min(word(HISTOGRAM_MAX), HISTOGRAM_HIGHEST_NS),
      sumNs: word(HISTOGRAM_SUM),
      counts,
    };
  }

  /** Sum of all latencies so far, in ns. */
  sumNs(direction: "read" | "write"): number {
    const { pointer } = this.#histogram(direction);
    return Number(this.#memory.u64[(pointer + HISTOGRAM_SUM) / 8]!);
  }

  #histogram(direction: "read" | "write"): Span {
    return direction === "read" ? this.#job.reads : this.#job.writes;
  }

  #counter(offset: number): number {
    return Number(this.#memory.u64[(this.#job.block.pointer + offset) / 8]!);
  }
}

const REJECTION_NAMES: Record<number, RejectionName> = {
  [Rejection.BAD_CID]: "bad-cid",
  [Rejection.IDLE_SLOT]: "idle-slot",
  [Rejection.STALE_GENERATION]: "stale-generation",
  [Rejection.BAD_SQID]: "bad-sqid",
  [Rejection.BAD_SQHD]: "bad-sqhd",
  [Rejection.WRONG_SQHD]: "wrong-sqhd",
};
