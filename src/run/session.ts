// A device held open for one or more blocks of work. A block is one workload for a stretch: one queue pair
// and one pinned worker per job, all let off together, everything collected however it ended. Threads and
// memory stay from block to block; queues are created anew, with or without interrupts as the block wants.
import { Piscina } from "piscina";
import { chooseClock } from "../compiled/clock.ts";
import { type ClockScale, native } from "../compiled/native.ts";
import { EmbeddedTransport } from "../embedded/transport.ts";
import { badOption, PhasebitError } from "../ground/errors.ts";
import { RUN_NEEDS, requireLimits, startingThreads } from "../ground/limits.ts";
import { packageRoot, version } from "../ground/package.ts";
import { addedFlags, hasFlags, noFlags } from "../measurement/flags.ts";
import type {
  DeviceIdentity,
  Flags,
  HostConditions,
  Measurement,
  Warning,
} from "../measurement/measurement.ts";
import { unitedWarnings } from "../measurement/united-warnings.ts";
import { needsInterrupts, type Workload } from "../measurement/workload.ts";
import type { Region } from "../memory/region.ts";
import type { Controller } from "../nvme/controller.ts";
import { type Device, open } from "../nvme/device.ts";
import type { NamespaceData } from "../nvme/identify.ts";
import type { Trace } from "../nvme/registers.ts";
import { requireDoorbellBuffer } from "../nvme/shadow-doorbells.ts";
import type { BlockOptions, BlockOutcome } from "./block-outcome.ts";
import { closingText, failureOf, giveBack } from "./closing.ts";
import { Coalescer } from "./coalescing.ts";
import { hostConditions } from "./host.ts";
import { allocateJob, clearJob, type JobMemory, jobLimits } from "./job-memory.ts";
import { createQueues, type JobQueue, type JobTask, jobTask } from "./job-task.ts";
import type { JobOutcome } from "./job-worker.ts";
import { checkAgainstDevice, requireDoorbells } from "./limits.ts";
import { placed, prepareCmb } from "./placement.ts";
import { MOMENT_MS, type PrepareOptions, prepareWrites, type StopSignal } from "./prepare.ts";
import { rehearse } from "./rehearsal.ts";
import { runJobs } from "./run-jobs.ts";
import { grantVectors, requireCoalescedVector, vectorsFor } from "./vectors.ts";

/** What each job's thread takes beside. */
const JOB_ADDRESS_SPACE_BYTES = 0.6 * 2 ** 30;
/** And its descriptors: its event loop's and its interrupt's. */
const JOB_FILES = 6;

/** What a session takes beside its workloads. */
export interface SessionOptions {
  readonly trace?: Trace | undefined;
  /** An AbortSignal; ends the waits for the controller. */
  readonly signal?: StopSignal | undefined;
  /** Gets the measurement as soon as all is measured: a device may take long to be given back, or hang meanwhile. */
  readonly onMeasured?: ((measurement: Measurement) => void) | undefined;
  /** Told when giving the device back takes more than a moment. */
  readonly onWaiting?: ((what: string) => void) | undefined;
}

/** Threads that spin, and the CPUs that they have. */
export interface Crowd {
  readonly threads: number;
  readonly cpus: number;
}

export class Session {
  readonly device: Device;
  #controller: Controller;
  readonly namespace: NamespaceData;
  readonly host: HostConditions;
  readonly #memory: readonly JobMemory[];
  readonly #gate: Region;
  readonly #pool: Piscina<JobTask, JobOutcome>;
  #coalescer: Coalescer;
  readonly #workloads: readonly Workload[];
  /** Of the clock that all threads go by; null is CLOCK_MONOTONIC. */
  readonly #clock: ClockScale | null;
  /** VS, read while the device is there: it may be gone when it is described. */
  readonly #version: string;
  #isPrepared = false;
  #formerFlags: Flags = noFlags;

  private constructor(
    device: Device,
    controller: Controller,
    namespace: NamespaceData,
    workloads: readonly Workload[],
    clock: ClockScale | null,
  ) {
    const { memory } = device;
    const numjobs = Math.max(...workloads.map((workload) => workload.numjobs));
    this.device = device;
    this.#version = device.registers.version();
    this.#controller = controller;
    this.namespace = namespace;
    this.#coalescer = new Coalescer(controller);
    this.#workloads = workloads;
    this.#clock = clock;
    this.#gate = memory.allocate(8, { kind: "host", alignment: 8 });
    this.#memory = Array.from({ length: numjobs }, () => allocateJob(memory, workloads));
    this.host = hostConditions(memory.pageBytes);
    this.#pool = startingThreads(`${numjobs} job(s), each with a thread`, () => {
      const threads = { minThreads: numjobs, maxThreads: numjobs };
      return new Piscina<JobTask, JobOutcome>({
        filename: `${packageRoot}/dist/src/run/job-worker.js`,
        ...threads,
        idleTimeout: Number.POSITIVE_INFINITY,
      });
    });
  }

  /**
   * Opens the device for any of these workloads, which share device, namespace and clock.
   * @throws PhasebitError when the device cannot be opened or cannot run one of them, or the clock cannot be had.
   */
  static async open(
    workloads: readonly Workload[],
    { trace, signal }: SessionOptions = {},
  ): Promise<Session> {
    const { device: address, nsid, clocksource } = workloads[0]!;
    for (const { cpus } of workloads) requireCpus(cpus);
    const numjobs = Math.max(...workloads.map((workload) => workload.numjobs));
    const addressSpace = RUN_NEEDS.addressSpace + numjobs * JOB_ADDRESS_SPACE_BYTES;
    requireLimits({ addressSpace, files: RUN_NEEDS.files + numjobs * JOB_FILES }, "a run");
    const clock = await chooseClock(clocksource ?? "auto");
    const device = await open(address, {
      clock,
      memory: jobLimits(workloads),
      ...(trace && { trace }),
      ...(signal && { signal }),
    });
    try {
      requireDoorbells(device.transport);
      requireCoalescedVector(workloads, device.transport, vectorsFor);
      // a device that cannot be had is told at once, and none waits enabled
      await rehearse(workloads);
      const ioQueues = Math.max(...workloads.map(({ numjobs }) => numjobs));
      const controller = await device.bringUp({ ioQueues });
      if (workloads.some(({ shadowDoorbells }) => shadowDoorbells)) {
        requireDoorbellBuffer(controller.identity);
      }
      const namespace = await controller.identifyNamespace(nsid);
      for (const workload of workloads) {
        checkAgainstDevice(workload, {
          ...namespace,
          maxTransferBytes: controller.identity.maxTransferBytes,
          maxQueueEntries: device.registers.capabilities().maxQueueEntries,
          ioQueues: controller.ioQueues,
        });
      }
      const waiting = workloads.filter(({ completion }) => needsInterrupts(completion.mode));
      requireCoalescedVector(waiting, device.transport, grantVectors);
      await prepareCmb(device, workloads);
      return new Session(device, controller, namespace, workloads, clock);
    } catch (error) {
      await device.close().catch(() => {});
      throw error;
    }
  }

  /** Runs one block. Once its jobs run, failures are part of the outcome. */
  async block(workload: Workload, options: BlockOptions = {}): Promise<BlockOutcome> {
    const { memory, transport } = this.device;
    await this.#prepare(options);
    const own = this.#memory.slice(0, workload.numjobs);
    const { jobs: parts, queues: places, release } = placed(this.device, workload, own);
    for (const part of parts) clearJob(memory, part);
    this.#gate.fill(0);
    await this.#setShadows(workload);
    const queues = await createQueues(this.device, this.controller, workload, places);
    await this.#coalescer.set(
      workload.coalesce,
      queues.flatMap(({ vector }) => vector ?? []),
    );
    const crowd = this.crowd(workload);
    const tasks = queues.map(({ queue, wait }, index) =>
      jobTask(transport, this.namespace, workload, {
        index,
        queue: queue.lendPair(`job ${index}`),
        wait,
        memory: parts[index]!,
        gate: this.#gate.pointer,
        sharesCpu: crowd.threads > crowd.cpus,
        clock: this.#clock,
      }),
    );
    try {
      const ground = { device: this.device, emulator: this.#emulator, pool: this.#pool };
      const place = { ...ground, gate: this.#gate, clock: this.#clock };
      const outcome = await runJobs(place, queues, tasks, workload, options);
      const failure = outcome.failure ?? (await this.#deleteQueues(outcome, queues, options));
      // what is still in flight may be written to until the controller is reset
      if (failure === undefined) release();
      return { ...outcome, failure };
    } finally {
      for (const { own } of queues) own?.close();
    }
  }

  /** Before the first block, for all of them. */
  async #prepare(options: PrepareOptions): Promise<void> {
    if (this.#isPrepared) return;
    const { transport } = this.device;
    await prepareWrites(transport, this.namespace, this.#workloads, options);
    this.#isPrepared = true;
  }

  /** The device's controller: another one after a block with shadow doorbells, which last until a reset. */
  get controller(): Controller {
    return this.#controller;
  }

  /** Has the controller ring as the workload wants it. */
  async #setShadows({ shadowDoorbells }: Workload): Promise<void> {
    if (shadowDoorbells === this.controller.hasShadowDoorbells) return;
    if (!shadowDoorbells) {
      const ioQueues = Math.max(...this.#workloads.map(({ numjobs }) => numjobs));
      this.#formerFlags = this.#adminFlags;
      await this.device.reset();
      this.#controller = await this.device.bringUp({ ioQueues });
      this.#coalescer = new Coalescer(this.controller);
      return;
    }
    await this.controller.configureDoorbellBuffer();
  }

  /** What successes of admin commands had set, those of controllers before this one too. */
  get #adminFlags(): Flags {
    return addedFlags([this.#formerFlags, this.controller.admin.cq.flags]);
  }

  /** Threads that spin during a block, and the CPUs that they have between them. */
  crowd({ numjobs, cpus, completion }: Workload): Crowd {
    const spinning = completion.mode === "interrupt" ? 0 : numjobs;
    const chosen = new Set(cpus.slice(0, numjobs)).size;
    if (chosen > 0 && spinning > chosen) return { threads: spinning, cpus: chosen };
    // the embedded controller's own thread spins too
    const threads = spinning + Number(this.#emulator !== undefined);
    return { threads, cpus: native().allowedCpus().length };
  }

  /** What a measurement made here says of itself, but for its time and its doubts. */
  describe(workload: Workload, argv: readonly string[], signal: StopSignal | undefined) {
    return {
      version,
      argv,
      host: this.host,
      devices: [this.identity],
      workload,
      interrupted: signal?.aborted ?? false,
      merged: [],
    };
  }

  /** The embedded controller, if it is one. */
  get #emulator(): EmbeddedTransport | undefined {
    const { transport } = this.device;
    return transport instanceof EmbeddedTransport ? transport : undefined;
  }

  /** What has to be doubted about the control plane so far. */
  get doubts(): Warning[] {
    const flags = this.#adminFlags;
    return hasFlags(flags) ? [{ kind: "flagged-successes", queue: "admin", ...flags }] : [];
  }

  /** Who the device says it is. */
  get identity(): DeviceIdentity {
    const { transport, registers } = this.device;
    const { identity } = this.controller;
    return {
      address: transport.address,
      transport: transport.name,
      model: identity.model,
      serial: identity.serial,
      firmware: identity.firmware,
      vid: identity.vid,
      version: this.#version,
      nsid: this.namespace.nsid,
      logicalBlocks: this.namespace.blocks,
      blockBytes: this.namespace.blockBytes,
      maxTransferBytes: identity.maxTransferBytes,
      maxQueueEntries: registers.capabilities().maxQueueEntries,
    };
  }

  /** Ends the threads and gives the device back. */
  async close(): Promise<void> {
    try {
      await this.#pool.destroy();
    } finally {
      await this.device.close({ shutdown: true });
    }
  }

  /**
   * Deletes a block's queues. Those of a block that left commands in flight stay until the controller is reset: their
   * slots and buffers may still be written to. After an interruption closing does it.
   * @returns what then keeps another block from running.
   */
  async #deleteQueues(
    { jobs }: Pick<BlockOutcome, "jobs">,
    queues: readonly JobQueue[],
    { signal }: BlockOptions,
  ): Promise<Warning | undefined> {
    const count = jobs.reduce((sum, { lost }) => sum + lost, 0);
    if (count > 0) return { kind: "commands-lost", count };
    if (signal?.aborted) return undefined;
    try {
      for (const { queue } of queues) await this.controller.deleteQueuePair(queue);
      return undefined;
    } catch (error) {
      // whoever ended the wait holds nothing against the device
      if (error instanceof PhasebitError && error.code === "INTERRUPTED") return undefined;
      const failure = failureOf(this.device);
      return failure ?? { kind: "queue-not-deleted", why: (error as Error).message };
    }
  }
}

/**
 * Opens a session for a measurement and closes it whatever happens. A device that cannot be given back in order
 * is a doubt about the measurement, never the end of it.
 * @returns what `onMeasured` got, the same object unless there is that doubt.
 * @throws PhasebitError when the device cannot be opened, or `work` or `onMeasured` throws.
 */
export async function withSession<M extends Measurement>(
  workloads: readonly Workload[],
  options: SessionOptions,
  work: (session: Session) => Promise<M>,
): Promise<M> {
  return withSessions([workloads], options, ([session]) => work(session!));
}

/** The same of several devices at once: a session for each of these lists of workloads. */
export async function withSessions<M extends Measurement>(
  lists: readonly (readonly Workload[])[],
  options: SessionOptions,
  work: (sessions: readonly Session[]) => Promise<M>,
): Promise<M> {
  const sessions: Session[] = [];
  let measured: M;
  try {
    for (const workloads of lists) sessions.push(await Session.open(workloads, options));
    measured = await work(sessions);
    options.onMeasured?.(measured);
  } catch (error) {
    for (const session of sessions) await session.close().catch(() => {});
    throw error;
  }
  const doubts: Warning[] = [];
  for (const session of sessions) {
    const tell = setTimeout(() => options.onWaiting?.(closingText(session.device)), MOMENT_MS);
    doubts.push(...(await giveBack(session.device, () => session.close(), measured.warnings)));
    clearTimeout(tell);
  }
  if (doubts.length === 0) return measured;
  return { ...measured, warnings: unitedWarnings([doubts, measured.warnings]) };
}

/** @throws PhasebitError USAGE for a CPU that this process may not use. */
function requireCpus(cpus: readonly number[]): void {
  const allowed = native().allowedCpus();
  const missing = cpus.find((cpu) => !allowed.includes(cpu));
  if (missing === undefined) return;
  throw badOption("cpus", `${missing}`, `this process may use the CPUs ${allowed.join(", ")}`);
}
