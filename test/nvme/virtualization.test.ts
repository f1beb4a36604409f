// Primary and secondary controllers: refused by name where there is none, and against a controller that this test plays.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LinearMemory } from "../../src/memory/linear-memory.ts";
import type { Place } from "../../src/nvme/carried.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import {
  allocatePrimary,
  assignResources,
  mostResources,
  primaryCapabilities,
  secondaryControllers,
  setOnline,
} from "../../src/nvme/virtualization.ts";
import { broughtUp } from "./devices.ts";

const MIB = 2 ** 20;
let memory: LinearMemory;
beforeEach(() => {
  memory = new LinearMemory({ doorbellBytes: 4096, host: MIB, commands: MIB, data: MIB });
});
afterEach(() => memory.close());

/** A primary controller with one secondary one, that answers Identify and notes what else it is sent. */
function primary({ status = 0, entries = 1, oacs = 0x80, types = 1 } = {}) {
  const sent: number[][] = [];
  const pages: Record<number, (page: DataView) => void> = {
    1: (page) => page.setUint16(256, oacs, true),
    20: (page) => {
      page.setUint16(0, 3, true);
      page.setUint8(4, types);
      page.setUint32(32, 8, true);
      page.setUint32(36, 2, true);
      page.setUint16(40, 1, true);
      page.setUint16(44, 4, true);
    },
    21: (page) => {
      page.setUint8(0, entries);
      const words = { 32: 4, 34: 3, 40: 1, 42: 2, 44: 2 };
      for (const [at, value] of Object.entries(words)) page.setUint16(Number(at), value, true);
      page.setUint8(36, 1);
    },
  };
  const run = async (entry: Uint32Array) => {
    if (entry[0] === 0x1c) {
      sent.push([entry[10]!, entry[11]!]);
      return { status, dw0: entry[11], cid: 0 };
    }
    const iova = (BigInt(entry[7]!) << 32n) | BigInt(entry[6]!);
    const view = new DataView(memory.bytes.buffer, Number(iova - memory.iovaBase), 4096);
    pages[entry[10]!]!(view);
    return { status: 0, dw0: 0, cid: 0 };
  };
  const controller = { admin: { tail: 0, run } };
  return { sent, place: { controller, memory } as unknown as Place };
}

describe("is refused by name:", () => {
  test("a controller without Virtualization Management, and no command is sent to it", async () => {
    const { device, controller } = await broughtUp();
    const place = { controller, memory: device.memory };
    const calls = [
      () => primaryCapabilities(place),
      () => secondaryControllers(place),
      () => assignResources(place, 1, { queues: 1 }),
      () => setOnline(place, 1, true),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({ code: "REFUSED", what: "OACS" });
    }
    const { sent, place: other } = primary({ oacs: 0, types: 0 });
    await expect(setOnline(other, 1, true)).rejects.toThrow(/OACS bit 7 is 0/);
    expect(sent).toEqual([]);
  });

  test("but not one that has the capabilities and only forgot to say so, as QEMU's", async () => {
    const { sent, place } = primary({ oacs: 0 });
    await setOnline(place, 1, true);
    expect(sent).toHaveLength(1);
  });

  test("what the controller refuses, with its status", async () => {
    const { place } = primary({ status: 0x11f });
    await expect(setOnline(place, 4, true)).rejects.toThrow(
      /Virtualization Management: bring online controller 4.*Invalid/,
    );
  });

  test.each([
    [{ controller: 65536 }, /controller 65536/],
    [{ controller: 1, count: 65536 }, /count 65536/],
    [{ controller: 1, action: 16 }, /action 16/],
    [{ controller: 1, resource: 8 }, /resource 8/],
  ])("%o in an entry", (fields, words) => {
    const action = sqe.VirtualizationAction.SECONDARY_ASSIGN;
    expect(() => sqe.virtualizationManagement({ action, ...fields })).toThrow(words);
  });

  test("a list that says more than a page holds ends with the page", async () => {
    const { place } = primary({ entries: 255 });
    expect(await secondaryControllers(place)).toHaveLength(127);
  });
});

test("what there is to give, and what one secondary controller may have of it", async () => {
  const { place } = primary();
  const capabilities = await primaryCapabilities(place);
  expect(capabilities).toEqual({
    controller: 3,
    queues: { total: 8, assigned: 2, primary: 1, secondaryMaximum: 4 },
    interrupts: null,
  });
  expect(mostResources(capabilities)).toEqual({ queues: 4 });
  const queues = { total: 4, assigned: 5, primary: 0, secondaryMaximum: 4 };
  expect(mostResources({ ...capabilities, queues })).toEqual({ queues: 0 });
});

test("the secondary controllers, with their functions and resources", async () => {
  const { place } = primary();
  expect(await secondaryControllers(place)).toEqual([
    { controller: 4, primary: 3, isOnline: true, virtualFunction: 1, queues: 2, interrupts: 2 },
  ]);
});

test("offline, resources of each kind, online: the dwords of 5.22", async () => {
  const { place, sent } = primary();
  await setOnline(place, 0xfffe, false);
  expect(await assignResources(place, 4, { queues: 3, interrupts: 2 })).toEqual({
    queues: 3,
    interrupts: 2,
  });
  expect(await assignResources(place, 4, {})).toEqual({});
  await setOnline(place, 4, true);
  await allocatePrimary(place, { queues: 0, interrupts: 1 });
  expect(sent).toEqual([
    [0xfffe_0007, 0],
    [0x0004_0008, 3],
    [0x0004_0108, 2],
    [0x0004_0009, 0],
    [0x0003_0001, 0],
    [0x0003_0101, 1],
  ]);
});
