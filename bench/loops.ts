// The rounds: every case meets every engine once a round, one right after the other, so that what
// disturbs the machine for a while disturbs all of them.

import { type ClockScale, native as systemCalls } from "../src/compiled/native.ts";
import { PhasebitError } from "../src/ground/errors.ts";
import { BenchMemory } from "./bench-memory.ts";
import { CppEngine } from "./cpp-engine.ts";
import type { Engine, EngineName } from "./engine.ts";
import { JsEngine } from "./js-engine.ts";
import { loadBenchNative } from "./native.ts";
import { DEEPEST } from "./place.ts";
import { checkSameWork } from "./same-work.ts";
import { median, type Spread, spread } from "./statistics.ts";
import { StubCase } from "./stub-case.ts";
import { ThreadCase } from "./thread-case.ts";
import { WasmEngine } from "./wasm-engine.ts";

export const DEPTHS: readonly number[] = [1, 8, 32, 128, DEEPEST];

export interface LoopOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly depths: readonly number[];
  readonly devices: readonly DeviceName[];
  /** Of the clock; null is CLOCK_MONOTONIC. */
  readonly scale: ClockScale | null;
}

export type DeviceName = "thread" | "stub";

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
  /** Thread device only: completions per sweep that found any. */
  readonly perSweep?: number;
  /** Thread device only: share of the slices in which something else had one of the CPUs. */
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
export function measureLoops(options: LoopOptions, progress: (text: string) => void): LoopResult {
  const [hostCpu, deviceCpu] = twoCpus();
  systemCalls().pinThread(hostCpu);
  const memory = new BenchMemory(options.scale);
  const native = loadBenchNative();
  native.attach(memory.memory.bytes, options.scale);
  const engines = [new CppEngine(native), new WasmEngine(memory), new JsEngine(memory)];
  checkSameWork(memory, native, engines, options.depths);

  const thread = new ThreadCase(memory, native, deviceCpu);
  const stub = new StubCase(memory, native);
  const measure: Measure = (engine, { device, depth, clock }) =>
    device === "thread"
      ? thread.measure(engine, depth, clock, options.seconds)
      : { nsPerCommand: stub.measure(engine, depth, clock, options.seconds * STUB_SHARE) };
  const rows = rounds(engines, options, measure, progress);
  memory.close();
  return { rows, pageBytes: memory.pageBytes };
}

type Measure = (engine: Engine, cell: Cell) => Sample;

function rounds(
  engines: readonly Engine[],
  options: LoopOptions,
  measure: Measure,
  progress: (text: string) => void,
): LoopRow[] {
  const cells = cellsOf(options);
  const samples = cells.map(() => engines.map((): Sample[] => []));
  for (let round = 0; round < options.rounds; round++) {
    progress(`round ${round + 1} of ${options.rounds}`);
    for (const [index, cell] of cells.entries()) {
      for (let turn = 0; turn < engines.length; turn++) {
        const which = (turn + round) % engines.length;
        samples[index]![which]!.push(measure(engines[which]!, cell));
      }
    }
  }
  return cells.flatMap((cell, index) =>
    engines.map((engine, which) =>
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
    ...(cell.device === "thread" && {
      perSweep: median(samples.map(({ perSweep }) => perSweep ?? 0)),
      disturbed: median(samples.map(({ disturbed }) => disturbed ?? 0)),
    }),
    compiler: engine.compiler(),
  };
}

function cellsOf({ devices, depths }: LoopOptions): Cell[] {
  return devices.flatMap((device) =>
    [true, false].flatMap((clock) => depths.map((depth) => ({ device, clock, depth }))),
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
