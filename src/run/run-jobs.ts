// A block's jobs: started together, watched while they run, collected however they end.
import type { Piscina } from "piscina";
import { JobPhase, JobStop } from "../../assembly/layout.ts";
import { type ClockScale, native } from "../compiled/native.ts";
import type { EmbeddedTransport } from "../embedded/transport.ts";
import type { Workload } from "../measurement/workload.ts";
import type { SharedMemory } from "../memory/linear-memory.ts";
import type { Region } from "../memory/region.ts";
import type { Device } from "../nvme/device.ts";
import type { BlockOptions, BlockOutcome } from "./block-outcome.ts";
import { BlockWatch } from "./block-watch.ts";
import { allShares, type Threads } from "./delays.ts";
import { hostLoad, loadBetween } from "./host-load.ts";
import { jobMeasurement } from "./job-measurement.ts";
import type { JobQueue, JobTask } from "./job-task.ts";
import { JobView } from "./job-view.ts";
import type { JobOutcome } from "./job-worker.ts";
import { Monitor } from "./monitor.ts";
import type { StopSignal } from "./prepare.ts";

/** How often a start-up wait looks at the jobs' phases. */
const PHASE_POLL_MS = 2;

/** What jobs run on. */
export interface JobGround {
  readonly device: Device;
  /** The embedded controller, if it is one. */
  readonly emulator: EmbeddedTransport | undefined;
  readonly pool: Piscina<JobTask, JobOutcome>;
  /** A word that all jobs wait for. */
  readonly gate: Region;
  /** Of the clock that all threads go by; null is CLOCK_MONOTONIC. */
  readonly clock: ClockScale | null;
}

/** Runs these tasks, each on its queue, until all have ended. Failures are part of the outcome. */
export async function runJobs(
  { device, emulator, pool, gate, clock }: JobGround,
  queues: readonly JobQueue[],
  tasks: readonly JobTask[],
  workload: Workload,
  { signal, onWaiting, onSample }: BlockOptions,
): Promise<BlockOutcome> {
  const { memory } = device;
  const views = tasks.map((task) => new JobView(memory, task.job));
  const watch = new BlockWatch(device, views);
  const look = (): void => watch.look();
  const hurry = (): void => watch.stop(JobStop.HURRY);
  const { rampTimeMs, runtimeMs, logHistMs } = workload;
  const times = { rampTimeMs, runtimeMs, logHistMs };
  const tell = (commands: number): void => onWaiting?.(waitingText(commands, workload));
  const nowNs = (): bigint => native().clockNow(clock);
  const threads = (): Threads => ({
    jobs: views.map((view) => view.thread),
    device: emulator?.thread ?? 0,
    deviceProcess: device.transport.process ?? 0,
  });
  const looks = { nowNs, threads, check: look, onWaiting: tell, onSample };
  const monitor = new Monitor(views, { ...times, ...looks });
  signal?.addEventListener("abort", hurry);
  if (signal?.aborted) hurry();
  if (emulator !== undefined) emulator.onHostFailure = look;
  const started = new AbortController();
  try {
    const jobs = Promise.all(tasks.map((task) => pool.run(task)));
    await Promise.race([jobs, ready(views, [started.signal, signal])]);
    const loadBefore = hostLoad();
    const startedMs = Date.now() + rampTimeMs;
    letGo(memory.memory, gate.pointer);
    monitor.start();
    const outcomes = await jobs;
    monitor.stop();
    for (const [at, { rings, lost, unfinished }] of outcomes.entries()) {
      if (lost + unfinished === 0) queues[at]!.queue.takeBack(rings);
    }
    const load = loadBetween(loadBefore, hostLoad());
    const { jobs: waited, device } = allShares(monitor.shares);
    const measured = outcomes.map((outcome, at) => ({
      ...jobMeasurement(at, tasks[at]!, views[at]!, outcome),
      runDelayNs: waited[at]?.waitedNs ?? null,
      vector: queues[at]!.vector,
    }));
    return {
      ...{ startedMs, jobs: measured, intervals: monitor.intervals, failure: watch.failure },
      deviceCpuNs: device?.ranNs ?? null,
      deviceRunDelayNs: device?.waitedNs ?? null,
      threads: { shares: monitor.shares, load },
      stops: monitor.stops,
    };
  } finally {
    started.abort();
    hurry();
    monitor.stop();
    signal?.removeEventListener("abort", hurry);
    if (emulator !== undefined) emulator.onHostFailure = undefined;
  }
}

/** "waiting for 2 commands in flight, for up to 30s each (--timeout)" */
function waitingText(commands: number, { timeoutMs }: Workload): string {
  const what = commands === 1 ? "1 command" : `${commands} commands`;
  return `waiting for ${what} in flight, for up to ${timeoutMs / 1000}s each (--timeout)`;
}

/** Resolves when every job waits at the gate, or nobody waits for that any more: a busy host takes its time. */
async function ready(
  views: readonly JobView[],
  ends: readonly (Pick<StopSignal, "aborted"> | undefined)[],
): Promise<void> {
  while (views.some((view) => view.phase < JobPhase.READY)) {
    if (ends.some((end) => end?.aborted)) return;
    await new Promise((resolve) => setTimeout(resolve, PHASE_POLL_MS));
  }
}

function letGo(memory: SharedMemory, gate: number): void {
  const words = new Int32Array(memory.buffer);
  Atomics.store(words, gate / 4, 1);
  Atomics.notify(words, gate / 4);
}
