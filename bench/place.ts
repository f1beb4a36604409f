// A queue pair with its work, as the engines and the devices take it: what `run` would choose for random
// reads of 4 KiB.
import type { Span } from "../src/memory/arena.ts";
import { queueEntries } from "../src/run/job-memory.ts";

export const DEEPEST = 512;
export const BS = 4096;
export const NLB = 7; // 0's based: 4 KiB of 512-byte blocks
export const SQE_BYTES = 64;
export const CQE_BYTES = 16;
const MAX_QUEUE_ENTRIES = 65536;
/** Doorbells of queue 1 with CAP.DSTRD 0, as the embedded controller has them: in one cache line. */
const SQ_TAIL_DOORBELL = 8;
const CQ_HEAD_DOORBELL = 12;

/** Where an engine works and what it submits. Pointers lie in the linear memory. */
export interface Place {
  readonly sq: number;
  readonly cq: number;
  readonly slots: number;
  readonly ahead: number;
  readonly block: number;
  readonly reads: number;
  readonly writes: number;
  readonly sqTailDoorbell: number;
  readonly cqHeadDoorbell: number;
  readonly sqid: number;
  readonly sqEntries: number;
  readonly cqEntries: number;
  readonly depth: number;
  readonly blocks: bigint;
  readonly firstLba: bigint;
  readonly lbasPerBlock: number;
  /** Share of reads in 65,536ths. */
  readonly readShare: number;
  readonly isRandom: boolean;
  readonly seed: bigint;
}

/** Everything random, all reads: `run`'s default work. */
const PATTERN = {
  blocks: 1_000_003n,
  firstLba: 4096n,
  lbasPerBlock: NLB + 1,
  readShare: 0x10000,
  isRandom: true,
  seed: 0x1234_5678_9abc_def0n,
} as const;

/** The regions that a place names. */
export interface PlaceRegions {
  readonly block: Span;
  readonly reads: Span;
  readonly writes: Span;
  readonly slots: Span;
  readonly ahead: Span;
  readonly sq: Span;
  readonly cq: Span;
  readonly doorbells: Span;
}

/** Entries that `run` gives the queues at this depth. */
export function entriesAt(depth: number): number {
  return queueEntries(depth, MAX_QUEUE_ENTRIES);
}

/** The place in these regions at this depth. */
export function placeIn(regions: PlaceRegions, depth: number): Place {
  const { doorbells } = regions;
  return {
    sq: regions.sq.pointer,
    cq: regions.cq.pointer,
    slots: regions.slots.pointer,
    ahead: regions.ahead.pointer,
    block: regions.block.pointer,
    reads: regions.reads.pointer,
    writes: regions.writes.pointer,
    sqTailDoorbell: doorbells.pointer + SQ_TAIL_DOORBELL,
    cqHeadDoorbell: doorbells.pointer + CQ_HEAD_DOORBELL,
    sqid: 1,
    sqEntries: entriesAt(depth),
    cqEntries: entriesAt(depth),
    depth,
    ...PATTERN,
  };
}
