// The loop in a completion mode against a device and a scheduler in virtual time: services are known, commands are
// served side by side, and sleeping and waking last what they are said to. What it gives repeats to the bit.
import { BLOCK_NOW, BLOCK_WAIT_COUNT, BLOCK_WAIT_UNTIL, WaitMode } from "../assembly/layout.ts";
import { configurePattern, configureSlots } from "../src/compiled/bindings.ts";
import { instantiateHost } from "../src/compiled/modules.ts";

const PAGES = 128;
const SQE_BYTES = 64;
const CQE_BYTES = 16;
const PHASE = 1n << 48n;
const SQID = 1;
/** Places in the memory. */
const SQ_DOORBELL = 0x1000;
const CQ_DOORBELL = 0x1004;
const SQ = 0x10000;
const CQ = 0x20000;
const SLOTS = 0x30000;
const AHEAD = 0x50000;
const BLOCK = 0x60000;
const READS = 0x80000;
const WRITES = 0x100000;
const BUFFERS = 0x200000;
const LISTS = 0x300000;
/** The looks up to a reading of the clock, and the reading. */
const READING_NS = 100n;
const LONGEST_WAIT_NS = 100_000_000n;

/** How the machine behaves. */
export interface Machine {
  /** How late the n-th sleep or wait ends, in ns. */
  wake(count: number): number;
  /** CPU time of going to sleep and coming back. */
  readonly switchNs: number;
}

/** What a mode made of the services. */
export interface Played {
  /** From submission to reaping, in ns, without those of the first part. */
  readonly latenciesNs: readonly number[];
  /** Share of the time in which the thread had its CPU. */
  readonly cpuShare: number;
  readonly iops: number;
}

interface InFlight {
  readonly dueNs: bigint;
  readonly cid: bigint;
  readonly submittedNs: bigint;
}

/** Plays until `commands` have completed; the first `skipped` of them are in no figure. */
export function play(
  mode: WaitMode,
  service: (command: number) => number,
  machine: Machine,
  { depth, commands, skipped }: { depth: number; commands: number; skipped: number },
): Played {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
  const u64 = new BigUint64Array(memory.buffer);
  const u32 = new Uint32Array(memory.buffer);
  const u16 = new Uint16Array(memory.buffer);
  const entries = depth + 1;
  const inFlight: InFlight[] = [];
  const posted: InFlight[] = [];
  const latenciesNs: number[] = [];
  const interrupts: bigint[] = [];
  let now = 1_000_000n;
  let idleNs = 0n;
  let from = 0n;
  let idleFrom = 0n;
  let head = 0;
  let count = 0;
  let cqHead = 0;
  let reaped = 0;
  let fetched = 0;
  let wakes = 0;

  /** Reads what was rung: what was reaped until now, and what was submitted. */
  const fetch = (): void => {
    for (const end = u32[CQ_DOORBELL / 4]!; cqHead !== end; cqHead = (cqHead + 1) % entries) {
      const { submittedNs } = posted.shift()!;
      if (++reaped === skipped) [from, idleFrom] = [now, idleNs];
      if (reaped > skipped) latenciesNs.push(Number(now - submittedNs));
    }
    for (const tail = u32[SQ_DOORBELL / 4]!; head !== tail; head = (head + 1) % entries) {
      const cid = BigInt(u16[(SQ + head * SQE_BYTES) / 2 + 1]!);
      const dueNs = now + BigInt(Math.round(service(fetched++)));
      const place = inFlight.findIndex((other) => other.dueNs > dueNs);
      inFlight.splice(place < 0 ? inFlight.length : place, 0, { dueNs, cid, submittedNs: now });
    }
  };
  const passTo = (ns: bigint): void => {
    if (ns > now) now = ns;
    while (inFlight.length > 0 && inFlight[0]!.dueNs <= now) {
      const command = inFlight.shift()!;
      const phase = Math.floor(count / entries) % 2 === 0 ? PHASE : 0n;
      const entry = (CQ + (count % entries) * CQE_BYTES) / 8;
      u64[entry + 1] = BigInt(head) | (BigInt(SQID) << 16n) | (command.cid << 32n) | phase;
      posted.push(command);
      interrupts.push(command.dueNs);
      count++;
    }
  };
  const accept = (): void => {
    u64[(BLOCK + BLOCK_NOW) / 8] = now;
  };
  const awayUntil = (ns: bigint): void => {
    const start = now;
    passTo(ns);
    const away = now - start - BigInt(machine.switchNs);
    if (away > 0n) idleNs += away;
    accept();
  };
  /** Who only polls does nothing else until something is due: all readings up to then are one step here. */
  const readings = (): bigint => {
    const first = inFlight[0];
    if (mode !== WaitMode.POLL || posted.length > 0 || first === undefined) return 1n;
    const left = first.dueNs - now;
    return left > READING_NS ? (left + READING_NS - 1n) / READING_NS : 1n;
  };
  const wakeNs = (): bigint => BigInt(Math.round(machine.wake(wakes++)));
  const wasm = instantiateHost(memory, {
    clock: () => {
      fetch();
      passTo(now + READING_NS * readings());
      accept();
    },
    sleep: () => {
      fetch();
      awayUntil(u64[(BLOCK + BLOCK_WAIT_UNTIL) / 8]! + wakeNs());
    },
    block: () => {
      fetch();
      const until = u64[(BLOCK + BLOCK_WAIT_UNTIL) / 8]!;
      if (until > now && interrupts.length === 0) {
        const first = inFlight[0]?.dueNs ?? until;
        awayUntil(first < until ? first + wakeNs() : until);
      }
      u64[(BLOCK + BLOCK_WAIT_COUNT) / 8] = BigInt(interrupts.length);
      interrupts.length = 0;
      accept();
    },
  });
  wasm.attachSubmissionQueue(SQID, SQ, entries, SQ_DOORBELL, 0);
  wasm.attachCompletionQueue(CQ, entries, CQ_DOORBELL, 0, 1);
  for (const histogram of [READS, WRITES]) u64[histogram / 8] = 2n ** 64n - 1n;
  configureSlots(wasm, {
    ...{ pointer: SLOTS, count: depth, buffersIova: BigInt(BUFFERS), bytes: 4096, stride: 4096 },
    ...{ lists: LISTS, listsIova: BigInt(LISTS) },
  });
  const pattern = { random: true, count: 1000n, slba: 0n, lbas: 1, reads: 0x10000, seed: 1n };
  configurePattern(wasm, pattern);
  wasm.configureWait(BLOCK, mode, 10_000n);
  wasm.configureAudit(BLOCK, LONGEST_WAIT_NS, false);
  wasm.configure(BLOCK, READS, WRITES, 1, 0, AHEAD);
  wasm.start();
  while (reaped < commands) {
    wasm.run(now + 1_000_000n);
    fetch();
  }
  const elapsed = Number(now - from);
  return {
    latenciesNs,
    cpuShare: 1 - Number(idleNs - idleFrom) / elapsed,
    iops: (latenciesNs.length * 1e9) / elapsed,
  };
}
