// Comparisons and sweeps for the report tests: synthetic, shaped like real ones, the same every time.

import { packLatency } from "../../src/measurement/latency-counts.ts";
import type {
  Block,
  Job,
  LatencyCounts,
  Measurement,
  Setting,
} from "../../src/measurement/measurement.ts";
import { workOf } from "../../src/measurement/work.ts";
import type { Coalescing, Workload } from "../../src/measurement/workload.ts";
import { pointName } from "../../src/measurement/workload-names.ts";
import { completionModes } from "../../src/measurement/workload-options.ts";
import { balancedOrder } from "../../src/statistics/order.ts";
import { Random } from "../../src/statistics/random.ts";
import { gauss } from "../statistics/samples.ts";
import { countsOf, exampleRun, jobsIn, latencies } from "./run.ts";

/** How a mode of the example behaves. */
export interface ExampleMode {
  readonly name: string;
  readonly options?: string;
  readonly typicalNs: number;
  readonly userNs?: number;
  readonly systemNs?: number;
  readonly interruptsPerIo?: number;
  readonly spurious?: number;
  readonly lost?: number;
}

export const poll: ExampleMode = { name: "poll", typicalNs: 8000, userNs: 8050, systemNs: 30 };
export const interrupt: ExampleMode = {
  name: "interrupt",
  typicalNs: 13_200,
  userNs: 1900,
  systemNs: 2900,
  interruptsPerIo: 1,
};
export const hybrid: ExampleMode = {
  name: "hybrid",
  options: "--spin 10us",
  typicalNs: 8300,
  userNs: 4100,
  systemNs: 1200,
  interruptsPerIo: 0.3,
  spurious: 2,
};
export const adaptive: ExampleMode = {
  name: "adaptive",
  typicalNs: 8310,
  userNs: 3300,
  systemNs: 1500,
  interruptsPerIo: 0.28,
};

export interface ComparisonExample {
  readonly modes?: readonly ExampleMode[];
  readonly rounds?: number;
  /** I/Os in a block. */
  readonly ios?: number;
  /** Standard deviation of a block's level. */
  readonly noise?: number;
  /** Growth of all latencies from first to last block. */
  readonly drift?: number;
  readonly seed?: number;
}

/** Blocks of one second in balanced order. */
export function exampleComparison(example: ComparisonExample = {}): Measurement {
  const { modes = [poll, interrupt, hybrid, adaptive], rounds = 12, seed = 1 } = example;
  const random = new Random(seed);
  const order = balancedOrder([...modes.entries()], rounds, seed);
  const blocks = order.flatMap((inRound, round) =>
    inRound.map(([workload, mode], place) => {
      const position = round * modes.length + place;
      const share = position / (rounds * modes.length - 1);
      const level = 1 + (example.drift ?? 0) * share + (example.noise ?? 0.004) * gauss(random);
      return block(mode, { workload, round, position }, level, example.ios ?? 1500, random);
    }),
  );
  return {
    ...exampleRun({ seconds: 1, perSecond: 1 }),
    kind: "compare",
    argv: ["compare"],
    workloads: modes.map(({ name, options = "" }): Setting => {
      return { name, mode: name, options, device: 0, workload: workloadOf(name) };
    }),
    rounds,
    blocks,
  };
}

/** Names that are completion modes are meant so. */
function workloadOf(name: string): Workload {
  const { workload } = exampleRun({ seconds: 1, perSecond: 1 });
  const mode = completionModes.find((known) => known === name) ?? workload.completion.mode;
  return { ...workload, completion: { ...workload.completion, mode } };
}

function block(
  mode: ExampleMode,
  place: { workload: number; round: number; position: number },
  level: number,
  ios: number,
  random: Random,
): Block {
  const samples = latencies(ios, mode.typicalNs * level, random.u32());
  const interrupts = Math.round(ios * (mode.interruptsPerIo ?? 0));
  const elapsedNs = samples.reduce((sum, ns) => sum + ns, 0);
  const job = jobOf(ios, elapsedNs, {
    usage: {
      userNs: ios * (mode.userNs ?? 1000) * (1 + 0.002 * gauss(random)),
      systemNs: ios * (mode.systemNs ?? 0) * (1 + 0.02 * gauss(random)),
      voluntarySwitches: interrupts,
      involuntarySwitches: random.below(3),
    },
    waits: {
      interrupts,
      wakeups: interrupts,
      spurious: mode.spurious ?? 0,
      lost: mode.lost ?? 0,
    },
  });
  return {
    ...place,
    phase: 0,
    startedMs: place.position * 1000,
    elapsedNs,
    ...measured(countsOf(samples), [job]),
  };
}

/** A job that did `ios` I/Os. */
function jobOf(
  ios: number,
  elapsedNs: number,
  { usage, waits }: { usage: Partial<Job["usage"]>; waits: Partial<Job["waits"]> },
): Job {
  const [job] = jobsIn(exampleRun({ seconds: 1, perSecond: 1 }));
  return {
    ...job!,
    ...{ elapsedNs, submitted: ios, completed: ios },
    usage: { ...job!.usage, ...usage },
    waits: { ...job!.waits, ...waits },
  };
}

/** What follows from latencies and jobs. */
function measured(latency: LatencyCounts, jobs: readonly Job[]) {
  return {
    latencies: latency.total > 0 ? [packLatency(latency, { op: "read", job: 0 })] : [],
    work: workOf(jobs),
    jobs,
    intervals: [],
    deviceCpuNs: null,
    deviceRunDelayNs: null,
  };
}

/** The block as results of schema 1 and 2 have it: what its jobs did is known as a sum. */
export function withoutJobs(of: Block): Block {
  return { ...of, jobs: null };
}

/** The blocks of the setting of this name. */
export function blocksOf({ workloads, blocks }: Measurement, name: string): Block[] {
  return blocks.filter(({ workload }) => workloads[workload]!.name === name);
}

/** One setting of a sweep, and what it gave. */
export interface ExamplePoint {
  readonly mode: string;
  readonly iodepth: number;
  readonly coalescing: Coalescing | null;
  readonly block: Omit<Block, "workload" | "position">;
}

/** A point of `ios` I/Os in one second. */
export function examplePoint(change: {
  readonly mode?: string;
  readonly iodepth?: number;
  readonly coalescing?: Coalescing | null;
  readonly typicalNs?: number;
  readonly ios?: number;
  readonly interrupts?: number;
}): ExamplePoint {
  const { mode = "interrupt", iodepth = 1, coalescing = null, typicalNs = 10_000 } = change;
  const { ios = 5000, interrupts = ios } = change;
  const job = jobOf(ios, 1e9, {
    usage: { userNs: ios * 2000, systemNs: ios * 3000 },
    waits: { interrupts, wakeups: interrupts },
  });
  return {
    mode,
    iodepth,
    coalescing,
    block: {
      round: null,
      phase: 0,
      startedMs: Date.UTC(2026, 10, 22, 9, 14, 5),
      elapsedNs: 1e9,
      ...measured(countsOf(latencies(ios, typicalNs)), [job]),
    },
  };
}

/** A sweep of these points, one after the other. */
export function exampleSweep(points: readonly ExamplePoint[]): Measurement {
  const run = exampleRun({ seconds: 1, perSecond: 1 });
  return {
    ...run,
    kind: "sweep",
    argv: ["sweep"],
    workloads: points.map((point) => settingOf(point, run.workload)),
    blocks: points.map(({ block: own }, index) => ({ ...own, workload: index, position: index })),
  };
}

function settingOf(
  { mode, iodepth, coalescing: coalesce }: ExamplePoint,
  common: Workload,
): Setting {
  const known = completionModes.find((one) => one === mode) ?? common.completion.mode;
  const completion = { ...common.completion, mode: known };
  const workload = { ...common, iodepth, coalesce, completion };
  return { name: pointName(mode, workload), mode, options: "", device: 0, workload };
}
