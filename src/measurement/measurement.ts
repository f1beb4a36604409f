// What was measured: plain data, nothing live, and one shape for whatever was asked for. A run is one block, a sweep
// one for each point, a comparison one for each mode in each round. Times are ns unless a name says otherwise.
import type { Job, Waits } from "./job.ts";
import type { Interval, PackedLatency } from "./latency.ts";
import type { Warning } from "./warning.ts";
import type { Workload } from "./workload.ts";

export type * from "./job.ts";
export type * from "./latency.ts";
export type * from "./warning.ts";

/** Who the device says it is. Strings are safe text: printable ASCII, anything else as \xNN. */
export interface DeviceIdentity {
  readonly address: string;
  readonly transport: string;
  readonly model: string;
  readonly serial: string;
  readonly firmware: string;
  /** PCI vendor identifier. */
  readonly vid: number;
  /** "1.4.0", from VS. */
  readonly version: string;
  readonly nsid: number;
  /** NSZE: size of the namespace in logical blocks. */
  readonly logicalBlocks: number;
  readonly blockBytes: number;
  /** Largest transfer in bytes; null when the controller names no limit. */
  readonly maxTransferBytes: number | null;
  /** CAP.MQES + 1. */
  readonly maxQueueEntries: number;
}

/** The machine the run was made on. */
export interface HostConditions {
  readonly hostname: string;
  readonly kernel: string;
  readonly cpuModel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly v8: string;
  /** Pages behind the DMA window. */
  readonly pageBytes: number;
  /** 1-minute load average when the run began. */
  readonly loadAverage: number;
}

/** A result that was merged into another. */
export interface MergedSource {
  /** As it was named. */
  readonly file: string;
  readonly startedMs: number;
  readonly argv: readonly string[];
  readonly host: HostConditions;
  readonly devices: readonly DeviceIdentity[];
}

/** One set of options that was measured. */
export interface Setting {
  /** What it is called: "poll", "interrupt.qd8"; empty for the only one, which needs no name. */
  readonly name: string;
  /** Its name without depth and coalescing: the completion mode of a point, the name of a compared side. */
  readonly mode: string;
  /** The options that make it differ, as they were given. */
  readonly options: string;
  /** Index in the measurement's `devices`. */
  readonly device: number;
  /** What they come to; `runtimeMs` and `rampTimeMs` are those of a block. */
  readonly workload: Workload;
}

/** What the jobs of a block did, all together; null is what an old result did not count. */
export interface Work {
  readonly completed: number;
  readonly failed: number | null;
  readonly userNs: number;
  readonly systemNs: number;
  readonly voluntarySwitches: number | null;
  readonly involuntarySwitches: number | null;
  readonly waits: Pick<Waits, "interrupts" | "wakeups" | "spurious" | "lost">;
}

/** One setting for one stretch of time: everything else follows from these. */
export interface Block {
  /** Index in the measurement's `workloads`. */
  readonly workload: number;
  /** In which every setting has its turn, from 0; null where there are no rounds. */
  readonly round: number | null;
  /** Of a job file: which of the parts that stonewalls separate, from 0; 0 elsewhere. */
  readonly phase: number;
  /** Place in the whole order, from 0. */
  readonly position: number;
  /** Unix time in ms after the ramp. */
  readonly startedMs: number;
  /** As long as the longest job; of merged runs the time that they cover together. */
  readonly elapsedNs: number;
  /** By queue and direction, those with samples. */
  readonly latencies: readonly PackedLatency[];
  readonly work: Work;
  /** Null where only their sum was kept: in comparisons and sweeps of schema 1 and 2. */
  readonly jobs: readonly Job[] | null;
  /** Empty where none were wanted; null where an old result kept none. */
  readonly intervals: readonly Interval[] | null;
  /** CPU time of the embedded controller's own thread, or of a device's server, meanwhile; null for a real device. */
  readonly deviceCpuNs: number | null;
  /** How long that thread, or the one of the server that had to wait longest, waited for a CPU; null for a real device, and in old results. */
  readonly deviceRunDelayNs: number | null;
}

/** What was asked for: a word for titles. Where the data is does not depend on it. */
export type MeasurementKind = "run" | "compare" | "sweep";

/** A finished (or interrupted) measurement. */
export interface Measurement {
  readonly kind: MeasurementKind;
  /** Unix time in ms when the measurement began (a run: after the ramp). */
  readonly startedMs: number;
  readonly version: string;
  readonly argv: readonly string[];
  readonly host: HostConditions;
  readonly devices: readonly DeviceIdentity[];
  /** What the settings have in common. */
  readonly workload: Workload;
  /** The settings in the order they were asked for; of a sweep those that were measured. */
  readonly workloads: readonly Setting[];
  /** As many as were asked for; null where settings do not take turns. */
  readonly rounds: number | null;
  /** In the order they were measured. */
  readonly blocks: readonly Block[];
  readonly warnings: readonly Warning[];
  readonly interrupted: boolean;
  /** What was merged into it; empty for a measurement of one's own. `host` and `devices` are the first's. */
  readonly merged: readonly MergedSource[];
}
