// Resets of each kind on the embedded controller, stepped: what is refused, what is left, what goes on afterwards.
import { describe, expect, test, vi } from "vitest";
import { ALL_ONES, Register } from "../../assembly/spec/registers.ts";
import type { Device } from "../../src/nvme/device.ts";
import { registersKeptBy } from "../../src/nvme/resets.ts";
import { broughtUp, openStepped, readOf, timeoutMs, withPair, work } from "./devices.ts";

const kinds = ["controller", "subsystem", "function", "hot"] as const;
const NSSRO = 1 << 4;

/** CSTS reads all-ones while `isAway`, as registers behind a link that is down. */
function hide({ transport }: Device, isAway: () => boolean): void {
  const read32 = transport.read32.bind(transport);
  vi.spyOn(transport, "read32").mockImplementation((offset) =>
    offset === Register.CSTS && isAway() ? ALL_ONES : read32(offset),
  );
}

describe("misuse", () => {
  test("a subsystem reset needs CAP.NSSRS", async () => {
    const device = await openStepped("size=16m&fault=bad-cap:field=nssrs,value=0");
    await expect(device.reset("subsystem")).rejects.toMatchObject({
      code: "USAGE",
      section: "3.1.1",
    });
  });

  test("a hot reset needs a transport that has one", async () => {
    const device = await openStepped();
    Object.defineProperty(device.transport, "hotReset", { value: undefined });
    await expect(device.reset("hot")).rejects.toThrow(/it has no hot reset/);
  });

  test.each(kinds)("%s: a closed device refuses it", async (kind) => {
    const device = await openStepped();
    await device.close();
    await expect(device.reset(kind)).rejects.toMatchObject({ code: "USAGE" });
    await expect(device.shutDown({ abrupt: true })).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("a reset", () => {
  test.each(kinds)("%s: ends queues and commands, and the controller comes back", async (kind) => {
    const { device, sq, page } = await withPair("size=16m&latency=1s");
    sq.post(readOf(page), { cid: 1 });
    sq.ring();
    await work(device);
    await device.reset(kind);
    expect(sq.state).toBe("reset");
    expect(device.controller).toBeUndefined();
    const controller = await device.bringUp({ ioQueues: 1 });
    const again = await controller.createQueuePair(1, 8);
    expect(again.cq.peek()).toBeUndefined();
    expect(page.isReleased).toBe(false);
  });

  test.each(kinds)("%s: keeps the admin queue's registers, or does not", async (kind) => {
    const { device } = await broughtUp();
    const asq = device.registers.read64(Register.ASQ_LO);
    await device.reset(kind);
    const kept = registersKeptBy(kind).includes("ASQ");
    expect(device.registers.read64(Register.ASQ_LO)).toBe(kept ? asq : 0n);
    expect(device.registers.read(Register.AQA) !== 0).toBe(kept);
  });

  test("subsystem: CSTS.NSSRO tells of it until it is cleared, over the next bring-up too", async () => {
    const { device } = await broughtUp();
    await device.reset("subsystem");
    expect(device.registers.fields(Register.CSTS)).toMatchObject({ RDY: 0, NSSRO: 1 });
    await device.bringUp({ ioQueues: 1 });
    expect(device.registers.fields(Register.CSTS)).toMatchObject({ RDY: 1, NSSRO: 1 });
    device.registers.write(Register.CSTS, NSSRO);
    expect(device.registers.fields(Register.CSTS).NSSRO).toBe(0);
  });

  test("subsystem: a device that is away for a while is waited for, and told to be back", async () => {
    const device = await openStepped();
    let looks = 0;
    let restored = 0;
    hide(device, () => looks++ < 5);
    Object.defineProperty(device.transport, "restore", { value: () => restored++ });
    await device.reset("subsystem");
    expect(looks).toBeGreaterThan(5);
    expect(restored).toBe(6);
  });

  test("subsystem: one that stays away is gone", async () => {
    const device = await openStepped("size=16m&fault=bad-cap:field=to,value=0");
    hide(device, () => true);
    await expect(device.reset("subsystem")).rejects.toThrow(/all-ones/);
  });

  test.each(["subsystem", "function", "hot"] as const)(
    "%s: one without effect is told",
    async (kind) => {
      const { device } = await broughtUp("size=16m&fault=bad-cap:field=to,value=0;reset-ignored");
      await expect(device.reset(kind)).rejects.toMatchObject({
        code: "DEVICE",
        what: "CSTS.RDY=0",
      });
    },
  );
});

describe("shutting down", () => {
  test("abruptly, no command in flight is waited for", async () => {
    const { device, sq, page } = await withPair("size=16m&latency=1000s");
    sq.post(readOf(page), { cid: 1 });
    sq.ring();
    await work(device);
    await device.shutDown({ abrupt: true });
    expect(device.registers.fields(Register.CC).SHN).toBe(2);
    expect(device.registers.fields(Register.CSTS).SHST).toBe(2);
  });
});

test("late-completion: what was in flight is completed after all, once the controller is enabled", async () => {
  const { device, controller } = await broughtUp(
    "size=16m&latency=1s&fault=late-completion:times=1",
  );
  const memory = device.memory.allocate(8 * 16, { kind: "completions" });
  const cq = await controller.createCompletionQueue({ id: 1, entries: 8, memory });
  const sq = await controller.createSubmissionQueue({ id: 1, entries: 8, cq });
  const page = device.memory.allocate(4096);
  sq.post(readOf(page), { cid: 0x77 });
  sq.ring();
  await work(device);
  await device.reset();
  expect(memory.copy().every((byte) => byte === 0)).toBe(true);
  await device.bringUp({ ioQueues: 1 });
  expect(new DataView(memory.copy().buffer).getUint16(12, true)).toBe(0x77);
});

test("features-kept: a feature outlives the reset", async () => {
  const { device, controller } = await broughtUp("size=16m&fault=features-kept");
  const set = Uint32Array.of(0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0x0203, 0, 0, 0, 0);
  await controller.adminCommand(set, "Set Features");
  await device.reset();
  const again = await device.bringUp({ ioQueues: 1 });
  const get = Uint32Array.of(0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0, 0, 0, 0, 0);
  expect((await again.admin.run(get, { timeoutMs })).dw0).toBe(0x0203);
});

test("nssro-lost: nothing tells of the subsystem reset", async () => {
  const { device } = await broughtUp("size=16m&fault=nssro-lost");
  await device.reset("subsystem");
  expect(device.registers.fields(Register.CSTS).NSSRO).toBe(0);
});
