// The rounds: every case meets every engine once a round, one right after the other, so that what
// disturbs the machine for a while disturbs all of them.

import { type ClockScale, native as systemCalls } from "../src/compiled/native.ts";
import { PhasebitError } from "../src/ground/errors.ts";
import type { LinearMemory } from "../src/memory/linear-memory.ts";
import { BenchMemory } from "./bench-memory.ts";
import { CppEngine } from "./cpp-engine.ts";
import type { Engine, EngineName } from "./engine.ts";
import { JsEngine } from "./js-engine.ts";
import { type BenchNative, loadBenchNative } from "./native.ts";
import { threadDevice } from "./null-device.ts";
import { DEEPEST } from "./place.ts";
import { ProcessDevice } from "./process-device.ts";
import { checkSameWork } from "./same-work.ts";
import { median, type Spread, spread } from "./statistics.ts";
import { StubCase } from "./stub-case.ts";
import { ThreadCase } from "./thread-case.ts";
import { WasmEngine } from "./wasm-engine.ts";

export const DEPTHS: readonly number[] = [1, 8, 32, 128, DEEPEST];
export const DEVICES: readonly DeviceName[] = ["thread", "process", "stub"];

export interface LoopOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly depths: readonly number[];
  readonly devices: readonly DeviceName[];
  /** Of the clock; null is CLOCK_MONOTONIC. */
  readonly scale: ClockScale | null;
}

/** "process" is the thread device in another process, over vfio-user. */
export type DeviceName = "thread" | "process" | "stub";

/** One engine at one depth against one device. */
export interface LoopRow {
  readonly case: "loop";
  readonly engine: EngineName;
  readonly depth: number;
  readonly clock: boolean;
  readonly device: DeviceName;
  readonly nsPerCommand: Spread;
  /** Of each round's figure to that of C++ in the same round. */
  readonly ratioToCpp: Spread;
  /** Not of the stub: completions per sweep that found any. */
  readonly perSweep?: number;
  /** Not of the stub: share of the slices in which something else had one of the CPUs. */
  readonly disturbed?: number;
  /** What made the code that ran. */
  readonly compiler: string;
}

/** A stub's batch is short, and its median settles soon. */
const STUB_SHARE = 0.25;

interface Cell {
  readonly device: DeviceName;
  readonly depth: number;
  readonly clock: boolean;
}

interface Sample {
  readonly nsPerCommand: number;
  readonly perSweep?: number;
  readonly disturbed?: number;
}

/** What the rounds found, and the size of the pages that they worked in. */
export interface LoopResult {
  readonly rows: readonly LoopRow[];
  readonly pageBytes: number;
}

/** Pins this thread to one CPU and measures all engines. C++ is the first of them. */
export async function measureLoops(
  options: LoopOptions,
  progress: (text: string) => void,
): Promise<LoopResult> {
  const [hostCpu, deviceCpu] = twoCpus();
  const remote = options.devices.includes("process") ? await ProcessDevice.open(deviceCpu) : null;
  systemCalls().pinThread(hostCpu);
  const native = loadBenchNative();
  const local = new Bench(native, options.scale);
  local.check(options.depths);
  const thread = new ThreadCase(local.memory, threadDevice(native, deviceCpu));
  const stub = new StubCase(local.memory, native);
  const cases: Partial<Record<DeviceName, Case>> = {
    thread: { bench: local, measure: thread.measure.bind(thread) },
    stub: {
      bench: local,
      measure: async (engine, depth, clock, seconds) => ({
        nsPerCommand: stub.measure(engine, depth, clock, seconds * STUB_SHARE),
      }),
    },
  };
  if (remote !== null) {
    const bench = new Bench(native, options.scale, remote.memory);
    const process = new ThreadCase(bench.memory, remote);
    cases.process = { bench, measure: process.measure.bind(process) };
  }
  const rows = await rounds(cases, options, progress);
  local.memory.close();
  await remote?.close();
  return { rows, pageBytes: local.memory.pageBytes };
}

/** A memory, and the engines in it. */
class Bench {
  readonly memory: BenchMemory;
  readonly engines: readonly Engine[];
  readonly #native: BenchNative;

  /** JavaScript is there for what WebAssembly brings, and once is enough: code of it that has met two memories is slower. */
  constructor(native: BenchNative, scale: ClockScale | null, memory?: LinearMemory) {
    this.#native = native;
    this.memory = new BenchMemory(scale, memory);
    this.claim();
    const compiled = [new CppEngine(native), new WasmEngine(this.memory)];
    this.engines = memory === undefined ? [...compiled, new JsEngine(this.memory)] : compiled;
  }

  /** Has the clock and the addon work here from now on. */
  claim(): void {
    this.memory.claim(this.#native);
  }

  check(depths: readonly number[]): void {
    checkSameWork(this.memory, this.#native, this.engines, depths);
  }
}

interface Case {
  readonly bench: Bench;
  readonly measure: (
    engine: Engine,
    depth: number,
    clock: boolean,
    seconds: number,
  ) => Promise<Sample>;
}

async function rounds(
  cases: Partial<Record<DeviceName, Case>>,
  options: LoopOptions,
  progress: (text: string) => void,
): Promise<LoopRow[]> {
  const cells = cellsOf(options);
  const enginesOf = ({ device }: Cell) => cases[device]!.bench.engines;
  const samples = cells.map((cell) => enginesOf(cell).map((): Sample[] => []));
  for (let round = 0; round < options.rounds; round++) {
    progress(`round ${round + 1} of ${options.rounds}`);
    for (const [index, { device, depth, clock }] of cells.entries()) {
      const { bench, measure } = cases[device]!;
      bench.claim();
      for (let turn = 0; turn < bench.engines.length; turn++) {
        const which = (turn + round) % bench.engines.length;
        const engine = bench.engines[which]!;
        samples[index]![which]!.push(await measure(engine, depth, clock, options.seconds));
      }
    }
  }
  return cells.flatMap((cell, index) =>
    enginesOf(cell).map((engine, which) =>
      rowOf(cell, engine, samples[index]![which]!, samples[index]![0]!),
    ),
  );
}

function rowOf(
  cell: Cell,
  engine: Engine,
  samples: readonly Sample[],
  cpp: readonly Sample[],
): LoopRow {
  const ratios = samples.map(({ nsPerCommand }, round) => nsPerCommand / cpp[round]!.nsPerCommand);
  return {
    case: "loop",
    engine: engine.name,
    ...cell,
    nsPerCommand: spread(samples.map(({ nsPerCommand }) => nsPerCommand)),
    ratioToCpp: spread(ratios),
    ...(cell.device !== "stub" && {
      perSweep: median(samples.map(({ perSweep }) => perSweep ?? 0)),
      disturbed: median(samples.map(({ disturbed }) => disturbed ?? 0)),
    }),
    compiler: engine.compiler(),
  };
}

/** Slices without a clock are ended by the device, which knows no time in another process. */
function cellsOf({ devices, depths }: LoopOptions): Cell[] {
  return devices.flatMap((device) =>
    (device === "process" ? [true] : [true, false]).flatMap((clock) =>
      depths.map((depth) => ({ device, clock, depth })),
    ),
  );
}

/** For host and device. */
export function twoCpus(): [number, number] {
  const [first, second] = systemCalls().allowedCpus();
  if (first === undefined || second === undefined) {
    throw new PhasebitError("ENVIRONMENT", "pin host and device: two CPUs are needed");
  }
  return [first, second];
}
