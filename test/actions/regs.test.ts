// phasebit regs, without a process: what is typed, what is written, and controllers in every state.
import { describe, expect, test } from "vitest";
import { ALL_ONES, Register } from "../../assembly/spec/registers.ts";
import {
  parseWrite,
  requireWriteConsent,
  structureNamed,
} from "../../src/actions/register-writes.ts";
import { inspectRegisters } from "../../src/actions/regs.ts";
import { changesBetween, parseInterval } from "../../src/actions/regs-watch.ts";
import { controllerWords } from "../../src/decode/controller-words.ts";
import { registerNamed, registerStructures } from "../../src/decode/registers.ts";
import { readRegister, writeFields } from "../../src/nvme/register-values.ts";
import { Registers } from "../../src/nvme/registers.ts";
import { linesFor } from "../../src/text/compare-frame.ts";
import { changeLines } from "../../src/text/register-changes.ts";
import { registerReport } from "../../src/text/registers.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { openStepped, work } from "../nvme/devices.ts";

const plain = linesFor({ color: false, columns: 80 });
const report = (outcome: ReturnType<typeof inspectRegisters>, isChosen = false): string[] =>
  registerReport(outcome, { isChosen }, plain);

describe("what is typed wrong is refused before anything is opened", () => {
  test.each([
    ["", /^--set "": expected REGISTER=value or REGISTER.FIELD=value$/],
    ["CC", /^--set CC: expected REGISTER=value/],
    ["CC.EN", /^--set CC\.EN: expected FIELD=value after the point/],
    ["CC.EN=1=2", /^--set CC\.EN=1=2: expected FIELD=value/],
    ["CC.EN=2", /^--set CC\.EN=2: the largest value there is 1 \(0x1\)$/],
    [
      "CC=0x100000000",
      /^--set CC=0x100000000: the largest value there is 4294967295 \(0xffffffff\)$/,
    ],
    ["CC=one", /^--set CC=one: a value is a whole number/],
    ["CC=-1", /^--set CC=-1: a value is a whole number/],
    ["CC=", /^--set CC=: a value is a whole number/],
    ["CX=1", /^register CX: did you mean CC\? phasebit knows CAP, VS, /],
    ["CSTS.CFSS=1", /^field CFSS of CSTS: did you mean CFS\? phasebit knows RDY, CFS, /],
    ["CC.EN=1,\x1b[2J=1", /^field \\x1b\[2J of CC: phasebit knows EN, /],
  ])("--set %j", (text, message) => {
    expect(() => parseWrite(text)).toThrow(message);
    expect(() => parseWrite(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  test.each(["0", "0ms", "abc", "500us"])("--watch %s", (text) => {
    expect(() => parseInterval(text)).toThrow(/^--watch /);
  });

  test("a register that is none", () => {
    expect(() => structureNamed("nvme")).toThrow(/^register nvme: phasebit knows /);
  });

  test("a write that reaches beyond this controller, without consent", () => {
    const writes = ["CC.EN=0", "NSSR=0x4e564d65"].map(parseWrite);
    expect(() => requireWriteConsent(writes, "embedded", undefined)).toThrow(
      expect.objectContaining({ code: "REFUSED" }),
    );
    expect(() => requireWriteConsent(writes, "embedded", true)).not.toThrow();
    expect(() => requireWriteConsent(writes.slice(0, 1), "embedded", false)).not.toThrow();
  });
});

test("what is typed right", () => {
  expect(parseInterval(undefined)).toBeNull();
  expect(parseInterval(true)).toBe(100);
  expect(parseInterval("20ms")).toBe(20);
  expect(parseWrite("cc=0x460001")).toMatchObject({
    structure: { name: "CC" },
    change: { whole: 0x46_0001n },
  });
  expect(parseWrite("CC.iosqes=6,EN=0x1")).toMatchObject({
    change: { fields: [{ field: { name: "IOSQES" }, value: 6n }, { field: { name: "EN" } }] },
  });
  expect(parseWrite(`ASQ=${2n ** 64n - 1n}`)).toMatchObject({ change: { whole: 2n ** 64n - 1n } });
});

describe("a write", () => {
  test("of fields leaves the others as they are, in one access", async () => {
    const trace: string[] = [];
    const { registers } = await openStepped("size=16m", (line) => trace.push(line));
    registers.write(Register.CC, 0x0046_0000);
    const { writes, registers: found } = inspectRegisters(
      registers,
      [registerNamed("CC")!],
      [parseWrite("CC.AMS=1,IOSQES=7")],
      "lo-hi",
    );
    expect(writes).toMatchObject([{ value: 0x0047_0800n, after: 0x0047_0800 }]);
    expect(found[0]!.value).toBe(0x0047_0800);
    expect(trace.filter((line) => line.startsWith("write"))).toHaveLength(2);
  });

  test("tells what the register reads when it is another value", async () => {
    const { registers } = await openStepped();
    const outcome = inspectRegisters(registers, [], [parseWrite("VS=1")], "lo-hi");
    expect(report(outcome)[1]).toBe("wrote   VS 0x00000001, it reads 0x00010400");
  });

  test("of one field clears no other that a 1 clears", async () => {
    const { registers } = await openStepped();
    registers.write(Register.NSSR, 0x4e56_4d65);
    expect(registers.fields(Register.CSTS).NSSRO).toBe(1);
    inspectRegisters(registers, [], [parseWrite("CSTS.PP=0")], "lo-hi");
    expect(registers.fields(Register.CSTS).NSSRO).toBe(1);
    inspectRegisters(registers, [], [parseWrite("CSTS.NSSRO=1")], "lo-hi");
    expect(registers.fields(Register.CSTS).NSSRO).toBe(0);
  });

  test("of fields is not made up from all-ones", () => {
    const writes: number[] = [];
    const registers = new Registers(gone((offset) => writes.push(offset)));
    expect(() => writeFields(registers, registerNamed("CC")!, [])).toThrow(/reads all-ones/);
    expect(writes).toEqual([]);
  });

  test.each(["64", "lo-hi", "hi-lo"] as const)("of eight bytes: %s", async (access) => {
    const { registers } = await openStepped();
    const writes = [parseWrite("ASQ.ASQB=0x123456789abcd")];
    const outcome = inspectRegisters(registers, [registerNamed("ASQ")!], writes, access);
    expect(outcome.registers[0]!.value).toBe(0x1234_5678_9abc_d000n);
  });
});

/** A device that was pulled out. */
function gone(write32: (offset: number) => void = () => {}): Transport {
  const all = 2n ** 64n - 1n;
  return {
    address: "gone",
    read32: () => ALL_ONES,
    read64: () => all,
    write32,
  } as unknown as Transport;
}

describe("a controller", () => {
  const look = (registers: Registers) =>
    inspectRegisters(registers, registerStructures, [], "lo-hi");

  test("that is gone: said so, and no field is made of all-ones", () => {
    const outcome = look(new Registers(gone()));
    expect(outcome.state.condition).toBe("gone");
    const lines = report(outcome);
    expect(lines[0]).toBe("state   no device answers: its registers read all-ones");
    expect(lines).toHaveLength(1 + registerStructures.length);
  });

  test("that never becomes ready", async () => {
    const { registers } = await openStepped("size=16m&fault=never-ready");
    registers.write(Register.AQA, 0x001f_001f);
    registers.write64(Register.ASQ_LO, 0x1_0000_0000n);
    registers.write64(Register.ACQ_LO, 0x1_0000_1000n);
    const writes = [parseWrite("CC.IOSQES=6,IOCQES=4,EN=1")];
    const outcome = inspectRegisters(registers, registerStructures, writes, "lo-hi");
    expect(outcome.state).toEqual({
      condition: "waiting",
      text: "enabled, but not ready: it is starting, or hangs",
    });
    registers.write(Register.CC, 0);
  });

  test("that has failed", async () => {
    const device = await openStepped("size=16m&fault=cfs:op=admin");
    const controller = await device.enable();
    const page = device.memory.allocate(4096);
    controller.admin.post(
      new Uint32Array([6, 0, 0, 0, 0, 0, page.pointer, 1, 0, 0, 1, 0, 0, 0, 0, 0]),
    );
    controller.admin.ring();
    await work(device);
    const outcome = look(device.registers);
    expect(outcome.state.condition).toBe("fatal");
    expect(report(outcome)[0]).toBe("state   the controller has failed: CSTS.CFS is 1");
  });

  test("that is disabled: nothing is written, and optional registers that are 0 are left out", async () => {
    const trace: string[] = [];
    const { registers } = await openStepped("size=16m", (line) => trace.push(line));
    const outcome = look(registers);
    expect(outcome.state).toEqual({ condition: "disabled", text: "disabled" });
    expect(trace.some((line) => line.startsWith("write"))).toBe(false);
    const lines = report(outcome);
    expect(lines.join("\n")).not.toContain("PMRCAP");
    expect(lines.join("\n")).toMatch(
      /\n {8}\d+ registers of optional features that are 0 are not shown/,
    );
    expect(report(outcome, true).join("\n")).toContain("PMRCAP");
    expect(lines.every(({ length }) => length <= 80)).toBe(true);
  });

  test.each([
    [0x46_0001, 0b1, "ready"],
    [0x46_0001, 0b100001, "ready"],
    [0x46_0000, 0b1, "waiting"],
    [0x46_4001, 0b0101, "shutting-down"],
    [0x46_4001, 0b1001, "shut-down"],
    [0x46_0001, 0b11, "fatal"],
  ])("with CC %d and CSTS %d is %s", (cc, csts, condition) => {
    expect(controllerWords(cc, csts).condition).toBe(condition);
  });
});

test("a change is told with the fields that it is in", async () => {
  const { registers } = await openStepped();
  const both = ["CC", "CSTS"].map((name) => registerNamed(name)!);
  const read = () => both.map((structure) => readRegister(registers, structure));
  const before = read();
  expect(changesBetween(before, read())).toEqual([]);
  registers.write(Register.CC, 0x0046_0000);
  const [change, ...others] = changesBetween(before, read());
  expect(others).toEqual([]);
  expect(changeLines(change!, 1234.4, plain)).toEqual([
    "    1.234s  CC       0x00000000 -> 0x00460000",
    "            IOSQES 0 -> 6 (64B), IOCQES 0 -> 4 (16B)",
  ]);
});
