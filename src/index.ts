// phasebit as a library: open a controller, send it commands, run workloads, read results.
export { type ErrorCode, exitCodes, PhasebitError } from "./errors.ts";
export type { Region } from "./memory/arena.ts";
export type { LinearMemory } from "./memory/linear-memory.ts";
export * as admin from "./nvme/admin.ts";
export { CommandQueue, type Completion } from "./nvme/command-queue.ts";
export { Controller, type ControllerOptions, type QueuePair } from "./nvme/controller.ts";
export { copyIn, copyOut } from "./nvme/copy.ts";
export type { ControllerData, NamespaceData } from "./nvme/identify.ts";
export { statusName } from "./nvme/status.ts";
export { readResult } from "./results/read.ts";
export type { Result } from "./results/result.ts";
export type * from "./run/comparison.ts";
export type * from "./run/measurement.ts";
export { type RunOptions, runWorkload } from "./run/runner.ts";
export { parseWorkload, type Workload } from "./run/workload.ts";
export type { WorkloadOptions } from "./run/workload-options.ts";
export type { MemoryNeeds, Transport } from "./transport/transport.ts";
