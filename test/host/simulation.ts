// The loop at depth 1 against a device and an interrupt in virtual time: each reading of the clock lets a
// little time pass, sleeping and blocking let pass what they last.
import {
  BLOCK_NOW,
  BLOCK_WAIT_COUNT,
  BLOCK_WAIT_UNTIL,
  type WaitMode,
} from "../../assembly/layout.ts";
import { instantiateHost } from "../../src/compiled/modules.ts";
import { at, cidAt, configureLoop, type Harness, harness, writeCqe } from "./harness.ts";

/** What the looks from one reading of the clock to the next take. */
const READING_NS = 200;
const ENTRIES = 64;

/** How the simulated machine behaves. */
export interface World {
  /** Service time of the n-th command, in ns. */
  service(command: number): number;
  /** What the looks from one reading of the clock to the next take, in ns. */
  readonly readingNs?: number;
  /** How late a sleep ends: always so, or each as it says. */
  readonly sleepOvershootNs?: number;
  wake?(): number;
  /** How long from an interrupt to the thread that waits for it. */
  readonly wakeNs?: number;
  /** Whether the n-th completion's interrupt is lost. */
  isLost?(command: number): boolean;
  /** Interrupts that the n-th completion raises beside its own, a microsecond later. */
  extra?(command: number): number;
}

/** One command as it went. */
export interface Passed {
  readonly submittedNs: number;
  readonly completedNs: number;
  /** When the loop reaped it. */
  readonly reapedNs: number;
}

export interface Simulation {
  readonly host: Harness;
  readonly passed: readonly Passed[];
  /** Time spent in sleeping and blocking. */
  readonly idleNs: number;
}

/** Runs `commands` commands in a mode. */
export function simulate(
  mode: WaitMode,
  commands: number,
  world: World,
  { spinNs = 10_000, deadlineNs = 1_000_000 } = {},
): Simulation {
  const host = harness();
  const passed: Passed[] = [];
  const { sleepOvershootNs = 0, wakeNs = 0, readingNs = READING_NS } = world;
  let idleNs = 0;
  let tail = 0;
  let submittedNs = 0;
  let dueNs = Number.POSITIVE_INFINITY;
  let interrupts: number[] = [];
  let posted = false;

  const time = (): number => Number(host.now);
  /** Notices what the loop did, and does what is due. */
  const step = (): void => {
    const rung = host.u32[at.sqDoorbell / 4]!;
    if (rung !== tail) {
      if (posted) passed.push({ submittedNs, completedNs: dueNs, reapedNs: time() });
      submittedNs = time();
      dueNs = submittedNs + world.service(passed.length);
      posted = false;
      tail = rung;
    }
    if (!posted && dueNs <= time()) post();
  };
  const post = (): void => {
    const command = passed.length;
    const index = command % ENTRIES;
    const phase = (Math.floor(command / ENTRIES) + 1) & 1;
    writeCqe(host, index, { cid: cidAt(host, (tail + ENTRIES - 1) % ENTRIES), phase });
    posted = true;
    if (!world.isLost?.(command)) interrupts.push(dueNs);
    for (let n = 0; n < (world.extra?.(command) ?? 0); n++) interrupts.push(dueNs + 1000);
  };
  const store = (offset: number, value: bigint): void => {
    host.u64[(at.block + offset) / 8] = value;
  };
  const until = (): number => Number(host.u64[(at.block + BLOCK_WAIT_UNTIL) / 8]!);
  const passTo = (ns: number): void => {
    if (ns > time()) host.now = BigInt(Math.round(ns));
    step();
  };

  const wasm = instantiateHost(host.memory, {
    clock: () => {
      host.now += BigInt(readingNs);
      step();
      store(BLOCK_NOW, host.now);
    },
    sleep: () => {
      const start = time();
      passTo(until() + (world.wake?.() ?? sleepOvershootNs));
      idleNs += time() - start;
      store(BLOCK_NOW, host.now);
    },
    block: () => {
      const start = time();
      const end = Math.max(until(), start);
      step();
      if (!posted && dueNs <= Math.min(end, ...interrupts)) passTo(dueNs);
      const first = Math.min(...interrupts);
      passTo(first <= end ? Math.max(first + wakeNs, start) : end);
      const taken = interrupts.filter((ns) => ns <= time()).length;
      interrupts = interrupts.filter((ns) => ns > time());
      store(BLOCK_WAIT_COUNT, BigInt(taken));
      idleNs += time() - start;
      store(BLOCK_NOW, host.now);
    },
  });
  host.now = 1_000_000n;
  configureLoop({ ...host, wasm }, 1, ENTRIES);
  wasm.configureWait(at.block, mode, BigInt(spinNs));
  wasm.configureAudit(at.block, BigInt(deadlineNs), false);
  wasm.start();
  step();
  while (passed.length < commands) {
    wasm.run(host.now + 1n);
    step();
  }
  wasm.publish();
  return { host: { ...host, wasm }, passed, idleNs };
}

/** The latency that the loop saw, in ns. */
export function latencies(passed: readonly Passed[]): number[] {
  return passed.map(({ submittedNs, reapedNs }) => reapedNs - submittedNs);
}
