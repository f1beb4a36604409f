// Mappings with addresses and rights of their own, as the embedded controller meets them, stepped.
import { describe, expect, test } from "vitest";
import { Status } from "../../assembly/spec/status.ts";
import type { Access } from "../../src/memory/iommu.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { timeoutMs, withPair, work } from "./devices.ts";

/** An address that has nothing of its pointer. */
const FIXED = 0x7_dead_b000n;
const block = { nsid: 1, slba: 3n, blocks: 1 };

async function mapped(access: Access, iova = FIXED) {
  const up = await withPair();
  const region = up.device.memory.allocate(8192, { kind: "host" });
  const mapping = up.device.memory.map(region, { iova, access });
  const run = async (entry: sqe.SqeDwords) => (await up.sq.run(entry, { timeoutMs })).status;
  const read = () => run(sqe.read({ ...block, data: mapping.region.slice(0, 4096) }));
  const write = () => run(sqe.write({ ...block, data: mapping.region.slice(0, 4096) }));
  return { ...up, region, mapping, run, read, write };
}

describe("a mapping at an address of its own", () => {
  test("takes data in both directions, over pages too", async () => {
    const { region, mapping, read, write, run } = await mapped("read-write");
    region.fill(0x5a);
    expect(await write()).toBe(0);
    region.fill(0);
    expect(await read()).toBe(0);
    expect(region.copy(4097)).toEqual(new Uint8Array(4097).fill(0x5a, 0, 4096));
    region.fill(0);
    const across = mapping.region.slice(2048, 4096);
    expect(await run(sqe.read({ ...block, data: across }))).toBe(0);
    expect(region.copy()).toEqual(new Uint8Array(8192).fill(0x5a, 2048, 6144));
  });

  test("is reached nowhere else, and not beyond its end", async () => {
    const { device, region, run, mapping } = await mapped("read-write");
    const elsewhere = device.memory.iovaBase + BigInt(region.pointer);
    for (const prp1 of [elsewhere, mapping.iova + 8192n, mapping.iova - 4096n]) {
      expect(await run(sqe.read({ ...block, prp1 }))).toBe(Status.DATA_TRANSFER_ERROR);
    }
  });

  test("holds queues", async () => {
    const { device, controller, page } = await withPair();
    const region = device.memory.allocate(8192, { kind: "host" });
    const { region: seen } = device.memory.map(region, { iova: FIXED });
    const cq = await controller.createCompletionQueue({
      ...{ id: 2, entries: 4, vector: null },
      memory: seen.slice(4096),
    });
    const sq = await controller.createSubmissionQueue({
      ...{ id: 2, entries: 4, cq },
      memory: seen.slice(0, 4096),
    });
    for (let command = 0; command < 6; command++) {
      const { status } = await sq.run(sqe.read({ ...block, data: page }), { timeoutMs });
      expect(status).toBe(0);
    }
  });

  test("is gone once it was unmapped, and after a reset it is there again", async () => {
    const { device, mapping, read } = await mapped("read-write");
    expect(await read()).toBe(0);
    await device.reset();
    await device.bringUp({ ioQueues: 1 });
    const sq = await device.controller!.createQueuePair(1, 4);
    const entry = () => sqe.read({ ...block, prp1: FIXED });
    expect((await sq.run(entry(), { timeoutMs })).status).toBe(0);
    mapping.unmap();
    expect((await sq.run(entry(), { timeoutMs })).status).toBe(Status.DATA_TRANSFER_ERROR);
  });
});

describe("a direction that the mapping does not allow", () => {
  test.each([
    ["read-only", Status.DATA_TRANSFER_ERROR, 0],
    ["write-only", 0, Status.DATA_TRANSFER_ERROR],
    ["read-write", 0, 0],
  ] as const)("%s: a Read ends in %i, a Write in %i", async (access, reads, writes) => {
    const { region, read, write } = await mapped(access);
    region.fill(0x77);
    expect([await read(), await write()]).toEqual([reads, writes]);
    const isUntouched = region.copy(4096).every((byte) => byte === 0x77);
    expect(isUntouched, "what the device may not write stays as it was").toBe(reads !== 0);
  });

  test("holds at the place of the pointer too", async () => {
    const { device, sq, page } = await withPair();
    const { region } = device.memory.map(page, { access: "write-only" });
    const write = sqe.write({ ...block, data: region });
    expect((await sq.run(write, { timeoutMs })).status).toBe(Status.DATA_TRANSFER_ERROR);
    const read = sqe.read({ ...block, data: region });
    expect((await sq.run(read, { timeoutMs })).status).toBe(0);
  });
});

describe("accesses that were refused", () => {
  test("are told with address, length, direction and reason, once", async () => {
    const { device, mapping, read, write, run } = await mapped("write-only");
    const watch = device.transport.iommu.watchFaults();
    expect(watch.take()).toEqual({ faults: [], isComplete: true });
    expect([await write(), await read()]).toEqual([Status.DATA_TRANSFER_ERROR, 0]);
    const nowhere = device.memory.unmapped();
    await run(sqe.read({ ...block, prp1: nowhere }));
    expect(watch.take()).toEqual({
      faults: [
        { iova: mapping.iova, bytes: 4096, access: "read", why: "it is write-only" },
        { iova: nowhere, bytes: 4096, access: "write", why: "nothing is mapped there" },
      ],
      isComplete: true,
    });
    expect(watch.take().faults).toEqual([]);
    watch.close();
  });

  test("before the watch began are none of its own; more than are kept are said", async () => {
    const { device, run } = await mapped("read-write");
    const fail = () => run(sqe.read({ ...block, prp1: device.memory.unmapped() }));
    await fail();
    const watch = device.transport.iommu.watchFaults();
    for (let count = 0; count < 65; count++) await fail();
    const { faults, isComplete, why } = watch.take();
    expect({ count: faults?.length, isComplete, why }).toEqual({
      ...{ count: 64, isComplete: false },
      why: "the last 64 are kept",
    });
  });

  test("a queue that is only made is no access; what a fatal controller tried to fetch is one", async () => {
    const { device, controller } = await withPair();
    const region = device.memory.allocate(4096, { kind: "host" });
    const { region: drop } = device.memory.map(region, { iova: FIXED, access: "write-only" });
    const watch = device.transport.iommu.watchFaults();
    const cq = await controller.createCompletionQueue({ id: 2, entries: 4, vector: null });
    const sq = await controller.createSubmissionQueue({ id: 2, entries: 4, cq, memory: drop });
    expect(watch.take().faults).toEqual([]);
    sq.post(sqe.flush(1));
    sq.ring();
    await work(device);
    expect(device.health()).toBe("fatal");
    expect(watch.take().faults).toEqual([
      { iova: FIXED, bytes: 64, access: "read", why: "it is write-only" },
    ]);
  });
});
