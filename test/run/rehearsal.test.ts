import { expect, test } from "vitest";
import { tierOfLoop } from "../../src/run/job-loop.ts";
import { plainWait } from "../../src/run/job-task.ts";
import { rehearse } from "../../src/run/rehearsal.ts";
import { parseWorkload } from "../../src/run/workload.ts";
import { completionModes } from "../../src/run/workload-options.ts";
import { tierOf } from "../../src/tier.ts";
import { instantiateHost } from "../../src/wasm.ts";

const kinds = completionModes.flatMap((completion) =>
  [false, true].map((stages) => ({ completion, stages })),
);

/** An instance that has run nothing: what it is made of is the module's. */
function freshLoop() {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  return instantiateHost(memory, { clock: () => {} });
}

test("a function that never ran was made by no compiler, one that ran once by the baseline one", () => {
  const wasm = freshLoop();
  expect(tierOf([wasm.tail])).toBe("unknown");
  wasm.tail();
  expect(tierOf([wasm.tail])).toBe("liftoff");
});

test("optimized are functions only when all of them are", async () => {
  await rehearse([parseWorkload({})]);
  const wasm = freshLoop();
  wasm.tail();
  expect(tierOf([wasm.run])).toBe("turbofan");
  expect(tierOf([wasm.run, wasm.tail])).toBe("liftoff");
});

test.each(kinds)(
  "after its rehearsal the loop of $completion (stages: $stages) is optimized",
  async (kind) => {
    const workload = parseWorkload({ completion: kind.completion, stages: kind.stages });
    await rehearse([workload]);
    const task = { wait: plainWait(workload), stages: kind.stages };
    expect(tierOfLoop(freshLoop(), task)).toBe("turbofan");
  },
);

test("a kind of loop is rehearsed once in a process", async () => {
  const workload = parseWorkload({});
  await rehearse([workload]);
  const before = process.cpuUsage();
  for (let again = 0; again < 1000; again++) await rehearse([workload, workload]);
  const { user } = process.cpuUsage(before);
  // a thousand rehearsals take minutes
  expect(user).toBeLessThan(10_000_000);
});
