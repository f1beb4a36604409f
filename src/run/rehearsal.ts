// The rehearsal: before a device is enabled, the loops that are about to be measured run against a small embedded
// controller in this thread, in virtual time, until V8 has optimized them. V8 replaces no running frame and
// compiles in the background, so a loop that began its measurement in baseline code would be measured there for a
// while. Code belongs to the module, not to the instance: what is optimized here runs in every worker and in the
// embedded controller's own thread.
import { LatencyModel } from "../../assembly/device/options.ts";
import { BLOCK_NOW, BLOCK_WAIT_COUNT, BLOCK_WAIT_UNTIL, BUS_NOW } from "../../assembly/layout.ts";
import { type HostImports, instantiateHost } from "../compiled/modules.ts";
import { type Asked, tierOf } from "../compiled/tier.ts";
import { type EmbeddedTransport, openEmbedded } from "../embedded/transport.ts";
import { parseWorkload, type Workload } from "../measurement/workload.ts";
import type { Controller } from "../nvme/controller.ts";
import { Device } from "../nvme/device.ts";
import type { NamespaceData } from "../nvme/identify.ts";
import { configureLoop, innerFunctions, loopOf } from "./job-loop.ts";
import { allocateJob, clearJob, type JobMemory } from "./job-memory.ts";
import { type JobTask, jobTask, plainWait } from "./job-task.ts";

const ENTRIES = 64;
const OPTIONS = {
  device: `embedded?size=1m&queues=1&entries=${ENTRIES}`,
  rw: "randrw",
  iodepth: "8",
  destructive: true,
};
/** The device completes at once, which is one way through it, or later, which is another and lets the loop wait. */
const SERVICE_NS = [0, 100_000];
/** Length of one call of the loop, in the device's time. */
const CALL_NS = 500_000n;
/** How long the loop blocks for an interrupt: longer than a command takes. */
const BLOCK_NS = 150_000n;
/** Calls between two questions to V8, and calls after its last answer: the functions that nobody can ask for. */
const CALLS = 8;
/** Calls of an inner function in one go. */
const PART_CALLS = 1000;
/** A host on which V8 is not done by then is measured as it is, and its result says so. */
const LONGEST_MS = 5_000;

/** Runs the loops of these workloads until V8 has optimized them, once for each kind of loop in a process. */
export async function rehearse(workloads: readonly Workload[]): Promise<void> {
  const kindOf = ({ completion, stages, shadowDoorbells }: Workload): string =>
    `${completion.mode} ${stages} ${shadowDoorbells}`;
  const kinds = new Map(workloads.map((each) => [kindOf(each), each]));
  for (const [kind, { completion, stages, shadowDoorbells }] of kinds) {
    if (rehearsed.has(kind)) continue;
    rehearsed.add(kind);
    await rehearseKind({ ...parseWorkload(OPTIONS), completion, stages, shadowDoorbells });
  }
}

const rehearsed = new Set<string>();

async function rehearseKind(workload: Workload): Promise<void> {
  const transport = await openEmbedded(workload.device, { stepped: true });
  const device = new Device(transport);
  try {
    const controller = await device.bringUp({ ioQueues: 1 });
    const namespace = await controller.identifyNamespace(1);
    if (workload.shadowDoorbells) await controller.configureDoorbellBuffer();
    const memory = allocateJob(transport.memory, [workload]);
    const stage = { controller, transport, namespace, memory };
    for (const serviceNs of SERVICE_NS) await play(stage, workload, serviceNs);
  } finally {
    await device.close();
  }
}

/** Where a rehearsal takes place. */
interface Stage {
  readonly controller: Controller;
  readonly transport: EmbeddedTransport;
  readonly namespace: NamespaceData;
  readonly memory: JobMemory;
}

async function play(stage: Stage, workload: Workload, serviceNs: number): Promise<void> {
  const { controller, transport, namespace, memory } = stage;
  clearJob(transport.memory, memory);
  const pair = await controller.createQueuePair(1, ENTRIES);
  const queue = pair.lendPair("the rehearsal");
  const wait = plainWait(workload);
  const place = { index: 0, queue, wait, memory, gate: 0, sharesCpu: false, clock: null };
  const task = jobTask(transport, namespace, workload, place);
  const model = serviceNs === 0 ? LatencyModel.NONE : LatencyModel.CONSTANT;
  transport.device!.setLatency(model, serviceNs, 0);
  playLoop(transport, task);
  playParts(transport, task);
  await controller.deleteQueuePair(pair);
}

function playLoop(transport: EmbeddedTransport, task: JobTask): void {
  const { u64 } = transport.memory;
  const { device } = transport;
  const wasm = instantiateHost(task.memory, importsOf(transport, task), task.module);
  const run = loopOf(wasm, task);
  configureLoop(wasm, task);
  wasm.takeInterrupts();
  wasm.start();
  untilOptimized([run, device!.run], () => {
    run(u64[BUS_NOW / 8]! + CALL_NS);
    wasm.hasOldCommand(0);
  });
  wasm.resetCounters();
  wasm.drain(u64[BUS_NOW / 8]! + CALL_NS);
  wasm.publish();
}

/**
 * The loop's inner functions, called by themselves: a V8 that has drawn them into its optimized `run` seldom calls
 * them there, and would leave the functions themselves as they are.
 */
function playParts(transport: EmbeddedTransport, task: JobTask): void {
  const { u64 } = transport.memory;
  const now = (task.job.block.pointer + BLOCK_NOW) / 8;
  const tick = (): void => {
    u64[now]! += 1000n;
  };
  const imports = { clock: tick, sleep: tick, block: tick };
  const wasm = instantiateHost(task.memory, imports, task.module);
  configureLoop(wasm, task);
  for (const { hot, call } of innerFunctions(wasm, task)) {
    untilOptimized([hot], () => {
      for (let count = 0; count < PART_CALLS; count++) call();
    });
  }
}

/** Plays until V8 says that it has optimized these, and once more. */
function untilOptimized(functions: readonly Asked[], play: () => void): void {
  const deadline = performance.now() + LONGEST_MS;
  const some = (): void => {
    for (let call = 0; call < CALLS; call++) play();
  };
  do some();
  while (tierOf(functions) !== "turbofan" && performance.now() < deadline);
  some();
}

/** What the loop imports: each lets the device work for as long as it takes. */
function importsOf({ memory, device }: EmbeddedTransport, task: JobTask): HostImports {
  const { u64 } = memory;
  const at = (offset: number): number => (task.job.block.pointer + offset) / 8;
  const workUntil = (until: bigint): void => {
    do device!.run(u64[BUS_NOW / 8]! + 1n);
    while (u64[BUS_NOW / 8]! < until);
    u64[at(BLOCK_NOW)] = u64[BUS_NOW / 8]!;
  };
  return {
    clock: () => workUntil(0n),
    sleep: () => workUntil(u64[at(BLOCK_WAIT_UNTIL)]!),
    block: () => {
      const wait = u64[at(BLOCK_WAIT_UNTIL)]! > 0n;
      workUntil(wait ? u64[BUS_NOW / 8]! + BLOCK_NS : 0n);
      u64[at(BLOCK_WAIT_COUNT)] = BigInt(wait);
    },
  };
}
