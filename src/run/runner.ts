// A run from opening the device to the measurement: one queue pair and one pinned worker per job, all let
// off together; then whatever was measured is collected, however the run ended.
import { Piscina } from "piscina";
import { JobPhase } from "../../assembly/layout.ts";
import { usage } from "../errors.ts";
import { native } from "../native.ts";
import { Controller, type Health } from "../nvme/controller.ts";
import type { NamespaceData } from "../nvme/identify.ts";
import type { Trace } from "../nvme/registers.ts";
import { packageRoot, version } from "../package.ts";
import { isEmbedded } from "../transport/open.ts";
import { wasmModule } from "../wasm.ts";
import { hostConditions } from "./conditions.ts";
import { warningsOf } from "./doubts.ts";
import { fillBuffers } from "./fill.ts";
import { allocateJob, JobView, jobNeeds, queueEntries } from "./job-memory.ts";
import type { JobOutcome, JobTask } from "./job-worker.ts";
import { checkAgainstDevice } from "./limits.ts";
import type { DeviceIdentity, JobMeasurement, RunMeasurement, Warning } from "./measurement.ts";
import { Monitor, type Sample } from "./monitor.ts";
import { type Workload, writes } from "./workload.ts";

/** How often a start-up wait looks at the jobs' phases. */
const PHASE_POLL_MS = 2;

/** What a run takes beside its workload. */
export interface RunOptions {
  readonly argv: readonly string[];
  /** Ends the run early; what was measured is kept. */
  readonly signal?: AbortSignal;
  readonly onSample?: (sample: Sample) => void;
  readonly trace?: Trace;
}

/**
 * Runs a workload.
 * @throws PhasebitError when the device cannot be opened or cannot run it; once jobs run, failures are
 * warnings of the measurement instead.
 */
export async function runWorkload(
  workload: Workload,
  options: RunOptions,
): Promise<RunMeasurement> {
  requireCpus(workload.cpus);
  const controller = await Controller.open(workload.device, {
    needs: jobNeeds(workload.numjobs, workload.iodepth, workload.bs),
    ...(options.trace && { trace: options.trace }),
  });
  try {
    const namespace = await controller.identifyNamespace(workload.nsid);
    checkAgainstDevice(workload, {
      ...namespace,
      maxTransferBytes: controller.identity.maxTransferBytes,
      maxQueueEntries: controller.capabilities.maxQueueEntries,
      ioQueues: controller.ioQueues,
    });
    return await new Run(controller, namespace, workload, options).measure();
  } finally {
    await controller.close({ shutdown: true });
  }
}

class Run {
  readonly #controller: Controller;
  readonly #namespace: NamespaceData;
  readonly #workload: Workload;
  readonly #options: RunOptions;
  /** Why the controller ended the run, if it did. */
  #failure: Warning | undefined;

  constructor(
    controller: Controller,
    namespace: NamespaceData,
    workload: Workload,
    options: RunOptions,
  ) {
    this.#controller = controller;
    this.#namespace = namespace;
    this.#workload = workload;
    this.#options = options;
  }

  async measure(): Promise<RunMeasurement> {
    const { numjobs } = this.#workload;
    const { memory } = this.#controller.transport;
    const host = hostConditions(this.#controller.transport.pageBytes);
    const gate = memory.heap.allocate(8, 8);
    memory.zero(gate);
    const tasks: JobTask[] = [];
    for (let job = 0; job < numjobs; job++) tasks.push(await this.#task(job, gate.pointer));
    const views = tasks.map((task) => new JobView(memory, task.job));
    const stop = (): void => {
      for (const view of views) view.stop();
    };

    const monitor = new Monitor(
      views,
      this.#workload.rampTimeMs,
      () => this.#watch(stop),
      this.#options.onSample,
    );
    const pool = new Piscina<JobTask, JobOutcome>({
      filename: `${packageRoot}/dist/src/run/job-worker.js`,
      minThreads: numjobs,
      maxThreads: numjobs,
      idleTimeout: Number.POSITIVE_INFINITY,
    });
    this.#options.signal?.addEventListener("abort", stop);
    if (this.#options.signal?.aborted) stop();
    try {
      const jobs = Promise.all(tasks.map((task) => pool.run(task)));
      await Promise.race([jobs, ready(views)]);
      const startedMs = Date.now() + this.#workload.rampTimeMs;
      open(memory.memory, gate.pointer);
      monitor.start();
      const outcomes = await jobs;
      monitor.stop();
      const measured = outcomes.map((outcome, index) =>
        this.#jobMeasurement(tasks[index]!, views[index]!, outcome),
      );
      return this.#measurement(startedMs, host, measured, monitor);
    } finally {
      stop();
      monitor.stop();
      this.#options.signal?.removeEventListener("abort", stop);
      await pool.destroy();
    }
  }

  async #task(index: number, gate: number): Promise<JobTask> {
    const { workload, namespace } = { workload: this.#workload, namespace: this.#namespace };
    const { iodepth, bs, rw, offset } = workload;
    const { transport, capabilities } = this.#controller;
    const entries = queueEntries(iodepth, capabilities.maxQueueEntries);
    const queue = await this.#controller.createQueuePair(index + 1, entries, null);
    const job = allocateJob(transport.memory, iodepth, bs);
    const seed = workload.seed + BigInt(index);
    if (writes(workload)) fillBuffers(transport.memory, job.buffers, seed);
    const bytes = workload.size ?? namespace.blocks * namespace.blockBytes - offset;
    return {
      memory: transport.memory.memory,
      module: wasmModule("host"),
      job,
      queue,
      iovaBase: transport.iovaBase,
      gate,
      cpu: cpuFor(index, workload),
      sharesCpu: spinningThreads(workload) > native().allowedCpus().length,
      iodepth,
      bs,
      nsid: namespace.nsid,
      blockBytes: namespace.blockBytes,
      firstLba: BigInt(offset / namespace.blockBytes),
      blocks: BigInt(Math.floor(bytes / bs)),
      random: rw.startsWith("rand"),
      readPercent: readPercent(workload),
      seed,
      rampTimeMs: workload.rampTimeMs,
      runtimeMs: workload.runtimeMs,
      timeoutMs: workload.timeoutMs,
    };
  }

  /** Looks at the controller; one that failed ends the run. */
  #watch(stop: () => void): void {
    if (this.#failure !== undefined) return;
    const health = this.#controller.health();
    if (health === "well") return;
    this.#failure = { kind: FAILURES[health] };
    stop();
  }

  #jobMeasurement(task: JobTask, view: JobView, outcome: JobOutcome): JobMeasurement {
    return {
      ...view.counters,
      job: task.queue.sqid - 1,
      cpu: outcome.pinned ? task.cpu : null,
      sqid: task.queue.sqid,
      entries: task.queue.sqEntries,
      elapsedNs: outcome.elapsedNs,
      read: view.latency("read"),
      write: view.latency("write"),
      lost: outcome.lost,
      timedOut: outcome.timedOut,
      statuses: view.statuses,
      rejections: view.rejections,
      rejectedRaw: view.rejectedRaw(outcome.startedNs),
      usage: outcome.usage,
      clockNs: outcome.clockNs,
      tier: outcome.tier,
      phase: view.phase,
    };
  }

  #measurement(
    startedMs: number,
    host: RunMeasurement["host"],
    jobs: readonly JobMeasurement[],
    monitor: Monitor,
  ): RunMeasurement {
    const interrupted = this.#options.signal?.aborted ?? false;
    return {
      startedMs,
      version,
      argv: this.#options.argv,
      host,
      device: this.#identity(),
      workload: this.#workload,
      jobs,
      intervals: monitor.intervals,
      warnings: warningsOf({
        jobs,
        host,
        interrupted,
        spinningThreads: spinningThreads(this.#workload),
        hasReset: this.#controller.transport.hasReset,
        failure: this.#failure,
      }),
      interrupted,
    };
  }

  #identity(): DeviceIdentity {
    const { identity, transport, version: nvmeVersion, capabilities } = this.#controller;
    return {
      address: transport.address,
      transport: transport.name,
      model: identity.model,
      serial: identity.serial,
      firmware: identity.firmware,
      vid: identity.vid,
      version: nvmeVersion,
      nsid: this.#namespace.nsid,
      blocks: this.#namespace.blocks,
      blockBytes: this.#namespace.blockBytes,
      maxTransferBytes: identity.maxTransferBytes,
      maxQueueEntries: capabilities.maxQueueEntries,
    };
  }
}

const FAILURES = {
  gone: "device-gone",
  fatal: "controller-fatal",
  reset: "controller-reset",
} as const satisfies Record<Exclude<Health, "well">, Warning["kind"]>;

/** Share of reads in percent. */
function readPercent({ rw, rwmixread }: Workload): number {
  if (rw === "randrw") return rwmixread;
  return rw.endsWith("read") ? 100 : 0;
}

/** Threads that spin during the run: the jobs, and the embedded controller's own. */
function spinningThreads({ device, numjobs }: Workload): number {
  return numjobs + Number(isEmbedded(device));
}

/** @throws PhasebitError USAGE for a CPU that this process may not use. */
function requireCpus(cpus: readonly number[]): void {
  const allowed = native().allowedCpus();
  const missing = cpus.find((cpu) => !allowed.includes(cpu));
  if (missing === undefined) return;
  throw usage(`--cpus ${missing}: this process may use the CPUs ${allowed.join(", ")}`);
}

/** The CPUs asked for, round and round; or from the last one down, so that the first is left for others. */
function cpuFor(index: number, workload: Workload): number | null {
  const cpus = workload.cpus.length > 0 ? workload.cpus : native().allowedCpus().reverse();
  return cpus[index % cpus.length] ?? null;
}

/** Resolves when every job waits at the gate. */
async function ready(views: readonly JobView[]): Promise<void> {
  while (views.some((view) => view.phase < JobPhase.READY)) {
    await new Promise((resolve) => setTimeout(resolve, PHASE_POLL_MS));
  }
}

/** Lets all jobs go. */
function open(memory: WebAssembly.Memory, gate: number): void {
  const words = new Int32Array(memory.buffer);
  Atomics.store(words, gate / 4, 1);
  Atomics.notify(words, gate / 4);
}
