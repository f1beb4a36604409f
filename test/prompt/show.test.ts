// Values as a prompt shows them: decoded, in a terminal's width, and harmless whatever a device wrote.
import { join } from "node:path";
import picocolors from "picocolors";
import { describe, expect, test } from "vitest";
import { openEmbedded } from "../../src/embedded/transport.ts";
import { packageRoot } from "../../src/ground/package.ts";
import { completionOf } from "../../src/nvme/completion.ts";
import { copyIn } from "../../src/nvme/copy.ts";
import { Device } from "../../src/nvme/device.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { refuseDestruction } from "../../src/prompt/guard.ts";
import { hexDump } from "../../src/prompt/hex-dump.ts";
import { show } from "../../src/prompt/show.ts";
import { verbsOf } from "../../src/prompt/verbs.ts";
import { openStepped, withPair } from "../nvme/devices.ts";

const lines = { colors: picocolors.createColors(false), columns: 80 };
const shown = (value: unknown): string => show(value, lines);

test("a completion with its status in words, and of an error what to do", () => {
  expect(shown(completionOf([0, 0, 0x1_0002, 0x1234 | (1 << 16)]))).toBe(
    "CQE sq 1 cid 1234h SQHD 2 p1 DW0 00000000h Successful Completion (0/00)",
  );
  const error = completionOf([0, 0, 0x1_0002, 7 | (((0x80 << 1) | (1 << 15)) << 16)]);
  expect(shown(error)).toMatch(/LBA Out of Range \(0\/80\) Do Not Retry\n {4}\S+/);
  expect(shown([error, error]).split("\n")).toHaveLength(4);
  expect(shown(Array(1000).fill(error))).toMatch(/and 936 more$/);
});

test("an entry by its dwords, as both queues would take it", () => {
  const text = shown(sqe.command({ opcode: 2, nsid: 1 }));
  expect(text).toMatch(/^SQE opcode 02h \(admin Get Log Page, I\/O Read\), CID 0000h\n/);
  expect(text).toContain("CDW0   00000002 00000001 00000000 00000000");
});

test("memory as a dump; what was given back says so", async () => {
  const { page } = await withPair();
  page.write(Uint8Array.from("phasebit\x1b[31m", (character) => character.charCodeAt(0)));
  const text = shown(page);
  expect(text).toMatch(/^region of 4096 bytes, pointer [0-9A-F]+h, IOVA [0-9A-F]+h\n/);
  expect(text).toContain("phasebit.[31m");
  expect(text).not.toContain("\x1b");
  expect(text).toMatch(/\n\*\n[0-9a-f]{8} .*\n3584 bytes more$/);
  page.release();
  expect(shown(page)).toBe("region of 4096 bytes, given back");
});

test("a dump shows all bytes of a short piece, and none of nothing", () => {
  expect(hexDump(Uint8Array.of(), 512)).toEqual([]);
  expect(hexDump(Uint8Array.of(0x41), 512)).toEqual([`00000000  41${" ".repeat(48)}A`]);
});

test("queues, controller, device, registers, memory", async () => {
  const { device, controller, sq } = await withPair();
  expect(shown(sq)).toMatch(/^SQ 1 → CQ 1, 8 entries {2,}CQ 1, 8 entries\n/);
  expect(shown(sq.cq)).toMatch(/^CQ 1, 8 entries\n/);
  expect(shown(controller)).toMatch(
    /^phasebit embedded, serial \S+, firmware 1, 16 namespaces, 8 I/,
  );
  expect(shown(device)).toBe("embedded?size=16m, embedded: the controller is well");
  expect(shown(device.registers)).toMatch(/^CSTS {5}00000001h {2}Controller Status\n {2}RDY/m);
  expect(controller.registers).toBe(device.registers);
  expect(shown(device.memory)).toMatch(/^memory, bytes in use: /);
  sq.lendPair("a loop");
  expect(shown(sq)).toBe("SQ 1, a loop has it");
  await device.reset();
  expect(shown(sq)).toBe("SQ 1, reset");
  expect(shown(controller)).toBe("controller, reset");
});

test("numbers, drawings and the rest", () => {
  expect(shown(7)).toBe("7");
  expect(shown(4660)).toBe("4660 1234h");
  expect(shown("one\ntwo")).toBe("one\ntwo");
  expect(shown("one")).toBe("'one'");
  expect(shown({ RDY: 1 })).toBe("{ RDY: 1 }");
  expect(shown(null)).toBe("null");
});

describe("verbs", () => {
  test("those that ask a controller want one that is enabled", async () => {
    const device = await openStepped();
    const { pair, reg, identify } = verbsOf(device);
    expect(() => pair()).toThrow(/the controller is not enabled; await device.bringUp/);
    await expect(identify()).rejects.toThrow(/not enabled/);
    expect(() => reg("NONE")).toThrow(/register NONE: known are CAP, VS/);
    expect(shown(reg("csts"))).toMatch(/^ {2}RDY +0 /);
  });

  test("they give memory, queues, and what the controller says by field", async () => {
    const { device } = await withPair();
    const { page, pair, identify, smart } = verbsOf(device);
    const before = device.memory.used;
    const sq = await pair(2, 4);
    expect(sq).toMatchObject({ id: 2, entries: 4 });
    expect(page().bytes).toBe(4096);
    expect(shown(await identify())).toMatch(/^ {2}MN +phasebit embedded/m);
    expect(shown(await identify(1))).toMatch(/^ {2}NSZE/m);
    expect(shown(await smart())).toMatch(/Composite Temperature/);
    expect(device.memory.used.data - before.data).toBe(4096);
  });
});

describe("without consent", () => {
  test.each([
    [0x01, false, /^Write \(opcode 01h\): it can destroy data; .*--destructive/],
    [0x09, false, /^Dataset Management/],
    [0x80, true, /^Format NVM \(opcode 80h\)/],
    [0x10, true, /^Firmware Commit .*: it can destroy configuration/],
    [0xc1, true, /^vendor specific/],
    [0xff, false, /^vendor specific/],
  ])("opcode %i to the admin queue: %s is refused by name", (opcode, isAdmin, words) => {
    expect(() => refuseDestruction(sqe.command({ opcode }), isAdmin)).toThrow(words);
  });

  test("what reads goes through, and the same number to the other queue is judged as what it is there", () => {
    for (const opcode of [0, 2, 5]) refuseDestruction(sqe.command({ opcode }), false);
    for (const opcode of [1, 2, 6, 9]) refuseDestruction(sqe.command({ opcode }), true);
  });

  test("whoever posts, by whatever way, is asked before the entry is written", async () => {
    const transport = await openEmbedded("embedded?size=16m", { stepped: true });
    await using device = new Device(transport, undefined, undefined, refuseDestruction);
    const controller = await device.bringUp({ ioQueues: 1 });
    const sq = await controller.createQueuePair(1, 4);
    const data = device.memory.allocate(4096);
    const write = sqe.write({ nsid: 1, slba: 0n, blocks: 1, data });
    const bytes = sq.region.copy();
    expect(() => sq.post(write)).toThrow(/^Write/);
    await expect(sq.run(write, { timeoutMs: 1 })).rejects.toMatchObject({ code: "REFUSED" });
    await expect(sq.execute(write, { timeoutMs: 1, what: "Write" })).rejects.toThrow(/^Write/);
    const file = join(packageRoot, "docs/architecture.md");
    const range = { nsid: 1, offset: 0, size: 4096 };
    await controller.deleteQueuePair(sq);
    await expect(copyIn(device, range, file, { timeoutMs: 1000 })).rejects.toThrow(/^Write/);
    const again = await controller.createQueuePair(1, 4);
    expect(again.region.copy()).toEqual(bytes);
    expect(again.outstanding).toBe(0);
  });
});
