// TypeScript's view of the compiled modules is printed from them and kept in the repository.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { deviceArity, hostArity } from "../../src/compiled/bindings.ts";
import { instantiateHost, wasmModule } from "../../src/compiled/modules.ts";
import { packageRoot } from "../../src/ground/package.ts";

const kept = join(packageRoot, "src/compiled/bindings.ts");

test("the bindings are those of the modules as they were compiled", () => {
  const printed = readFileSync(join(packageRoot, "build/bindings.ts"), "utf8");
  if (process.env.UPDATE_BINDINGS !== undefined) writeFileSync(kept, printed);
  expect(readFileSync(kept, "utf8")).toBe(printed);
});

test.each([
  ["host", hostArity],
  ["device", deviceArity],
] as const)("every export of the %s module is known, and no other", (name, arity) => {
  const exported = WebAssembly.Module.exports(wasmModule(name)).map((one) => one.name);
  expect(exported.toSorted()).toEqual(Object.keys(arity).toSorted());
});

test("a module of another build is one clear error", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const imports = { clock: () => {}, interrupt: () => {}, unmasked: () => 0 };
  expect(() => instantiateHost(memory, imports, wasmModule("device"))).toThrow(
    /WebAssembly modules: \w+ is another function than the program knows; run "npm run build"/,
  );
});
