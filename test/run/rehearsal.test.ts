import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { instantiateHost, wasmModule } from "../../src/compiled/modules.ts";
import { tierOf } from "../../src/compiled/tier.ts";
import { packageRoot } from "../../src/ground/package.ts";
import { parseWorkload } from "../../src/measurement/workload.ts";
import { completionModes } from "../../src/measurement/workload-options.ts";
import { tierOfLoop } from "../../src/run/job-loop.ts";
import { plainWait } from "../../src/run/job-task.ts";
import { rehearse } from "../../src/run/rehearsal.ts";

const kinds = [
  ...completionModes.flatMap((completion) =>
    [false, true].map((stages) => ({ completion, stages, shadows: false })),
  ),
  { completion: "poll" as const, stages: false, shadows: true },
];

/** An instance that has run nothing: what it is made of is the module's. */
function freshLoop(module = wasmModule("host")) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  return instantiateHost(memory, { clock: () => {} }, module);
}

/** The host module with a custom section of its own: V8 shares no code with what other tests have run. */
function ownModule(): WebAssembly.Module {
  const section = [0, 5, 4, ...Buffer.from("test")];
  const bytes = readFileSync(join(packageRoot, "build/host.wasm"));
  return new WebAssembly.Module(Uint8Array.from([...bytes, ...section]));
}

test("a function that never ran was made by no compiler, one that ran once by the baseline one", () => {
  const wasm = freshLoop(ownModule());
  expect(tierOf([wasm.tail])).toBe("unknown");
  wasm.tail();
  expect(tierOf([wasm.tail])).toBe("liftoff");
});

test("optimized are functions only when all of them are", async () => {
  await rehearse([parseWorkload({})]);
  const { run } = freshLoop();
  const { tail } = freshLoop(ownModule());
  tail();
  expect(tierOf([run])).toBe("turbofan");
  expect(tierOf([run, tail])).toBe("liftoff");
});

test.each(kinds)(
  "after its rehearsal the loop of $completion (stages: $stages, shadows: $shadows) is optimized",
  async (kind) => {
    const { completion, stages, shadows } = kind;
    const workload = parseWorkload({ completion, stages, shadowDoorbells: shadows });
    await rehearse([workload]);
    const sqTailShadow = shadows ? { shadow: 0, event: 0 } : null;
    const task = { wait: plainWait(workload), stages, queue: { sqTailShadow } };
    expect(tierOfLoop(freshLoop(), task)).toBe("turbofan");
  },
);

test("a kind of loop is rehearsed once in a process", async () => {
  const workload = parseWorkload({});
  await rehearse([workload]);
  const memories = vi.spyOn(WebAssembly, "Memory");
  await rehearse([workload, workload]);
  expect(memories).not.toHaveBeenCalled();
  memories.mockRestore();
});
