// phasebit regs --in-place: registers through a BAR of a made-up machine, whose driver keeps the function.
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Register } from "../../assembly/spec/registers.ts";
import { type RegsFlags, regs } from "../../src/actions/regs.ts";
import { packageRoot } from "../../src/ground/package.ts";
import { registersInPlace } from "../../src/pci/in-place.ts";
import { PciTree } from "../pci/tree.ts";

const ADDRESS = "0000:01:00.0";
const schema = readFileSync(join(packageRoot, "results/inspection.schema.json"), "utf8");
const matches = new Ajv2020({ strict: true }).compile(JSON.parse(schema));
let tree: PciTree;
beforeEach(() => {
  tree = new PciTree();
});
afterEach(() => tree.remove());

const bar = (): string => join(tree.functionFolder(ADDRESS), "resource0");

/** A function that nvme has, enabled, with these registers. */
function drive({ command = 0x06 } = {}): Buffer {
  const config = Buffer.alloc(64);
  config.writeUInt16LE(command, 4);
  const files = { config: config.toString("latin1"), power_state: "D0" };
  tree.addFunction(ADDRESS, { driver: "nvme", files });
  const registers = Buffer.alloc(8192);
  registers.writeUInt32LE(0x10400, Register.VS);
  registers.writeUInt32LE(0x460001, Register.CC);
  registers.writeUInt32LE(1, Register.CSTS);
  writeFileSync(bar(), registers);
  return registers;
}

async function printed(names: readonly string[], flags: Partial<RegsFlags>): Promise<string> {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await regs(names, { device: ADDRESS, access: "lo-hi", inPlace: true, ...flags }, tree);
    return write.mock.calls.map(([text]) => text).join("");
  } finally {
    write.mockRestore();
  }
}

describe("is refused", () => {
  test("with something to write, and of what is no PCI function", async () => {
    drive();
    await expect(printed([], { set: ["CC=0"] })).rejects.toThrow(/--in-place: only looks/);
    await expect(printed([], { device: "embedded" })).rejects.toThrow(/no PCI address/);
    await expect(printed([], { device: "0000:02:00.0" })).rejects.toThrow(/no such PCI function/);
  });

  test("in one access of eight bytes", async () => {
    drive();
    await expect(printed(["CAP"], { access: "64" })).rejects.toThrow(/no access of eight bytes/);
  });

  test("without memory space, and asleep, before a register is read", async () => {
    drive({ command: 0x04 });
    await expect(printed([], {})).rejects.toThrow(/its memory space is switched off/);
    tree.file(join(tree.functionFolder(ADDRESS), "power_state"), "D3hot\n");
    await expect(printed([], {})).rejects.toThrow(/it is in D3hot; echo on > /);
  });

  test("where there is no such BAR", async () => {
    drive();
    tree.drop(bar());
    await expect(printed([], {})).rejects.toMatchObject({ code: "ENVIRONMENT" });
  });
});

test("shows what is there, says that somebody goes on with it, and changes nothing", async () => {
  const before = drive();
  chmodSync(bar(), 0o444);
  const text = await printed(["VS", "CC", "CSTS"], {});
  expect(text).toMatch(/^in place: whoever has the function goes on with it/);
  expect(text).toMatch(/^ *8h +VS +0x00010400/m);
  expect(readFileSync(bar()).equals(before)).toBe(true);
});

test("a document of its schema, with all registers", async () => {
  drive();
  const document = JSON.parse(await printed([], { json: true }));
  expect(matches(document) || matches.errors).toBe(true);
  const valueIn = (wanted: string) =>
    document.registers.find(({ name }: { name: string }) => name === wanted).value;
  expect(document.inPlace).toBe(true);
  expect([valueIn("VS"), valueIn("CC"), valueIn("CSTS")]).toEqual([0x10400, 0x460001, 1]);
});

test("nothing writes: not by the library either", () => {
  drive();
  const place = registersInPlace(ADDRESS, tree);
  expect(place.driver).toBe("nvme");
  expect(() => place.write32()).toThrow(/only looked at/);
  expect(() => place.read32(2)).toThrow(RangeError);
  expect(() => place.read32(8192)).toThrow(RangeError);
});

test("registers that read all-ones are nobody's answer", async () => {
  drive();
  writeFileSync(bar(), Buffer.alloc(8192, 0xff));
  await expect(printed([], {})).rejects.toMatchObject({ code: "DEVICE" });
});
