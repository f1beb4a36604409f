// Where one job's control block, histograms, slots and buffers lie, and how the main thread reads them
// while the worker's loop runs.
import {
  BLOCK_BYTES,
  BLOCK_COMPLETED,
  BLOCK_FAILED,
  BLOCK_INTERRUPTS,
  BLOCK_LATE,
  BLOCK_LOST,
  BLOCK_OVERSLEPT,
  BLOCK_PHASE,
  BLOCK_REJECTED,
  BLOCK_REJECTED_RAW,
  BLOCK_REJECTIONS,
  BLOCK_SLEEPS,
  BLOCK_SPURIOUS,
  BLOCK_STARTED,
  BLOCK_STATUS_COUNTS,
  BLOCK_STOP,
  BLOCK_SUBMITTED,
  BLOCK_SWEEPS,
  BLOCK_SWEEPS_FULL,
  BLOCK_WAKEUPS,
  HISTOGRAM_BYTES,
  HISTOGRAM_COUNTS,
  HISTOGRAM_HEADER_BYTES,
  HISTOGRAM_HIGHEST_NS,
  HISTOGRAM_MAX,
  HISTOGRAM_MIN,
  HISTOGRAM_SUM,
  type JobPhase,
  REJECTED_RAW_BYTES,
  REJECTED_RAW_MAX,
  Rejection,
  SLOT_BYTES,
  STAGES,
  STAMP_BYTES,
} from "../../assembly/layout.ts";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { STATUS_CODES } from "../../assembly/spec/status.ts";
import { alignUp, type LinearMemory, type Region } from "../memory.ts";
import type { MemoryNeeds } from "../transport/transport.ts";
import type { LatencyCounts, RejectedEntry, RejectionName } from "./measurement.ts";
import type { Workload } from "./workload.ts";

const SQE_BYTES = 64;
const CQE_BYTES = 16;
const PRP_BYTES = 8;
/** Smaller queues make host and device fight over one cache line. */
const FEWEST_ENTRIES = 64;

/** A job's regions. */
export interface JobMemory {
  readonly block: Region;
  readonly reads: Region;
  readonly writes: Region;
  readonly slots: Region;
  readonly buffers: Region;
  readonly lists: Region;
  /** A histogram for each Stage, and the embedded controller's stamps; null while nobody measures stages. */
  readonly stages: { readonly histograms: Region; readonly stamps: Region } | null;
}

/** Entries of a job's queues: one more than the depth, so that full differs from empty. */
export function queueEntries(iodepth: number, maxQueueEntries: number): number {
  return Math.min(Math.max(iodepth + 1, FEWEST_ENTRIES), Math.max(maxQueueEntries, iodepth + 1));
}

/** What of a workload decides how much memory its jobs need. */
export type Shape = Pick<Workload, "numjobs" | "iodepth" | "bs" | "stages">;

/** Memory for the jobs of any one of these workloads. */
export function jobNeeds(shapes: readonly Shape[]): MemoryNeeds {
  const sizes = largestSizes(shapes);
  const numjobs = Math.max(...shapes.map((shape) => shape.numjobs));
  const page = (bytes: number): number => alignUp(bytes, PAGE_BYTES);
  return {
    ioQueues: numjobs,
    heapBytes:
      PAGE_BYTES +
      numjobs * (page(BLOCK_BYTES) + 2 * page(HISTOGRAM_BYTES) + page(sizes.slots)) +
      numjobs * (page(sizes.stages) + page(sizes.stamps)),
    commandBytes: numjobs * (page(sizes.entries * SQE_BYTES) + sizes.lists),
    completionBytes: numjobs * page(sizes.entries * CQE_BYTES),
    dataBytes: numjobs * sizes.buffers,
  };
}

/** Takes one job's regions out of the memory, large enough for any of these workloads. */
export function allocateJob(memory: LinearMemory, shapes: readonly Shape[]): JobMemory {
  const sizes = largestSizes(shapes);
  const host = (bytes: number): Region => memory.heap.allocate(alignUp(bytes, PAGE_BYTES));
  return {
    block: host(BLOCK_BYTES),
    reads: host(HISTOGRAM_BYTES),
    writes: host(HISTOGRAM_BYTES),
    slots: host(sizes.slots),
    buffers: memory.data.allocate(sizes.buffers),
    lists: memory.commands.allocate(sizes.lists),
    stages:
      sizes.stages === 0 ? null : { histograms: host(sizes.stages), stamps: host(sizes.stamps) },
  };
}

/** Empties a job's control block and histograms for its next run. */
export function clearJob(memory: LinearMemory, job: JobMemory): void {
  memory.zero(job.block);
  clearHistograms(memory.memory, job);
}

/** Bytes from one slot's buffer to the next. */
export function bufferStride(bs: number): number {
  return alignUp(bs, PAGE_BYTES);
}

interface Sizes {
  readonly entries: number;
  readonly slots: number;
  readonly buffers: number;
  readonly lists: number;
  readonly stages: number;
  readonly stamps: number;
}

function largestSizes(shapes: readonly Shape[]): Sizes {
  const all = shapes.map(jobSizes);
  const most = (key: keyof Sizes): number => Math.max(...all.map((sizes) => sizes[key]));
  return {
    entries: most("entries"),
    slots: most("slots"),
    buffers: most("buffers"),
    lists: most("lists"),
    stages: most("stages"),
    stamps: most("stamps"),
  };
}

function jobSizes({ iodepth, bs, stages }: Shape): Sizes {
  const pages = bufferStride(bs) / PAGE_BYTES;
  // a list page holds 512 entries, and all but the last give one to the next page
  const listPages = pages <= 2 ? 0 : Math.ceil((pages - 1) / (PAGE_BYTES / PRP_BYTES - 1));
  const slots = 2 ** Math.ceil(Math.log2(iodepth));
  return {
    entries: queueEntries(iodepth, 65536),
    slots: slots * SLOT_BYTES,
    buffers: iodepth * bufferStride(bs),
    lists: Math.max(1, iodepth * listPages) * PAGE_BYTES,
    stages: stages ? STAGES * HISTOGRAM_BYTES : 0,
    stamps: stages ? slots * STAMP_BYTES : 0,
  };
}

/** Empties both histograms; the smallest value starts above every other. */
export function clearHistograms(
  memory: WebAssembly.Memory,
  job: Pick<JobMemory, "reads" | "writes" | "stages">,
): void {
  const bytes = new Uint8Array(memory.buffer);
  const words = new BigUint64Array(memory.buffer);
  for (const pointer of histogramsOf(job)) {
    bytes.fill(0, pointer, pointer + HISTOGRAM_BYTES);
    words[(pointer + HISTOGRAM_MIN) / 8] = 0xffff_ffff_ffff_ffffn;
  }
}

/** Pointers of all histograms of a job. */
function histogramsOf({ reads, writes, stages }: Pick<JobMemory, "reads" | "writes" | "stages">) {
  const first = stages?.histograms.pointer;
  const ofStages =
    first === undefined
      ? []
      : Array.from({ length: STAGES }, (_, stage) => first + stage * HISTOGRAM_BYTES);
  return [reads.pointer, writes.pointer, ...ofStages];
}

/** The main thread's view of a job: plain loads of what the worker publishes. */
export class JobView {
  readonly #memory: LinearMemory;
  readonly #job: JobMemory;

  constructor(memory: LinearMemory, job: JobMemory) {
    this.#memory = memory;
    this.#job = job;
  }

  /** Ends the job at its next slice. */
  stop(): void {
    this.#memory.u32[(this.#job.block.pointer + BLOCK_STOP) / 4] = 1;
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

  get phase(): JobPhase {
    return this.#memory.u32[(this.#job.block.pointer + BLOCK_PHASE) / 4]!;
  }

  /** The clock when the measurement began, in ns; null during the ramp. */
  get startedNs(): bigint | null {
    return this.#memory.u64[(this.#job.block.pointer + BLOCK_STARTED) / 8]! || null;
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

  /** Completions by error status, those that occurred. */
  get statuses(): { code: number; count: number }[] {
    return Array.from({ length: STATUS_CODES }, (_, code) => ({
      code,
      count: this.#counter(BLOCK_STATUS_COUNTS + code * 8),
    })).filter(({ count }) => count > 0);
  }

  get rejections(): Record<RejectionName, number> {
    const of = (kind: Rejection): number => this.#counter(BLOCK_REJECTIONS + kind * 8);
    return {
      "bad-cid": of(Rejection.BAD_CID),
      "idle-slot": of(Rejection.IDLE_SLOT),
      "stale-generation": of(Rejection.STALE_GENERATION),
      "bad-sqid": of(Rejection.BAD_SQID),
      "bad-sqhd": of(Rejection.BAD_SQHD),
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

  /** A copy of a histogram's counts so far, dense. */
  counts(direction: "read" | "write"): Float64Array {
    return this.#countsAt(this.#histogram(direction).pointer);
  }

  #countsAt(pointer: number): Float64Array {
    const words = this.#memory.u32;
    const counts = new Float64Array(HISTOGRAM_COUNTS);
    let word = (pointer + HISTOGRAM_HEADER_BYTES) / 4;
    for (let index = 0; index < HISTOGRAM_COUNTS; index++, word += 2) {
      counts[index] = words[word]! + words[word + 1]! * 2 ** 32;
    }
    if (this.#memory.u64[(pointer + HISTOGRAM_MAX) / 8]! > HISTOGRAM_HIGHEST_NS) {
      this.#addBeyond(pointer, counts);
    }
    return counts;
  }

  /** Everything a direction recorded. */
  latency(direction: "read" | "write"): LatencyCounts {
    return this.#latencyAt(this.#histogram(direction).pointer);
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
  #addBeyond(pointer: number, counts: Float64Array): void {
    let word = (pointer + HISTOGRAM_HEADER_BYTES) / 4 + HISTOGRAM_COUNTS * 2;
    const end = (pointer + HISTOGRAM_BYTES) / 4;
    for (; word < end; word += 2) counts[HISTOGRAM_COUNTS - 1]! += this.#memory.u32[word]!;
  }

  #latencyAt(pointer: number): LatencyCounts {
    const word = (offset: number): number => Number(this.#memory.u64[(pointer + offset) / 8]!);
    const counts = sparse(this.#countsAt(pointer));
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

  #histogram(direction: "read" | "write"): Region {
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
};

/** [index, count] of the counts above 0. */
export function sparse(counts: Float64Array): [number, number][] {
  const found: [number, number][] = [];
  for (const [index, count] of counts.entries()) if (count > 0) found.push([index, count]);
  return found;
}
