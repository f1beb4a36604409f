// Where one job's control block, histograms, slots and buffers lie.
import {
  AHEAD_BYTES,
  BLOCK_BYTES,
  HISTOGRAM_BYTES,
  HISTOGRAM_MIN,
  SLOT_BYTES,
  STAGES,
  STAMP_BYTES,
} from "../../assembly/layout.ts";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import type { Workload } from "../measurement/workload.ts";
import { alignUp, type Span } from "../memory/arena.ts";
import {
  defaultLimits,
  type LinearMemory,
  type MemoryKind,
  type MemoryLimits,
  type SharedMemory,
} from "../memory/linear-memory.ts";
import type { Region } from "../memory/region.ts";
import { CQE_BYTES } from "../nvme/completion.ts";
import { SQE_BYTES } from "../nvme/sqe.ts";

/** Pages of Identify and the like. */
const SPARE_DATA_BYTES = 2 ** 20;
const PRP_BYTES = 8;
/** Smaller queues make host and device fight over one cache line. */
const FEWEST_ENTRIES = 64;

/** A job's regions. */
export interface JobMemory {
  readonly block: Region;
  readonly reads: Region;
  readonly writes: Region;
  /** What the ramp records, in both directions, and in each Stage while they are measured: nobody reads it. */
  readonly ramp: Region;
  readonly slots: Region;
  /** What each entry of the submission queue asks for next. */
  readonly ahead: Region;
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

/** Address space for the jobs of any one of these workloads, beside what everything else needs. */
export function jobLimits(shapes: readonly Shape[]): MemoryLimits {
  const sizes = largestSizes(shapes);
  const numjobs = Math.max(...shapes.map((shape) => shape.numjobs));
  const page = (bytes: number): number => alignUp(bytes, PAGE_BYTES);
  const host =
    page(BLOCK_BYTES) +
    2 * page(HISTOGRAM_BYTES) +
    page(sizes.ramp) +
    page(sizes.slots) +
    page(sizes.entries * AHEAD_BYTES) +
    page(sizes.stages) +
    page(sizes.stamps);
  const needs: MemoryLimits = {
    host: numjobs * host,
    commands: numjobs * (page(sizes.entries * SQE_BYTES) + sizes.lists),
    completions: numjobs * page(sizes.entries * CQE_BYTES),
    data: numjobs * sizes.buffers,
  };
  const limit = (kind: MemoryKind): number => defaultLimits[kind] + needs[kind];
  return {
    host: limit("host"),
    commands: limit("commands"),
    completions: limit("completions"),
    data: Math.max(defaultLimits.data, needs.data + SPARE_DATA_BYTES),
  };
}

/** Takes one job's regions out of the memory, large enough for any of these workloads. */
export function allocateJob(memory: LinearMemory, shapes: readonly Shape[]): JobMemory {
  const sizes = largestSizes(shapes);
  const host = (bytes: number): Region =>
    memory.allocate(alignUp(bytes, PAGE_BYTES), { kind: "host" });
  return {
    block: host(BLOCK_BYTES),
    reads: host(HISTOGRAM_BYTES),
    writes: host(HISTOGRAM_BYTES),
    ramp: host(sizes.ramp),
    slots: host(sizes.slots),
    ahead: host(sizes.entries * AHEAD_BYTES),
    buffers: memory.allocate(sizes.buffers),
    lists: memory.allocate(sizes.lists, { kind: "commands" }),
    stages:
      sizes.stages === 0 ? null : { histograms: host(sizes.stages), stamps: host(sizes.stamps) },
  };
}

/** Empties a job's control block and histograms for its next run. */
export function clearJob(memory: LinearMemory, job: JobMemory): void {
  job.block.fill(0);
  clearHistograms(memory.memory, job);
}

/** Slots in a job's table: a power of two above the depth, so that CIDs can be masked and none is FFFFh. */
export function slotTableSize(iodepth: number): number {
  return 2 ** Math.ceil(Math.log2(iodepth + 1));
}

/** Bytes from one slot's buffer to the next. */
export function bufferStride(bs: number): number {
  return alignUp(bs, PAGE_BYTES);
}

/** What one job of a workload needs, whose queues have as many entries as they may: bytes. */
export function jobBytes(shape: Shape): {
  readonly sq: number;
  readonly cq: number;
  readonly buffers: number;
  readonly lists: number;
} {
  const { entries, buffers, lists } = jobSizes(shape);
  const page = (bytes: number): number => alignUp(bytes, PAGE_BYTES);
  return { sq: page(entries * SQE_BYTES), cq: page(entries * CQE_BYTES), buffers, lists };
}

interface Sizes {
  readonly entries: number;
  readonly slots: number;
  readonly buffers: number;
  readonly lists: number;
  readonly ramp: number;
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
    ramp: most("ramp"),
    stages: most("stages"),
    stamps: most("stamps"),
  };
}

function jobSizes({ iodepth, bs, stages }: Shape): Sizes {
  const pages = bufferStride(bs) / PAGE_BYTES;
  // a list page holds 512 entries, and all but the last give one to the next page
  const listPages = pages <= 2 ? 0 : Math.ceil((pages - 1) / (PAGE_BYTES / PRP_BYTES - 1));
  const slots = slotTableSize(iodepth);
  return {
    entries: queueEntries(iodepth, 65536),
    slots: slots * SLOT_BYTES,
    buffers: iodepth * bufferStride(bs),
    lists: Math.max(1, iodepth * listPages) * PAGE_BYTES,
    ramp: (stages ? STAGES : 1) * HISTOGRAM_BYTES,
    stages: stages ? STAGES * HISTOGRAM_BYTES : 0,
    stamps: stages ? slots * STAMP_BYTES : 0,
  };
}

/** Empties the histograms; the smallest value starts above every other. */
export function clearHistograms(memory: SharedMemory, job: HistogramPlaces): void {
  const bytes = new Uint8Array(memory.buffer);
  const words = new BigUint64Array(memory.buffer);
  for (const pointer of histogramsOf(job)) {
    bytes.fill(0, pointer, pointer + HISTOGRAM_BYTES);
    words[(pointer + HISTOGRAM_MIN) / 8] = 0xffff_ffff_ffff_ffffn;
  }
}

/** Where a job's histograms lie. */
export interface HistogramPlaces {
  readonly reads: Pick<Region, "pointer">;
  readonly writes: Pick<Region, "pointer">;
  readonly ramp?: Pick<Region, "pointer" | "bytes">;
  readonly stages: { readonly histograms: Pick<Region, "pointer"> } | null;
}

/** Pointers of all histograms of a job. */
function histogramsOf({ reads, writes, ramp, stages }: HistogramPlaces): number[] {
  const from = (pointer: number, count: number): number[] =>
    Array.from({ length: count }, (_, index) => pointer + index * HISTOGRAM_BYTES);
  return [
    reads.pointer,
    writes.pointer,
    ...(ramp ? from(ramp.pointer, Math.floor(ramp.bytes / HISTOGRAM_BYTES)) : []),
    ...(stages ? from(stages.histograms.pointer, STAGES) : []),
  ];
}

/**
 * Fills a region with what is written when nobody says what: pseudo-random bytes from the seed, which no device
 * compresses (xorshift32; Marsaglia, 2003).
 */
export function fillBuffers(memory: LinearMemory, region: Span, seed: bigint): void {
  let state = Number(BigInt.asUintN(32, seed * 0x9e3779b9n)) || 1;
  const first = region.pointer / 4;
  for (let word = first; word < first + region.bytes / 4; word++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    memory.u32[word] = state;
  }
}
