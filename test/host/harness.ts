// A host module over a small memory in which the test plays the device, byte by byte.
import { BLOCK_NOW } from "../../assembly/layout.ts";
import type { HostExports } from "../../src/compiled/bindings.ts";
import { instantiateHost } from "../../src/compiled/modules.ts";
import { clearHistograms } from "../../src/run/job-memory.ts";

/** Places in the test's memory. The page after each queue is a canary. */
export const at = {
  sqDoorbell: 0x1000,
  cqDoorbell: 0x1004,
  sq: 0x10000,
  cq: 0x20000,
  slots: 0x30000,
  ahead: 0x50000,
  block: 0x60000,
  reads: 0x80000,
  writes: 0x100000,
  buffers: 0x200000,
  lists: 0x300000,
  scratch: 0x3f0000,
} as const;

export const IOVA_BASE = 0x1_0000_0000n;
export const SQID = 3;

/** What the test's device adds to a pointer. */
export function iovaOf(pointer: number): bigint {
  return IOVA_BASE + BigInt(pointer);
}
const PAGES = 128;

export interface Harness {
  readonly memory: WebAssembly.Memory;
  readonly wasm: HostExports;
  readonly bytes: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly u64: BigUint64Array;
  /** The clock: the next reading. */
  now: bigint;
  /** How often the clock was read. */
  readings: number;
  /** Writes the time where the module looks for it. */
  readClock(): void;
}

export function harness(): Harness {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
  const host: Harness = {
    memory,
    bytes: new Uint8Array(memory.buffer),
    u16: new Uint16Array(memory.buffer),
    u32: new Uint32Array(memory.buffer),
    u64: new BigUint64Array(memory.buffer),
    now: 0n,
    readings: 0,
    readClock: () => {
      host.readings++;
      host.u64[(at.block + BLOCK_NOW) / 8] = host.now;
    },
    wasm: instantiateHost(memory, { clock: () => host.readClock() }),
  };
  return host;
}

/** A harness with queues of these sizes attached. */
export function withQueues(sqEntries: number, cqEntries: number): Harness {
  const host = harness();
  attachQueues(host, sqEntries, cqEntries);
  return host;
}

function attachQueues(host: Harness, sqEntries: number, cqEntries: number): void {
  host.wasm.attachSubmissionQueue(SQID, at.sq, sqEntries, at.sqDoorbell, 0);
  host.wasm.attachCompletionQueue(at.cq, cqEntries, at.cqDoorbell, 0, 1);
}

/** A harness whose loop is configured for random 4 KiB reads of 1000 blocks, nothing submitted yet. */
export function withLoop(depth: number, entries = depth + 1, readShare = 0x10000): Harness {
  const host = harness();
  configureLoop(host, depth, entries, readShare);
  return host;
}

/** Configures the loop of a harness, or of another instance over its memory. */
export function configureLoop(
  host: Harness,
  depth: number,
  entries: number,
  readShare = 0x10000,
): void {
  attachQueues(host, entries, entries);
  clearHistograms(host.memory, {
    reads: { pointer: at.reads },
    writes: { pointer: at.writes },
    stages: null,
  });
  const [buffers, lists] = [iovaOf(at.buffers), iovaOf(at.lists)];
  host.wasm.configureSlots(at.slots, depth, buffers, 4096, 4096, at.lists, lists);
  host.wasm.configurePattern(true, 1000n, 0n, 1, readShare, 1n);
  host.wasm.configure(at.block, at.reads, at.writes, 1, 0, at.ahead);
}

/** A completion entry as a device would write it at `index`: dwords first, then the half with the phase. */
export function writeCqe(
  host: Harness,
  index: number,
  entry: { sqhd?: number; sqid?: number; cid: number; status?: number; phase: number },
): void {
  const word = (at.cq + index * 16) / 2;
  host.u16[word + 4] = entry.sqhd ?? 0;
  host.u16[word + 5] = entry.sqid ?? SQID;
  host.u16[word + 6] = entry.cid;
  host.u16[word + 7] = ((entry.status ?? 0) << 1) | entry.phase;
}

/** CID of the submission queue entry at `index`. */
export function cidAt(host: Harness, index: number): number {
  return host.u16[(at.sq + index * 64) / 2 + 1]!;
}

/** u64 counters of the control block. */
export function counter(host: Harness, offset: number): number {
  return Number(host.u64[(at.block + offset) / 8]!);
}
