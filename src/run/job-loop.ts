// A job's loop in WebAssembly: what it is told before it begins, and which functions are hot in it.
import { WaitMode } from "../../assembly/layout.ts";
import {
  attachCompletionQueue,
  attachSubmissionQueue,
  configure,
  configurePattern,
  configureSlots,
  type HostExports,
} from "../compiled/bindings.ts";
import { type Asked, tierOf } from "../compiled/tier.ts";
import type { Tier } from "../measurement/measurement.ts";
import { bufferStride } from "./job-memory.ts";
import type { JobTask } from "./job-task.ts";

const READ_SHARE_ALL = 0x10000;

/** Tells a host instance its queue pair, slots, pattern and way of waiting. Nothing is submitted yet. */
export function configureLoop(wasm: HostExports, task: JobTask): void {
  const { job, queue, iodepth, bs, nsid } = task;
  const lbas = bs / task.blockBytes;
  attachSubmissionQueue(wasm, {
    id: queue.sqid,
    pointer: queue.sqPointer,
    entries: queue.sqEntries,
    tailDoorbell: queue.sqTailDoorbell,
    tail: queue.sqTail,
  });
  attachCompletionQueue(wasm, {
    pointer: queue.cqPointer,
    entries: queue.cqEntries,
    headDoorbell: queue.cqHeadDoorbell,
    head: queue.cqHead,
    phaseTag: queue.cqPhase,
  });
  configureSlots(wasm, {
    pointer: job.slots.pointer,
    count: iodepth,
    buffersIova: job.buffers.iova,
    bytes: bs,
    stride: bufferStride(bs),
    lists: job.lists.pointer,
    listsIova: job.lists.iova,
  });
  configurePattern(wasm, {
    random: task.random,
    count: task.blocks,
    slba: task.firstLba,
    lbas,
    reads: Math.round((task.readPercent / 100) * READ_SHARE_ALL),
    seed: task.seed,
  });
  if (job.stages !== null) {
    const { histograms, stamps } = job.stages;
    wasm.configureStages(histograms.pointer, task.hasStamps ? stamps.pointer : 0);
  }
  const { mode, spinNs, deadlineNs, isShared } = task.wait;
  const controlBlock = job.block.pointer;
  wasm.configureWait(controlBlock, mode, spinNs);
  wasm.configureAudit(controlBlock, deadlineNs, isShared);
  const nlb = lbas - 1; // 0's based
  const histograms = { reads: job.reads.pointer, writes: job.writes.pointer };
  configure(wasm, { controlBlock, ...histograms, nsid, nlb });
  const { min, max } = task.batch;
  wasm.configureBatches(min, max ?? iodepth);
}

/** What follows is recorded apart from what is measured. */
export function rampBegins(wasm: HostExports, { job: { ramp }, stages }: JobTask): void {
  wasm.countIn(ramp.pointer, ramp.pointer, stages ? ramp.pointer : 0);
}

/** The measurement begins, with all queues full. The histograms were empty all the time: nothing is cleared now. */
export function rampEnds(wasm: HostExports, { job, stages }: JobTask): void {
  const { reads, writes } = job;
  wasm.countIn(reads.pointer, writes.pointer, stages ? job.stages!.histograms.pointer : 0);
}

/** A function in which the loop spends its time, and a call of it that does nothing on a queue without entries. */
interface InnerFunction {
  readonly hot: Asked;
  readonly call: () => void;
}

/** The functions that the loop of this job calls again and again, unless V8 has drawn them into it. */
export function innerFunctions(
  { sweepFrom, sweepStaged, wait, settle, turn }: HostExports,
  task: Pick<JobTask, "wait" | "stages">,
): readonly InnerFunction[] {
  const sweep = task.stages
    ? { hot: sweepStaged, call: () => sweepStaged(0n) }
    : { hot: sweepFrom, call: () => sweepFrom(0n) };
  // V8 has no way to tell that the loop holds a copy of it: the two are timed as one
  const pause = { hot: turn, call: () => turn(1) };
  if (task.wait.mode === WaitMode.POLL) return [sweep, pause];
  return [sweep, pause, { hot: wait, call: wait }, { hot: settle, call: () => settle(0, 0n, 0n) }];
}

/** The compiler that made the loop of this job. */
export function tierOfLoop(wasm: HostExports, task: Pick<JobTask, "wait" | "stages">): Tier {
  const run = task.stages ? wasm.runStaged : wasm.run;
  return tierOf([run, ...innerFunctions(wasm, task).map(({ hot }) => hot)]);
}
