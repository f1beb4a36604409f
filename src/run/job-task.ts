// What a job's thread is told: its queue pair, its memory, its share of the workload, its interrupt.

import type { WaitMode } from "../../assembly/layout.ts";
import { wasmModule } from "../compiled/modules.ts";
import { type ClockScale, type EventFd, native } from "../compiled/native.ts";
import { EmbeddedTransport } from "../embedded/transport.ts";
import { type Batch, needsInterrupts, type Workload, writes } from "../measurement/workload.ts";
import type { SharedMemory } from "../memory/linear-memory.ts";
import type { Controller } from "../nvme/controller.ts";
import type { Device } from "../nvme/device.ts";
import type { NamespaceData } from "../nvme/identify.ts";
import type { QueuePairPlace, SubmissionQueue } from "../nvme/submission-queue.ts";
import type { Transport } from "../transport/transport.ts";
import { fillBuffers, type JobMemory, queueEntries, slotTableSize } from "./job-memory.ts";
import type { QueuePlaces } from "./placement.ts";
import { grantVectors, WAIT_MODES } from "./vectors.ts";

/** How a job waits; eventfds are numbers, valid in every thread of the process, -1 for none. */
export interface WaitTask {
  readonly mode: WaitMode;
  readonly spinNs: bigint;
  /** From one look to the next; less than 0 is to be learned. */
  readonly pauseNs: bigint;
  readonly deadlineNs: bigint;
  readonly isShared: boolean;
  readonly interrupt: number;
  readonly own: number;
  readonly unmask: number;
  readonly others: readonly number[];
}

/** Everything a job needs, as plain data. */
export interface JobTask {
  readonly memory: SharedMemory;
  readonly module: WebAssembly.Module;
  readonly job: JobMemory;
  readonly queue: QueuePairPlace;
  /** Pointer of the u32 that the main thread sets when all jobs are ready. */
  readonly gate: number;
  readonly cpu: number | null;
  /** Of the run's clock; null is CLOCK_MONOTONIC. */
  readonly clock: ClockScale | null;
  readonly wait: WaitTask;
  readonly batch: Batch;
  readonly stages: boolean;
  /** The device stamps this job's commands: the embedded controller does. */
  readonly hasStamps: boolean;
  /** The number of the embedded controller's thread; 0 where there is none. */
  readonly deviceThread: number;
  /** The process that plays the device; 0 where there is none. */
  readonly deviceProcess: number;
  /** More threads spin than there are CPUs. */
  readonly sharesCpu: boolean;
  readonly iodepth: number;
  readonly bs: number;
  readonly nsid: number;
  readonly blockBytes: number;
  readonly firstLba: bigint;
  /** I/Os of `bs` in the range. */
  readonly blocks: bigint;
  readonly random: boolean;
  readonly readPercent: number;
  readonly seed: bigint;
  readonly rampTimeMs: number;
  readonly runtimeMs: number;
  readonly timeoutMs: number;
}

/** A job's queue pair, and how the job waits on it. */
export interface JobQueue {
  readonly queue: SubmissionQueue;
  /** Its interrupt vector, when it was created with interrupts. */
  readonly vector: number | null;
  readonly wait: WaitTask;
  /** The job's own eventfd, which jobs that share its vector signal; to be closed after the block. */
  readonly own: EventFd | null;
}

/** What of a task is not the workload's. */
export interface JobPlace {
  readonly index: number;
  /** The queue pair, lent to the job. */
  readonly queue: QueuePairPlace;
  readonly wait: WaitTask;
  readonly memory: JobMemory;
  readonly gate: number;
  readonly sharesCpu: boolean;
  readonly clock: ClockScale | null;
}

/** Creates a queue pair for each job, with interrupts where the completion mode needs them. */
export async function createQueues(
  device: Device,
  controller: Controller,
  workload: Workload,
  places: QueuePlaces = {},
): Promise<JobQueue[]> {
  const { numjobs, iodepth, completion } = workload;
  const entries = queueEntries(iodepth, device.registers.capabilities().maxQueueEntries);
  const waits = needsInterrupts(completion.mode)
    ? interruptWaits(device.transport, workload)
    : Array.from({ length: numjobs }, () => ({
        vector: null,
        own: null,
        wait: plainWait(workload),
      }));
  const queues: JobQueue[] = [];
  for (const [index, { vector, wait, own }] of waits.entries()) {
    const queue = await controller.createQueuePair(index + 1, entries, vector, places);
    queues.push({ queue, vector, wait, own });
  }
  return queues;
}

/** The task of one job. */
export function jobTask(
  transport: Transport,
  namespace: NamespaceData,
  workload: Workload,
  { index, queue, wait, memory, gate, sharesCpu, clock }: JobPlace,
): JobTask {
  const { iodepth, bs, rw, offset, seed } = workload;
  if (writes(workload)) fillBuffers(transport.memory, memory.buffers, seed + BigInt(index));
  const bytes = workload.size ?? namespace.blocks * namespace.blockBytes - offset;
  const hasStamps = stamp(transport, queue.sqid, workload, memory);
  return {
    memory: transport.memory.memory,
    module: wasmModule("host"),
    job: memory,
    queue,
    wait,
    clock,
    batch: workload.batch,
    stages: workload.stages,
    hasStamps,
    deviceThread: transport instanceof EmbeddedTransport ? transport.thread : 0,
    deviceProcess: transport.process ?? 0,
    gate,
    cpu: cpuFor(index, workload),
    sharesCpu,
    iodepth,
    bs,
    nsid: namespace.nsid,
    blockBytes: namespace.blockBytes,
    firstLba: BigInt(offset / namespace.blockBytes),
    blocks: BigInt(Math.floor(bytes / bs)),
    random: rw.startsWith("rand"),
    readPercent: readPercent(workload),
    seed: seed + BigInt(index),
    rampTimeMs: workload.rampTimeMs,
    runtimeMs: workload.runtimeMs,
    timeoutMs: workload.timeoutMs,
  };
}

/** Vectors and eventfds of all jobs. Jobs on one vector pass its interrupts on to one another. */
function interruptWaits(transport: Transport, workload: Workload) {
  const { numjobs, completion } = workload;
  const { kind, vectors, isShared } = grantVectors(completion.irq, numjobs, transport);
  const eventFds = vectors.map((vector) => transport.interrupt(kind, vector));
  // only an interrupt that is switched on can be given an eventfd to unmask it
  const unmask = transport.unmask(kind)?.fd ?? -1;
  const own = vectors.map(() => (isShared ? native().eventFd() : null));
  return vectors.map((vector, job) => ({
    vector,
    own: own[job] ?? null,
    wait: {
      ...plainWait(workload),
      isShared,
      interrupt: eventFds[job]!.fd,
      own: own[job]?.fd ?? -1,
      unmask,
      others: own
        .filter((_, other) => other !== job && vectors[other] === vector)
        .flatMap((eventFd) => eventFd?.fd ?? []),
    },
  }));
}

/** How a job waits that has no interrupt. */
export function plainWait({ completion }: Workload): WaitTask {
  return {
    mode: WAIT_MODES[completion.mode],
    spinNs: BigInt(Math.round(completion.spinNs)),
    pauseNs: BigInt(Math.round(completion.pauseNs ?? -1)),
    deadlineNs: BigInt(completion.deadlineMs) * 1_000_000n,
    isShared: false,
    interrupt: -1,
    own: -1,
    unmask: -1,
    others: [],
  };
}

/** Has the device stamp the job's commands, or no longer. @returns whether it does. */
function stamp(
  transport: Transport,
  qid: number,
  { stages, iodepth }: Workload,
  memory: JobMemory,
): boolean {
  if (!(transport instanceof EmbeddedTransport)) return false;
  const pointer = stages ? (memory.stages?.stamps.pointer ?? 0) : 0;
  return transport.stampQueue(qid, pointer, slotTableSize(iodepth) - 1);
}

/** Share of reads in percent. */
function readPercent({ rw, rwmixread }: Workload): number {
  if (rw === "randrw") return rwmixread;
  return rw.endsWith("read") ? 100 : 0;
}

/** The CPUs asked for, round and round; or from the last one down, so that the first is left for others. */
function cpuFor(index: number, workload: Workload): number | null {
  const cpus = workload.cpus.length > 0 ? workload.cpus : native().allowedCpus().reverse();
  return cpus[index % cpus.length] ?? null;
}
