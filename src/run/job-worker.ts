// A job's thread: one queue pair, one Wasm instance. It blocks in the loop for slices of a few
// milliseconds, in which nothing but Wasm runs, and looks at the stop word, the clock and the oldest
// command between them.
import {
  BLOCK_NOW,
  BLOCK_PHASE,
  BLOCK_STARTED,
  BLOCK_STOP,
  BLOCK_WAIT_COUNT,
  BLOCK_WAIT_UNTIL,
  JobPhase,
} from "../../assembly/layout.ts";
import type { HostExports } from "../compiled/bindings.ts";
import { clockImport, instantiateHost } from "../compiled/modules.ts";
import { native, type ThreadUsage } from "../compiled/native.ts";
import type { Tier } from "../measurement/measurement.ts";
import type { QueuePairPlace } from "../nvme/submission-queue.ts";
import { configureLoop, tierOfLoop } from "./job-loop.ts";
import { clearHistograms } from "./job-memory.ts";
import type { JobTask } from "./job-task.ts";

/** The kernel may end a sleep this late; its default of 50 us would drown what is measured. */
const TIMER_SLACK_NS = 1;
const SLICE_NS = 5_000_000n;
/** Where more threads spin than there are CPUs, a job that keeps its CPU only waits for the others. */
const SHARED_SLICE_NS = 50_000n;
/** A host that stands still for a moment must not make a command a lost one. */
const DRAIN_NS = 5_000_000_000n;
const CLOCK_ROUNDS = 9;
const CLOCK_READINGS = 2000;
/** Until V8 has compiled the way from Wasm to the clock. */
const CLOCK_WARM_UP = 100_000;

/** What only the worker can know; the rest is in shared memory. */
export interface JobOutcome {
  readonly pinned: boolean;
  readonly startedNs: bigint;
  readonly elapsedNs: number;
  readonly lost: number;
  readonly timedOut: boolean;
  /** Where the rings were left. */
  readonly rings: Pick<QueuePairPlace, "sqTail" | "cqHead" | "cqPhase">;
  readonly usage: ThreadUsage;
  readonly clockNs: number;
  /** The compiler behind the loop that ran. */
  readonly tier: Tier;
}

/** Runs one job from the gate to the last completion. */
export default function runJob(task: JobTask): JobOutcome {
  return new Job(task).run();
}

class Job {
  readonly #task: JobTask;
  readonly #wasm: HostExports;
  readonly #words: Int32Array;
  readonly #clocks: BigUint64Array;
  readonly #readClock: () => void;

  constructor(task: JobTask) {
    this.#task = task;
    this.#words = new Int32Array(task.memory.buffer);
    this.#clocks = new BigUint64Array(task.memory.buffer);
    const bytes = new Uint8Array(task.memory.buffer);
    this.#readClock = native().clock(bytes, task.job.block.pointer + BLOCK_NOW);
    const imports = { clock: clockImport(this.#readClock), ...waitImports(bytes, task) };
    this.#wasm = instantiateHost(task.memory, imports, task.module);
  }

  run(): JobOutcome {
    const pinned = this.#pin();
    native().setTimerSlack(TIMER_SLACK_NS);
    configureLoop(this.#wasm, this.#task);
    const clockNs = this.#clockCost();
    this.#phase = JobPhase.READY;
    Atomics.wait(this.#words, this.#task.gate / 4, 0);
    // what an earlier job or the admin queue raised on this vector is not ours
    this.#takeInterrupts();

    this.#wasm.start();
    this.#phase = JobPhase.RAMP;
    let timedOut = this.#runFor(this.#task.rampTimeMs);
    this.#takeInterrupts();
    this.#wasm.resetCounters();
    clearHistograms(this.#task.memory, this.#task.job);

    const before = native().threadUsage();
    const startedNs = this.#now();
    this.#clocks[(this.#task.job.block.pointer + BLOCK_STARTED) / 8] = startedNs;
    this.#phase = JobPhase.RUNNING;
    timedOut ||= this.#runFor(this.#task.runtimeMs);
    this.#phase = JobPhase.DRAINING;
    const beforeDrainNs = this.#now();
    const lost = this.#wasm.drain(beforeDrainNs + DRAIN_NS);
    // a wait for what never came is no part of the measurement
    const endNs = lost > 0 ? beforeDrainNs : this.#now();
    const elapsedNs = Number(endNs - startedNs);
    this.#takeInterrupts();
    this.#wasm.publish();
    const usage = difference(native().threadUsage(), before);
    const tier = tierOfLoop(this.#wasm, this.#task);
    this.#phase = JobPhase.DONE;
    const rings = {
      sqTail: this.#wasm.tail(),
      cqHead: this.#wasm.head(),
      cqPhase: this.#wasm.phaseTag() === 0 ? 0 : 1,
    } as const;
    return { pinned, startedNs, elapsedNs, lost, timedOut, rings, usage, clockNs, tier };
  }

  /** Counts the interrupts that came while nobody waited for them. */
  #takeInterrupts(): void {
    if (this.#task.wait.interrupt >= 0) this.#wasm.takeInterrupts();
  }

  /** @returns whether a command's deadline passed, which ends the job. */
  #runFor(durationMs: number): boolean {
    const end = this.#now() + BigInt(Math.round(durationMs * 1e6));
    const timeout = BigInt(Math.round(this.#task.timeoutMs * 1e6));
    const run = this.#task.stages ? this.#wasm.runStaged : this.#wasm.run;
    const slice = this.#task.sharesCpu ? SHARED_SLICE_NS : SLICE_NS;
    for (let now = this.#now(); now < end && !this.#stopped; now = this.#now()) {
      run(now + slice < end ? now + slice : end);
      if (this.#task.sharesCpu) native().yieldThread();
      if (this.#wasm.oldest() > timeout) return true;
    }
    return false;
  }

  #pin(): boolean {
    if (this.#task.cpu === null) return false;
    try {
      native().pinThread(this.#task.cpu);
      return true;
    } catch {
      return false;
    }
  }

  /** Median cost of one reading of the clock from Wasm, in ns. */
  #clockCost(): number {
    this.#wasm.readClocks(CLOCK_WARM_UP);
    const costs = Array.from({ length: CLOCK_ROUNDS }, () => {
      const start = this.#now();
      this.#wasm.readClocks(CLOCK_READINGS);
      return Number(this.#now() - start) / CLOCK_READINGS;
    });
    return costs.sort((a, b) => a - b)[CLOCK_ROUNDS >> 1]!;
  }

  get #stopped(): boolean {
    return Atomics.load(this.#words, (this.#task.job.block.pointer + BLOCK_STOP) / 4) !== 0;
  }

  set #phase(phase: JobPhase) {
    Atomics.store(this.#words, (this.#task.job.block.pointer + BLOCK_PHASE) / 4, phase);
  }

  #now(): bigint {
    this.#readClock();
    return this.#clocks[(this.#task.job.block.pointer + BLOCK_NOW) / 8]!;
  }
}

/** The waiting imports, for modes that have an interrupt or sleep. */
function waitImports(bytes: Uint8Array, { wait, job }: JobTask) {
  const at = (offset: number): number => job.block.pointer + offset;
  const places = [at(BLOCK_NOW), at(BLOCK_WAIT_UNTIL), at(BLOCK_WAIT_COUNT)] as const;
  const sleep = native().sleeper(bytes, ...places);
  if (wait.interrupt < 0) return { sleep };
  const { interrupt, own, unmask, others } = wait;
  return { sleep, block: native().waiter(bytes, ...places, interrupt, own, unmask, others) };
}

function difference(after: ThreadUsage, before: ThreadUsage): ThreadUsage {
  const names = Object.keys(after) as (keyof ThreadUsage)[];
  return Object.fromEntries(
    names.map((name) => [name, after[name] - before[name]]),
  ) as unknown as ThreadUsage;
}
