// A job's loop in WebAssembly: what it is told before it begins, and which functions are hot in it.
import { WaitMode } from "../../assembly/layout.ts";
import {
  attachCompletionQueue,
  attachShadows,
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
  const { sqTailShadow: tail, cqHeadShadow: head } = queue;
  if (tail !== null && head !== null) {
    attachShadows(wasm, {
      tailShadow: tail.shadow,
      tailEvent: tail.event,
      headShadow: head.shadow,
      headEvent: head.event,
    });
  }
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
  configure(wasm, { controlBlock, ...histograms, nsid, nlb, ahead: job.ahead.pointer });
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
  { sweepFrom, sweepShadowed, sweepStaged, wait, settle, turn }: HostExports,
  task: LoopKind,
): readonly InnerFunction[] {
  const hot = task.stages ? sweepStaged : isShadowed(task) ? sweepShadowed : sweepFrom;
  const sweep = { hot, call: () => hot(0n) };
  // V8 has no way to tell that the loop holds a copy of it: the two are timed as one
  const pause = { hot: turn, call: () => turn(1) };
  if (task.wait.mode === WaitMode.POLL) return [sweep, pause];
  return [sweep, pause, { hot: wait, call: wait }, { hot: settle, call: () => settle(0, 0n, 0n) }];
}

/** Which loop a job has. */
type LoopKind = Pick<JobTask, "wait" | "stages"> & {
  readonly queue: Pick<JobTask["queue"], "sqTailShadow">;
};

function isShadowed({ queue }: LoopKind): boolean {
  return queue.sqTailShadow !== null;
}

/** The loop of this job. */
export function loopOf(wasm: HostExports, task: LoopKind): (until: bigint) => void {
  if (task.stages) return wasm.runStaged;
  return isShadowed(task) ? wasm.runShadowed : wasm.run;
}

/** The compiler that made the loop of this job. */
export function tierOfLoop(wasm: HostExports, task: LoopKind): Tier {
  const run = loopOf(wasm, task);
  return tierOf([run, ...innerFunctions(wasm, task).map(({ hot }) => hot)]);
}
