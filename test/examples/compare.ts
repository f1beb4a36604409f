// Comparisons and sweeps for the report tests: synthetic, shaped like real ones, the same every time.

import { packLatency } from "../../src/measurement/latency-counts.ts";
import type { Workload } from "../../src/measurement/workload.ts";
import { completionModes } from "../../src/measurement/workload-options.ts";
import type {
  ComparisonBlock,
  ComparisonMeasurement,
  SweepMeasurement,
  SweepPoint,
} from "../../src/run/comparison.ts";
import { balancedOrder } from "../../src/statistics/order.ts";
import { Random } from "../../src/statistics/random.ts";
import { gauss } from "../statistics/samples.ts";
import { countsOf, exampleRun, latencies } from "./run.ts";

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
export function exampleComparison(example: ComparisonExample = {}): ComparisonMeasurement {
  const { modes = [poll, interrupt, hybrid, adaptive], rounds = 12, seed = 1 } = example;
  const random = new Random(seed);
  const order = balancedOrder(modes, rounds, seed);
  const blocks = order.flatMap((inRound, round) =>
    inRound.map((mode, place) => {
      const position = round * modes.length + place;
      const share = position / (rounds * modes.length - 1);
      const level = 1 + (example.drift ?? 0) * share + (example.noise ?? 0.004) * gauss(random);
      return block(mode, { round, position }, level, example.ios ?? 1500, random);
    }),
  );
  const { host, device, workload, startedMs, version } = exampleRun({ seconds: 1, perSecond: 1 });
  return {
    startedMs,
    version,
    argv: ["compare"],
    host,
    device,
    workload,
    modes: modes.map(({ name, options = "" }) => ({ name, options, workload: workloadOf(name) })),
    rounds,
    blocks,
    warnings: [],
    interrupted: false,
    merged: [],
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
  place: { round: number; position: number },
  level: number,
  ios: number,
  random: Random,
): ComparisonBlock {
  const samples = latencies(ios, mode.typicalNs * level, random.u32());
  const interrupts = Math.round(ios * (mode.interruptsPerIo ?? 0));
  return {
    mode: mode.name,
    ...place,
    startedMs: place.position * 1000,
    elapsedNs: samples.reduce((sum, ns) => sum + ns, 0),
    latency: countsOf(samples),
    latencies: [packLatency(countsOf(samples), { op: "read", job: 0 })],
    completed: ios,
    failed: 0,
    userNs: ios * (mode.userNs ?? 1000) * (1 + 0.002 * gauss(random)),
    systemNs: ios * (mode.systemNs ?? 0) * (1 + 0.02 * gauss(random)),
    voluntarySwitches: interrupts,
    involuntarySwitches: random.below(3),
    audit: {
      interrupts,
      wakeups: interrupts,
      spurious: mode.spurious ?? 0,
      lost: mode.lost ?? 0,
    },
    deviceCpuNs: null,
  };
}

/** A point of `ios` I/Os in one second. */
export function examplePoint(change: {
  readonly mode?: string;
  readonly iodepth?: number;
  readonly coalescing?: SweepPoint["coalescing"];
  readonly typicalNs?: number;
  readonly ios?: number;
  readonly interrupts?: number;
}): SweepPoint {
  const { mode = "interrupt", iodepth = 1, coalescing = null, typicalNs = 10_000 } = change;
  const { ios = 5000, interrupts = ios } = change;
  const latency = countsOf(latencies(ios, typicalNs));
  return {
    mode,
    iodepth,
    coalescing,
    startedMs: Date.UTC(2026, 10, 22, 9, 14, 5),
    elapsedNs: 1e9,
    latency,
    latencies: ios > 0 ? [packLatency(latency, { op: "read", job: 0 })] : [],
    completed: ios,
    failed: 0,
    userNs: ios * 2000,
    systemNs: ios * 3000,
    audit: { interrupts, wakeups: interrupts, spurious: 0, lost: 0 },
    deviceCpuNs: null,
  };
}

export function exampleSweep(points: readonly SweepPoint[]): SweepMeasurement {
  const { host, device, workload, startedMs, version } = exampleRun({ seconds: 1, perSecond: 1 });
  const run = { startedMs, version, argv: ["sweep"], host, device, workload };
  return { ...run, points, warnings: [], interrupted: false, merged: [] };
}
