// What a pause between two looks costs or brings on the thread device, which completes at once: the curve in
// docs/measuring.md. Every pause has its turn in every round.
//
//   npm run build && node bench/native/build.mjs && node dist/bench/pauses.js [rounds]
import { native as systemCalls } from "../src/compiled/native.ts";
import { BenchMemory } from "./bench-memory.ts";
import { twoCpus } from "./loops.ts";
import { loadBenchNative } from "./native.ts";
import { threadDevice } from "./null-device.ts";
import { median } from "./statistics.ts";
import { ThreadCase } from "./thread-case.ts";
import { WasmEngine } from "./wasm-engine.ts";

const PAUSES_NS = [0, 10, 20, 50, 100, 200, 500, 1000];
const DEPTHS = [1, 8, 32, 128];
const SECONDS = 0.1;

const rounds = Number(process.argv[2] ?? 5);
const [hostCpu, deviceCpu] = twoCpus();
systemCalls().pinThread(hostCpu);
const memory = new BenchMemory(null);
const native = loadBenchNative();
native.attach(memory.memory.bytes, null);
const engine = new WasmEngine(memory);
const thread = new ThreadCase(memory, threadDevice(native, deviceCpu));

console.log(`| depth | ${PAUSES_NS.map((ns) => `${ns} ns`).join(" | ")} |`);
for (const depth of DEPTHS) {
  const costs = PAUSES_NS.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, pauseNs] of PAUSES_NS.entries()) {
      engine.pauseNs = pauseNs;
      const { nsPerCommand } = await thread.measure(engine, depth, true, SECONDS);
      costs[index]!.push(nsPerCommand);
    }
  }
  console.log(`| ${depth} | ${costs.map((own) => median(own).toFixed(1)).join(" | ")} |`);
}
memory.close();
