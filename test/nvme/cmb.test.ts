// The Controller Memory Buffer through the library: enabling, what may lie in it, and what resets leave of it.
import { describe, expect, test, vi } from "vitest";
import { Register } from "../../assembly/spec/registers.ts";
import { Status } from "../../assembly/spec/status.ts";
import { LEGACY_BAR_ADDRESS } from "../../src/embedded/device.ts";
import type { ControllerMemoryKind } from "../../src/memory/controller-memory.ts";
import { proveCmb } from "../../src/nvme/cmb-proof.ts";
import { reachPeer } from "../../src/nvme/peer.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { broughtUp, openStepped, readOf, timeoutMs } from "./devices.ts";

const PAGE = 4096;
const SIZE = "size=16m&cmb=1m";

/** Brought up, with the buffer enabled. */
async function withCmb(parameters = "") {
  const up = await broughtUp(`${SIZE}${parameters}`);
  return { ...up, cmb: up.device.own.enableCmb() };
}

describe("misuse", () => {
  test("a controller without a buffer: facts are null, enabling it is refused by name", async () => {
    const device = await openStepped();
    expect(device.own.cmbFacts()).toBeNull();
    expect(() => device.own.enableCmb()).toThrow(/no Controller Memory Buffer: CAP.CMBS/);
    expect(() => device.cmb).toThrow(
      /Controller Memory Buffer of embedded.*: enableCmb\(\) comes first/,
    );
  });

  test.each<[string, ControllerMemoryKind, RegExp]>([
    ["cq+data", "commands", /is not for submission queues: CMBSZ.SQS is 0/],
    ["sq+lists+data", "completions", /is not for completion queues: CMBSZ.CQS is 0/],
    ["sq+cq+data", "lists", /is not for PRP lists: CMBSZ.LISTS is 0/],
    ["reads", "writes", /is not for data that come from the host: CMBSZ.WDS is 0/],
    ["writes", "reads", /is not for data that go to the host: CMBSZ.RDS is 0/],
    ["writes", "data", /is not for data of both directions: CMBSZ.RDS is 0/],
  ])("a buffer for %s has no %s", async (uses, kind, words) => {
    const { cmb } = await withCmb(`&cmb-for=${uses}`);
    expect(() => cmb.allocate(64, { kind })).toThrow(words);
    expect(cmb.supports(kind)).toBe(false);
    expect(cmb.used).toBe(0);
    // what is meant to be wrong can be had
    expect(cmb.allocate(64, { kind: "any" }).bytes).toBe(64);
  });

  test("a queue in a buffer that is not for it: refused here, and by the controller when it is asked all the same", async () => {
    const { controller, cmb } = await withCmb("&cmb-for=sq");
    const inBuffer = { id: 1, entries: 4, memory: cmb };
    await expect(controller.createCompletionQueue(inBuffer)).rejects.toMatchObject({
      ...{ code: "USAGE", what: "CMBSZ.CQS", section: "3.1.12" },
    });
    const memory = cmb.allocate(PAGE, { kind: "any" });
    await expect(controller.createCompletionQueue({ ...inBuffer, memory })).rejects.toMatchObject({
      ...{ code: "DEVICE", value: Status.INVALID_USE_OF_CMB },
    });
  });

  test("more than it has, a kind and a size that are none", async () => {
    const { cmb } = await withCmb();
    expect(() => cmb.allocate(2 * 2 ** 20)).toThrow(/the window of 1048576 bytes is full/);
    expect(() => cmb.allocate(0)).toThrow(/bytes 0/);
    expect(() => cmb.allocate(64, { kind: "queues" as never })).toThrow(
      /kind queues: must be commands/,
    );
    expect(() => cmb.at(2 ** 20, 1)).toThrow(RangeError);
    expect(cmb.used).toBe(0);
  });

  test("a queue in another device's buffer", async () => {
    const { controller } = await broughtUp();
    const { cmb } = await withCmb();
    const refused = controller.createCompletionQueue({ id: 1, entries: 4, memory: cmb });
    await expect(refused).rejects.toMatchObject({ code: "USAGE", what: "memory" });
    expect(cmb.used, "it was given back").toBe(0);
  });

  test.each([
    ["offset=0x38,value=0x100002", /the buffer has 1048576 bytes at 1048576 of BAR 2, which has/],
    ["offset=0x38,value=6", /CMBLOC.BIR 6 is no BAR/],
    ["offset=0x38,value=3", /at 0 of BAR 3, which has 0/],
    ["offset=0x3c,value=0xfffff61f", /the buffer has \d+ bytes at 0 of BAR 0, which has 0/],
    ["offset=0x3c,value=0x1f1f", /CMBSZ.SZU 15 is reserved/],
    ["offset=0x3c,value=0xffffffff", /reads all-ones/],
    ["offset=0x58,value=1", /CMBSTS.CBAI: \d+ base addresses are all invalid/],
  ])("registers that make no sense (%s) are the device's fault", async (fault, words) => {
    const { device } = await broughtUp(`${SIZE}&fault=bad-register:${fault}`);
    expect(() => device.own.enableCmb()).toThrow(words);
    expect(() => device.cmb).toThrow(/comes first/);
  });

  test("a vanished device", async () => {
    const { device } = await broughtUp(SIZE);
    vi.spyOn(device.transport, "read32").mockReturnValue(0xffff_ffff);
    expect(() => device.own.enableCmb()).toThrow(/all-ones/);
  });

  test("embedded controllers reach nothing of each other", async () => {
    const { device } = await broughtUp();
    const { cmb } = await withCmb();
    expect(() => reachPeer(device, cmb)).toThrow(
      /have a memory each, and no way from one to another/,
    );
  });
});

describe("enabling", () => {
  test("CMBMSC: CRE alone, then the high half, then the low one with CMSE", async () => {
    const lines: string[] = [];
    const device = await openStepped(SIZE, (line) => lines.push(line));
    const cmb = device.own.enableCmb();
    const writes = lines.filter((line) => line.startsWith("write CMBMSC"));
    const low = (cmb.iova & 0xffff_ffffn).toString(16).padStart(8, "0");
    expect(writes.at(-2)).toMatch(/CMBMSC_HI 00000002/);
    expect(writes.at(-1)).toContain(`${low.slice(0, -1)}3 CRE=1 CMSE=1`);
    expect(writes.slice(0, -2).every((line) => line.includes("CMSE=0"))).toBe(true);
    expect(device.own.enableCmb(), "twice is once").toBe(cmb);
    expect(device.cmb).toBe(cmb);
  });

  test("an address's low dword is the pointer, its high one names the window", async () => {
    const { device, cmb } = await withCmb();
    const region = cmb.allocate(64);
    expect(region.iova).toBe((2n << 32n) + BigInt(region.pointer));
    expect(cmb.pointer).toBe(device.memory.bars.pointer);
  });

  test.each([0, 1, 2])("units of SZU %i: size and offset", async (szu) => {
    const unit = PAGE * 16 ** szu;
    const place = `&cmb-szu=${szu}&cmb-offset=${3 * unit}`;
    const { device } = await broughtUp(`size=16m&cmb=${2 * unit}${place}`);
    const cmb = device.own.enableCmb();
    expect(device.own.cmbFacts()).toMatchObject({ offset: 3 * unit, bytes: 2 * unit, bar: 2 });
    expect(cmb.pointer).toBe(device.memory.bars.pointer + 3 * unit);
    expect(await proveCmb(device)).toBe("same");
  });

  test("one as before 1.4 has the addresses of its BAR, and all the same queues", async () => {
    const { device, controller, cmb } = await withCmb("&cmb-legacy=1&cmb-offset=64k");
    expect(device.own.cmbFacts()?.isLegacy).toBe(true);
    expect(cmb.iova).toBe(LEGACY_BAR_ADDRESS + 0x10000n);
    expect(await proveCmb(device)).toBe("same");
    const cq = await controller.createCompletionQueue({ id: 1, entries: 4, memory: cmb });
    const sq = await controller.createSubmissionQueue({ id: 1, entries: 4, cq, memory: cmb });
    const data = cmb.allocate(PAGE);
    for (let lap = 0; lap < 9; lap++) {
      expect((await sq.run(readOf(data), { timeoutMs })).status).toBe(0);
    }
  });

  test("a base that is invalid to it is passed over for the next", async () => {
    const { device } = await broughtUp(`${SIZE}&fault=bad-register:offset=0x58,value=1,times=1`);
    expect(device.own.enableCmb().iova >> 32n).toBe(3n);
    expect(await proveCmb(device)).toBe("same");
  });
});

describe("in use", () => {
  test("queues, a list and data lie in it, and their memory goes back with them", async () => {
    const { device, controller, cmb } = await withCmb();
    const cq = await controller.createCompletionQueue({ id: 3, entries: 8, memory: cmb });
    const sq = await controller.createSubmissionQueue({ id: 5, entries: 8, cq, memory: cmb });
    expect([sq.region.iova >> 32n, cq.region.iova >> 32n]).toEqual([2n, 2n]);
    const [data, list] = [cmb.allocate(3 * PAGE), cmb.allocate(PAGE, { kind: "lists" })];
    const block = { nsid: 1, slba: 0n, blocks: 3, data, list };
    for (let lap = 1; lap <= 20; lap++) {
      data.fill(lap);
      await sq.execute(sqe.write(block), { timeoutMs, what: "Write" });
      data.fill(0);
      await sq.execute(sqe.read(block), { timeoutMs, what: "Read" });
      expect(new Set(data.copy())).toEqual(new Set([lap]));
    }
    data.release();
    list.release();
    await controller.deleteQueuePair(sq);
    expect(cmb.used).toBe(0);
    expect(device.wrongHeads).toBe(0);
  });

  test("a queue in a region of the caller's, which stays the caller's", async () => {
    const { controller, cmb } = await withCmb();
    const memory = cmb.allocate(PAGE, { kind: "commands" });
    const cq = await controller.createCompletionQueue({ id: 1, entries: 4 });
    const sq = await controller.createSubmissionQueue({ id: 1, entries: 4, cq, memory });
    expect((await sq.run(sqe.flush(1), { timeoutMs })).status).toBe(0);
    await controller.deleteQueuePair(sq);
    expect(memory.isReleased).toBe(false);
  });

  test("admin queues in it", async () => {
    const device = await openStepped(SIZE);
    const cmb = device.own.enableCmb();
    const controller = await device.enable({ asqMemory: cmb, acqMemory: cmb });
    expect(device.registers.read(Register.ASQ_HI)).toBe(2);
    expect(device.registers.read(Register.ACQ_HI)).toBe(2);
    for (let count = 0; count < 100; count++) await controller.identify();
    await device.reset();
    expect(cmb.used).toBe(0);
  });

  test("what is handed out is zeroed, though the buffer held something", async () => {
    const { cmb } = await withCmb();
    expect(cmb.at(0, 4).copy()).not.toEqual(new Uint8Array(4));
    expect(new Set(cmb.allocate(PAGE).copy())).toEqual(new Set([0]));
  });
});

describe("resets", () => {
  test("a Controller Reset ends what was handed out, and leaves the buffer enabled", async () => {
    const { device, cmb } = await withCmb();
    const region = cmb.allocate(PAGE).fill(0x5a);
    await device.reset();
    expect(() => region.view).toThrow(
      /the controller was reset since, and what the memory held is undefined/,
    );
    expect(() => readOf(region)).toThrow(/reset since/);
    expect(device.cmb).toBe(cmb);
    await device.bringUp({ ioQueues: 1 });
    expect(await proveCmb(device)).toBe("same");
    region.release();
    expect(cmb.used, "a region of before takes nothing from those of now").toBe(0);
  });

  test.each([
    [
      "a function level reset",
      async (device: Awaited<ReturnType<typeof openStepped>>) => device.reset("function"),
    ],
    [
      "an NVM Subsystem Reset that nobody told the library of",
      async (device: Awaited<ReturnType<typeof openStepped>>) => {
        device.registers.write(Register.NSSR, 0x4e564d65);
      },
    ],
  ])("%s takes it away, and it can be enabled again", async (_, reset) => {
    const { device, cmb } = await withCmb();
    const region = cmb.allocate(PAGE);
    await reset(device);
    expect(() => device.cmb).toThrow(/comes first/);
    expect(() => region.view).toThrow(/took its addresses away: enable it again/);
    expect(() => cmb.allocate(PAGE)).toThrow(/enable it again/);
    await device.enable();
    expect(device.own.enableCmb()).not.toBe(cmb);
    expect(await proveCmb(device)).toBe("same");
  });

  test("disabled: its addresses are nobody's, and what was handed out is gone", async () => {
    const { device, controller, cmb } = await withCmb();
    const region = cmb.allocate(PAGE);
    const { iova } = region;
    device.own.disableCmb();
    expect(() => region.view).toThrow(/it was disabled/);
    const read = sqe.identify({ cns: 1, prp1: iova });
    expect((await controller.admin.run(read, { timeoutMs })).status).toBe(
      Status.DATA_TRANSFER_ERROR,
    );
  });

  test("closing the device ends it like everything else", async () => {
    const { device, cmb } = await withCmb();
    const region = cmb.allocate(PAGE);
    await device.close();
    expect(() => region.view).toThrow(/the device was closed|reset since/);
    expect(() => cmb.allocate(PAGE)).toThrow(/USAGE|closed/);
  });
});

describe("faults", () => {
  test("a write that is lost is found when the memory is handed out", async () => {
    const { cmb } = await withCmb("&fault=cmb-lost-write:offset=0x1040");
    expect(cmb.allocate(PAGE).bytes, "not in this one").toBe(PAGE);
    expect(() => cmb.allocate(PAGE)).toThrow(
      /offset 1040h does not keep what is written: .* reads 00000000h/,
    );
    expect(cmb.used, "it was given back").toBe(PAGE);
  });

  test("a buffer that commands find elsewhere is found by Identify", async () => {
    const { device } = await withCmb("&cmb-szu=1&cmb-offset=64k&fault=cmb-wrong-offset");
    await expect(proveCmb(device)).rejects.toMatchObject({ code: "DEVICE", section: "4.7" });
    await expect(proveCmb(device)).rejects.toThrow(/is not there for the host: byte 0 of Identify/);
    expect(device.cmb.used).toBe(0);
  });

  test("without RDS nothing shows it, which is said", async () => {
    const { device } = await withCmb("&cmb-for=sq");
    expect(await proveCmb(device)).toBe("not-known");
  });
});
