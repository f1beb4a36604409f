// A job's thread: one queue pair, one Wasm instance. It blocks in the loop for slices of a few
// milliseconds, in which nothing but Wasm runs, and looks at the stop word, the clock and the oldest
// command between them.
import {
  BLOCK_ENDED,
  BLOCK_NOW,
  BLOCK_OVERDUE,
  BLOCK_PHASE,
  BLOCK_STARTED,
  BLOCK_STOP,
  BLOCK_THREAD,
  BLOCK_WAIT_COUNT,
  BLOCK_WAIT_UNTIL,
  JobPhase,
  JobStop,
  SLOT_EXPECTED,
  SLOT_LBA_SHIFT,
  SLOT_OPCODE,
} from "../../assembly/layout.ts";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import type { HostExports } from "../compiled/bindings.ts";
import { clockUsed, momentNow } from "../compiled/clock.ts";
import { instantiateHost } from "../compiled/modules.ts";
import { native, type ThreadUsage } from "../compiled/native.ts";
import { threadClock } from "../compiled/thread-clock.ts";
import { turnsPerNs } from "../compiled/turns.ts";
import { ProcessWatch } from "../ground/process.ts";
import { ownThread, threadTimes } from "../ground/scheduler.ts";
import type { ClockUsed, Collections, OverdueCommand, Tier } from "../measurement/measurement.ts";
import type { QueuePairPlace } from "../nvme/submission-queue.ts";
import { CollectionCounter } from "./collections.ts";
import { configureLoop, rampBegins, rampEnds, tierOfLoop } from "./job-loop.ts";
import type { JobTask } from "./job-task.ts";
import { Patience } from "./patience.ts";
import { usageBetween } from "./usage.ts";

/** The kernel may end a sleep this late; its default of 50 us would drown what is measured. */
const TIMER_SLACK_NS = 1;
const SLICE_NS = 5_000_000n;
/** Where more threads spin than there are CPUs, a job that keeps its CPU only waits for the others. */
const SHARED_SLICE_NS = 50_000n;
/** Longer than this no slice takes by itself, whatever it waits for beside an interrupt. */
const SLOW_SLICE_NS = 200_000_000n;
/** How long what is in flight is waited for when somebody wants the end: a device that works needs less. */
const HURRY_NS = 300_000_000n;
const CLOCK_ROUNDS = 9;
const CLOCK_READINGS = 2000;
/** Until V8 has compiled the way from Wasm to the clock. */
const CLOCK_WARM_UP = 100_000;

/** What only the worker can know; the rest is in shared memory. */
export interface JobOutcome {
  readonly pinned: boolean;
  readonly startedNs: bigint;
  /** Rates are by this time: from the first submission after the ramp until nothing more was submitted. */
  readonly elapsedNs: number;
  /** How long was then waited for what was in flight. */
  readonly drainNs: number;
  /** Commands that had their time and did not complete, and those that were not waited for. */
  readonly lost: number;
  readonly unfinished: number;
  /** A command in flight for too long ended the job. */
  readonly timedOut: boolean;
  /** That one; else the oldest of the lost ones. */
  readonly overdue: OverdueCommand | null;
  /** Where the rings were left. */
  readonly rings: Pick<QueuePairPlace, "sqTail" | "cqHead" | "cqPhase">;
  readonly usage: ThreadUsage;
  readonly collections: Collections;
  readonly clockNs: number;
  readonly clock: ClockUsed;
  /** The compiler behind the loop that ran. */
  readonly tier: Tier;
}

/** Runs one job from the gate to the last completion. */
export default async function runJob(task: JobTask): Promise<JobOutcome> {
  const collections = new CollectionCounter();
  const outcome = new Job(task, collections).run();
  return { ...outcome, collections: await collections.counted() };
}

class Job {
  readonly #task: JobTask;
  readonly #collections: CollectionCounter;
  readonly #wasm: HostExports;
  readonly #words: Int32Array;
  readonly #clocks: BigUint64Array;
  readonly #readClock: () => void;
  readonly #patience: Patience;
  readonly #server: ProcessWatch;
  #overdue: OverdueCommand | null = null;

  constructor(task: JobTask, collections: CollectionCounter) {
    this.#task = task;
    this.#collections = collections;
    this.#words = new Int32Array(task.memory.buffer);
    this.#clocks = new BigUint64Array(task.memory.buffer);
    const bytes = new Uint8Array(task.memory.buffer);
    const clock = threadClock(bytes, task.job.block.pointer + BLOCK_NOW, task.clock);
    this.#readClock = clock.read;
    const imports = { clock: clock.imported, ...waitImports(bytes, task) };
    this.#wasm = instantiateHost(task.memory, imports, task.module);
    this.#words[this.#word(BLOCK_THREAD)] = ownThread();
    this.#server = new ProcessWatch(task.deviceProcess);
    this.#patience = new Patience({
      timeoutNs: nanoseconds(task.timeoutMs),
      turnNs: SLOW_SLICE_NS + task.wait.deadlineNs,
      waitedNs: () => this.#waitedNs(),
    });
  }

  run(): Omit<JobOutcome, "collections"> {
    const pinned = this.#pin();
    native().setTimerSlack(TIMER_SLACK_NS);
    configureLoop(this.#wasm, this.#task);
    const perNs = turnsPerNs(this.#wasm.turn, () => this.#now());
    this.#wasm.configurePause(this.#task.wait.pauseNs, perNs);
    const clockNs = this.#clockCost();
    // called here, its first call is no part of the measurement
    native().threadUsage();
    // on this job's own CPU, outside what is measured
    const readyMoment = momentNow();
    this.#phase = JobPhase.READY;
    Atomics.wait(this.#words, this.#task.gate / 4, 0);
    // what an earlier job or the admin queue raised on this vector is not ours
    this.#takeInterrupts();

    const isRamped = this.#task.rampTimeMs > 0;
    if (isRamped) this.#ramp();
    const before = native().threadUsage();
    this.#collections.begin();
    if (isRamped) rampEnds(this.#wasm, this.#task);
    const startedNs = this.#now();
    this.#clocks[(this.#task.job.block.pointer + BLOCK_STARTED) / 8] = startedNs;
    this.#phase = JobPhase.RUNNING;
    if (!isRamped) this.#wasm.start();
    this.#runFor(this.#task.runtimeMs);
    this.#phase = JobPhase.DRAINING;
    const endedNs = this.#now();
    this.#clocks[(this.#task.job.block.pointer + BLOCK_ENDED) / 8] = endedNs;
    const elapsedNs = Number(endedNs - startedNs);
    // what the drain takes is in no rate, and in no use of the CPU
    const usage = usageBetween(before, native().threadUsage(), elapsedNs);
    const left = this.#drain();
    const drainNs = Number(this.#now() - endedNs);
    this.#takeInterrupts();
    this.#wasm.publish();
    this.#collections.end();
    const tier = tierOfLoop(this.#wasm, this.#task);
    const clock = clockUsed(this.#task.clock, readyMoment, momentNow());
    this.#phase = JobPhase.DONE;
    const rings = {
      sqTail: this.#wasm.tail(),
      cqHead: this.#wasm.head(),
      cqPhase: this.#wasm.phaseTag() === 0 ? 0 : 1,
    } as const;
    const timedOut = this.#overdue !== null;
    const overdue = this.#overdue ?? (left.lost > 0 ? this.#oldest() : null);
    return {
      ...{ pinned, startedNs, elapsedNs, drainNs, ...left, timedOut, overdue },
      ...{ rings, usage, clockNs, clock, tier },
    };
  }

  #ramp(): void {
    rampBegins(this.#wasm, this.#task);
    this.#wasm.start();
    this.#phase = JobPhase.RAMP;
    this.#runFor(this.#task.rampTimeMs);
    this.#takeInterrupts();
  }

  /** Counts the interrupts that came while nobody waited for them. */
  #takeInterrupts(): void {
    if (this.#task.wait.interrupt >= 0) this.#wasm.takeInterrupts();
  }

  /** Until then, or until somebody wants the end or a command has had its time. Makes no garbage, slice by slice. */
  #runFor(durationMs: number): void {
    const wasm = this.#wasm;
    const { sharesCpu, stages, timeoutMs } = this.#task;
    const sliceNs = Number(this.#sliceNs);
    const end = this.#now() + nanoseconds(durationMs);
    wasm.setEnd(end);
    wasm.endWaitsAt(end);
    while (this.#mayRun && wasm.runSlice(sliceNs, stages)) {
      if (sharesCpu) native().yieldThread();
      // only an old command is worth exact times
      if (wasm.hasOldCommand(Math.floor(timeoutMs / 2))) this.#watchOldest();
    }
  }

  #watchOldest(): void {
    const oldest = this.#wasm.oldest();
    if (oldest === 0n) return;
    if (this.#patience.isOver(oldest, this.#wasm.sliceStart(), this.#now())) this.#giveUp();
  }

  /** A command has had its time: the job ends, and the main thread ends the others. */
  #giveUp(): void {
    this.#overdue = this.#oldest();
    Atomics.store(this.#words, this.#word(BLOCK_OVERDUE), 1);
  }

  /** Reaps what is in flight, each command until it has had its time. @returns what then is left. */
  #drain(): Pick<JobOutcome, "lost" | "unfinished"> {
    const sliceNs = this.#sliceNs;
    let hurriedNs: bigint | undefined;
    for (let now = this.#now(); ; ) {
      const from = now;
      const left = this.#wasm.drain(from + sliceNs);
      if (left === 0) return { lost: 0, unfinished: 0 };
      if (this.#task.sharesCpu) native().yieldThread();
      now = this.#now();
      const isOver = this.#patience.isOver(this.#wasm.youngest(), from, now);
      if (isOver || this.#stop === JobStop.FAILED) return { lost: left, unfinished: 0 };
      if (this.#stop < JobStop.HURRY) continue;
      hurriedNs ??= now;
      if (now - hurriedNs < HURRY_NS) continue;
      const timeoutNs = nanoseconds(this.#task.timeoutMs);
      const lost = this.#overdue === null ? 0 : this.#wasm.submittedBy(now - timeoutNs);
      return { lost, unfinished: left - lost };
    }
  }

  /** The command that is longest in flight. */
  #oldest(): OverdueCommand | null {
    const slot = this.#wasm.oldestSlot();
    if (slot === 0) return null;
    const word = this.#clocks[(slot + SLOT_OPCODE) / 8]!;
    return {
      cid: this.#words[(slot + SLOT_EXPECTED) / 4]! >>> 16,
      op: Number(word & 0xffn) === NvmOpcode.READ ? "read" : "write",
      lba: Number(word >> BigInt(SLOT_LBA_SHIFT)),
      ageNs: Number(this.#now() - this.#wasm.oldest()),
    };
  }

  /** Ns that this thread, and those of the device's, have waited for a CPU so far. */
  #waitedNs(): bigint[] {
    const threads = [this.#words[this.#word(BLOCK_THREAD)]!, this.#task.deviceThread];
    const waited = threads.map((tid) => BigInt(threadTimes(tid)?.waitedNs ?? 0));
    return [...waited, nanoseconds(this.#server.waitedMs())];
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

  get #sliceNs(): bigint {
    return this.#task.sharesCpu ? SHARED_SLICE_NS : SLICE_NS;
  }

  get #mayRun(): boolean {
    return this.#stop === JobStop.NONE && this.#overdue === null;
  }

  get #stop(): JobStop {
    return Atomics.load(this.#words, this.#word(BLOCK_STOP));
  }

  set #phase(phase: JobPhase) {
    Atomics.store(this.#words, this.#word(BLOCK_PHASE), phase);
  }

  /** Index in `#words` of a u32 in the control block. */
  #word(offset: number): number {
    return (this.#task.job.block.pointer + offset) / 4;
  }

  #now(): bigint {
    this.#readClock();
    return this.#clocks[(this.#task.job.block.pointer + BLOCK_NOW) / 8]!;
  }
}

/** The waiting imports, for modes that have an interrupt or sleep. */
function waitImports(bytes: Uint8Array, { wait, job, clock }: JobTask) {
  const at = (offset: number): number => job.block.pointer + offset;
  const places = [at(BLOCK_NOW), at(BLOCK_WAIT_UNTIL), at(BLOCK_WAIT_COUNT)] as const;
  const sleep = native().sleeper(bytes, ...places, clock);
  if (wait.interrupt < 0) return { sleep };
  const { interrupt, own, unmask, others } = wait;
  return { sleep, block: native().waiter(bytes, ...places, interrupt, own, unmask, others, clock) };
}

function nanoseconds(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}
