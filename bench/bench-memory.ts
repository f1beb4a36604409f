// The linear memory that all engines and devices of the benchmark share. A case empties it and lays its
// queue pair out anew; the engines then work in it one after the other.
import {
  AHEAD_BYTES,
  BLOCK_BYTES,
  BLOCK_COMPLETED,
  BLOCK_NOW,
  BLOCK_REJECTED,
  BLOCK_SUBMITTED,
  BLOCK_SWEEPS_FULL,
  HISTOGRAM_BYTES,
  HISTOGRAM_COUNTS,
  HISTOGRAM_HEADER_BYTES,
  HISTOGRAM_MIN,
  SLOT_BYTES,
} from "../assembly/layout.ts";
import { PAGE_BYTES } from "../assembly/spec/registers.ts";
import type { HostExports } from "../src/compiled/bindings.ts";
import { instantiateQueue } from "../src/compiled/modules.ts";
import type { ClockScale } from "../src/compiled/native.ts";
import { type ThreadClock, threadClock } from "../src/compiled/thread-clock.ts";
import { alignUp, type Span } from "../src/memory/arena.ts";
import { LinearMemory } from "../src/memory/linear-memory.ts";
import type { Region } from "../src/memory/region.ts";
import type { BenchNative } from "./native.ts";
import {
  BS,
  CQE_BYTES,
  DEEPEST,
  entriesAt,
  NLB,
  type Place,
  type PlaceRegions,
  placeIn,
  SQE_BYTES,
} from "./place.ts";

/** More than a run's, so that a stub's batch is long enough to be timed. */
const CQ_BYTES = 1 << 16;
const SQ_BYTES = alignUp(entriesAt(DEEPEST) * SQE_BYTES, PAGE_BYTES);
const AHEAD_TABLE_BYTES = alignUp(entriesAt(DEEPEST) * AHEAD_BYTES, PAGE_BYTES);
const SLOTS_BYTES = alignUp(DEEPEST * SLOT_BYTES, PAGE_BYTES);

/** The smallest value starts above every other. */
const HIGHEST = 2n ** 64n - 1n;

export class BenchMemory {
  readonly memory: LinearMemory;
  /** Pages behind the DMA window. */
  readonly pageBytes: number;
  readonly #regions: PlaceRegions;
  readonly #lists: Region;
  readonly #buffers: Region;
  readonly #layOut: HostExports;
  readonly #scale: ClockScale | null;
  #clock: ThreadClock;

  /**
   * @param scale of the clock that all loops read
   * @param memory of a device of its own; without it, one that nobody else has
   */
  constructor(scale: ClockScale | null = null, memory?: LinearMemory) {
    this.#scale = scale;
    this.memory = memory ?? new LinearMemory({ doorbellBytes: PAGE_BYTES });
    const host = (bytes: number): Region => this.memory.allocate(bytes, { kind: "host" });
    this.#regions = {
      block: host(BLOCK_BYTES),
      reads: host(HISTOGRAM_BYTES),
      writes: host(HISTOGRAM_BYTES),
      slots: host(SLOTS_BYTES),
      ahead: host(AHEAD_TABLE_BYTES),
      sq: this.memory.allocate(SQ_BYTES, { kind: "commands" }),
      cq: this.memory.allocate(CQ_BYTES, { kind: "completions" }),
      doorbells: this.memory.doorbells,
    };
    this.#lists = this.memory.allocate(PAGE_BYTES, { kind: "commands" });
    this.#buffers = this.memory.allocate(DEEPEST * BS);
    this.pageBytes = this.memory.pageBytes;
    this.#layOut = instantiateQueue(this.memory);
    this.#clock = this.#aimed();
  }

  /** Has the thread's clock, and the addon, work here, after they did elsewhere. */
  claim(native: BenchNative): void {
    this.#clock = this.#aimed();
    native.attach(this.memory.bytes, this.#scale);
  }

  /** The one native clock of this thread. */
  get clock(): () => void {
    return this.#clock.read;
  }

  /** The same for Wasm. */
  get wasmClock(): () => void {
    return this.#clock.imported;
  }

  /** An empty queue pair with `depth` idle slots; `changes` replace what `run` would choose. */
  layOut(depth: number, changes: Partial<Place> = {}): Place {
    const place = { ...placeIn(this.#regions, depth), ...changes };
    if (place.cqEntries * CQE_BYTES > CQ_BYTES) throw new RangeError("cqEntries: too many");
    for (const { pointer, bytes } of Object.values(this.#regions)) {
      this.memory.bytes.fill(0, pointer, pointer + bytes);
    }
    this.clearHistograms();
    this.configure(this.#layOut, place);
    return place;
  }

  /** Attaches `wasm` to `place` as a job's worker does. It writes slots and constant dwords again. */
  configure(wasm: HostExports, place: Place): void {
    wasm.attachSubmissionQueue(place.sqid, place.sq, place.sqEntries, place.sqTailDoorbell, 0);
    wasm.attachCompletionQueue(place.cq, place.cqEntries, place.cqHeadDoorbell, 0, 1);
    wasm.configureSlots(
      place.slots,
      place.depth,
      this.#buffers.iova,
      BS,
      BS,
      this.#lists.pointer,
      this.#lists.iova,
    );
    wasm.configurePattern(
      place.isRandom,
      place.blocks,
      place.firstLba,
      place.lbasPerBlock,
      place.readShare,
      place.seed,
    );
    wasm.configure(place.block, place.reads, place.writes, 1, NLB, place.ahead);
  }

  clearHistograms(): void {
    for (const histogram of [this.#regions.reads, this.#regions.writes]) {
      this.memory.bytes.fill(0, histogram.pointer, histogram.pointer + histogram.bytes);
      this.memory.u64[(histogram.pointer + HISTOGRAM_MIN) / 8] = HIGHEST;
    }
  }

  /** Now, in ns, from the same clock that the loops read. */
  nowNs(): bigint {
    this.#clock.read();
    return this.#u64(BLOCK_NOW);
  }

  /** Sets the time that loops without a clock go by. */
  setNow(now: bigint): void {
    this.memory.u64[(this.#regions.block.pointer + BLOCK_NOW) / 8] = now;
  }

  /** What the engine published last. */
  get counters() {
    return {
      submitted: Number(this.#u64(BLOCK_SUBMITTED)),
      completed: Number(this.#u64(BLOCK_COMPLETED)),
      rejected: Number(this.#u64(BLOCK_REJECTED)),
      sweepsFull: Number(this.#u64(BLOCK_SWEEPS_FULL)),
    };
  }

  /** Latencies in both histograms. */
  get recorded(): number {
    return this.#recorded(this.#regions.reads) + this.#recorded(this.#regions.writes);
  }

  /** A copy of everything that a loop writes, doorbells included. */
  snapshot(): Buffer {
    return Buffer.concat(
      Object.values(this.#regions).map(({ pointer, bytes }) =>
        this.memory.bytes.slice(pointer, pointer + bytes),
      ),
    );
  }

  close(): void {
    this.memory.close();
  }

  #aimed(): ThreadClock {
    const now = this.#regions.block.pointer + BLOCK_NOW;
    return threadClock(this.memory.bytes, now, this.#scale);
  }

  #u64(offset: number): bigint {
    return this.memory.u64[(this.#regions.block.pointer + offset) / 8]!;
  }

  #recorded(histogram: Span): number {
    const first = (histogram.pointer + HISTOGRAM_HEADER_BYTES) / 8;
    const counts = this.memory.u64.subarray(first, first + HISTOGRAM_COUNTS);
    return Number(counts.reduce((sum, count) => sum + count, 0n));
  }
}
