// The loop of several builds, in turn, in one process: node dist/bench/builds.js before.wasm after.wasm. Differences of a few
// percent show, which two runs of the benchmark hide: cores and clocks are then other ones. The first is what the others
// are held against.
import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import type { HostExports } from "../src/compiled/bindings.ts";
import { chooseClock } from "../src/compiled/clock.ts";
import { native as systemCalls } from "../src/compiled/native.ts";
import { BenchMemory } from "./bench-memory.ts";
import { CppEngine } from "./cpp-engine.ts";
import type { Engine } from "./engine.ts";
import { DEPTHS, twoCpus } from "./loops.ts";
import { loadBenchNative } from "./native.ts";
import { threadDevice } from "./null-device.ts";
import { median, quantile } from "./statistics.ts";
import { StubCase } from "./stub-case.ts";
import { ThreadCase } from "./thread-case.ts";
import { type Instantiate, WasmEngine } from "./wasm-engine.ts";

/** Of one engine in one case: short, for what disturbs the machine lasts longer. */
const SECONDS = { stub: 0.02, thread: 0.05 } as const;

const program = new Command("builds")
  .argument(
    "<module...>",
    "build/host.wasm of a build, as far back as its exports are called alike; or cpp",
  )
  .option("--rounds <count>", "times that every case is measured", whole, 15)
  .action(main);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`builds: ${(error as Error).message}\n`);
  process.exitCode = 2;
}

async function main(
  modules: readonly string[],
  { rounds }: { readonly rounds: number },
): Promise<void> {
  const scale = await chooseClock("auto");
  const [hostCpu, deviceCpu] = twoCpus();
  systemCalls().pinThread(hostCpu);
  const memory = new BenchMemory(scale);
  const native = loadBenchNative();
  native.attach(memory.memory.bytes, scale);
  const engines = modules.map((name) =>
    name === "cpp" ? new CppEngine(native) : new WasmEngine(memory, instantiating(name)),
  );
  const stub = new StubCase(memory, native);
  const thread = new ThreadCase(memory, threadDevice(native, deviceCpu));
  const devices = {
    stub: async (engine: Engine, depth: number, clock: boolean) =>
      stub.measure(engine, depth, clock, SECONDS.stub),
    thread: async (engine: Engine, depth: number, clock: boolean) =>
      (await thread.measure(engine, depth, clock, SECONDS.thread)).nsPerCommand,
  };
  console.log(`${"".padEnd(20)}${modules.map((name) => name.slice(-26).padStart(28)).join("")}`);
  for (const [device, measure] of Object.entries(devices)) {
    for (const clock of [true, false]) {
      for (const depth of DEPTHS) {
        const costs = await inTurn(engines, rounds, (engine) => measure(engine, depth, clock));
        const name = `${device}${clock ? ", clock" : ""} ${depth}`;
        console.log(`${name.padEnd(20)}${costs.map((own) => cell(own, costs[0]!)).join("")}`);
      }
    }
  }
  memory.close();
}

/** Each engine once a round, and each round begins with another. @returns what each cost, round by round */
async function inTurn(
  engines: readonly Engine[],
  rounds: number,
  measure: (engine: Engine) => Promise<number>,
): Promise<number[][]> {
  const costs = engines.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < engines.length; turn++) {
      const which = (turn + round) % engines.length;
      costs[which]!.push(await measure(engines[which]!));
    }
  }
  return costs;
}

/** "12.3ns 1.04 (1.02-1.05)": the median, and median and quartiles of the ratio to the first in the same round. */
function cell(own: readonly number[], first: readonly number[]): string {
  const ratios = own.map((cost, round) => cost / first[round]!);
  const quartiles = [0.25, 0.75].map((q) => quantile(ratios, q).toFixed(2)).join("-");
  return `${median(own).toFixed(1)}ns ${median(ratios).toFixed(2)} (${quartiles})`.padStart(28);
}

/** Another build's exports are not held against what this one knows: a function more or less is no harm here. */
function instantiating(file: string): Instantiate {
  const module = new WebAssembly.Module(readFileSync(file));
  const none = (): void => {};
  return (memory, imports) => {
    const env = { memory, block: none, sleep: none, ...imports };
    return new WebAssembly.Instance(module, { env }).exports as unknown as HostExports;
  };
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("must be a whole number above 0");
}
