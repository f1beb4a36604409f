// The module as a binary: what it imports and exports, and that it brings no data into the shared memory.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";

const binary = readFileSync(join(packageRoot, "build/device.wasm"));
const module = new WebAssembly.Module(binary);

const DATA_SECTION = 11;

/** Numbers of the sections in a Wasm binary. */
function sections(): number[] {
  const found: number[] = [];
  for (let offset = 8; offset < binary.length; ) {
    found.push(binary[offset++]!);
    let bytes = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = binary[offset++]!;
      bytes |= (byte & 0x7f) << shift;
      more = byte >= 0x80;
    }
    offset += bytes;
  }
  return found;
}

test("it has no data segments: two modules share the memory, and neither may write into the other", () => {
  expect(sections()).not.toContain(DATA_SECTION);
});

test("it imports memory, clock and interrupts, and nothing that could throw", () => {
  const names = WebAssembly.Module.imports(module).map((entry) => `${entry.module}.${entry.name}`);
  expect(names.sort()).toEqual(["env.clock", "env.interrupt", "env.memory", "env.unmasked"]);
});

test("it exports what its contract names", () => {
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  expect(names.sort()).toEqual([
    "addFault",
    "addNamespace",
    "create",
    "faultsFired",
    "havePassed",
    "identity",
    "idleMicros",
    "nextDue",
    "run",
    "runSlice",
    "setCmb",
    "setInterrupts",
    "setLatency",
    "setPause",
    "setPmr",
    "setSgls",
    "setVersion",
    "step",
    "stopped",
    "turn",
    "waiting",
  ]);
});
