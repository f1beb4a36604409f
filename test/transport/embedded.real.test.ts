// The embedded controller as a transport, in a thread of its own.
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { IOVA_WINDOW_NONE } from "../../assembly/layout.ts";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { Register } from "../../assembly/spec/registers.ts";
import { Status } from "../../assembly/spec/status.ts";
import { readWrite } from "../../src/nvme/admin.ts";
import { Controller } from "../../src/nvme/controller.ts";

const needs = {
  ioQueues: 2,
  heapBytes: 65536,
  commandBytes: 65536,
  completionBytes: 65536,
  dataBytes: 1 << 20,
};

/** Longer than a busy machine needs. */
const LONG_MS = 60_000;

const opened: Controller[] = [];

async function open(parameters = ""): Promise<Controller> {
  const controller = await Controller.open(`embedded?size=16m${parameters}`, { needs });
  opened.push(controller);
  return controller;
}

afterEach(async () => {
  for (const controller of opened.splice(0)) await controller.close({ shutdown: false });
});

describe("its IOMMU", () => {
  test("gives a bad pointer an error, and the next command is fine", async () => {
    const controller = await open();
    const queue = controller.commandQueue(await controller.createQueuePair(1, 8, null));
    const page = controller.transport.memory.data.allocate(4096);
    const bad = (BigInt(IOVA_WINDOW_NONE) << 32n) + BigInt(page.pointer);
    const read = (iova: bigint) => readWrite(NvmOpcode.READ, 1, 0n, 1, iova, 0n);
    expect((await queue.submit(read(bad), LONG_MS)).status).toBe(Status.DATA_TRANSFER_ERROR);
    expect((await queue.submit(read(controller.iova(page.pointer)), LONG_MS)).status).toBe(0);
  });

  test("keeps the device from writing to command memory", async () => {
    const controller = await open();
    const queue = controller.commandQueue(await controller.createQueuePair(1, 8, null));
    const page = controller.transport.memory.commands.allocate(4096);
    controller.transport.memory.bytes.fill(0xcc, page.pointer, page.pointer + page.bytes);
    const read = readWrite(NvmOpcode.READ, 1, 0n, 1, controller.iova(page.pointer), 0n);
    expect((await queue.submit(read, LONG_MS)).status).toBe(Status.DATA_TRANSFER_ERROR);
    expect(controller.transport.memory.copy(page).every((byte) => byte === 0xcc)).toBe(true);
  });
});

describe("interrupts", () => {
  test("each completion adds one to its vector's eventfd, and to no other", async () => {
    const controller = await open();
    const [first, second] = [1, 2].map((vector) => controller.transport.interrupt("msix", vector));
    const pair = await controller.createQueuePair(1, 8, 1);
    await controller.createQueuePair(2, 8, 2);
    const queue = controller.commandQueue(pair);
    const page = controller.transport.memory.data.allocate(4096);
    const read = readWrite(NvmOpcode.READ, 1, 0n, 1, controller.iova(page.pointer), 0n);
    for (let n = 0; n < 10; n++) await queue.submit(read, LONG_MS);
    let count = 0;
    while (count < 10) {
      const more = first!.wait(LONG_MS);
      expect(more, "all ten arrive").toBeGreaterThan(0);
      count += more;
    }
    expect(count).toBe(10);
    expect(second!.wait(0)).toBe(0);
  });

  test("a queue created without a vector raises none", async () => {
    const controller = await open();
    const eventFd = controller.transport.interrupt("msix", 1);
    const queue = controller.commandQueue(await controller.createQueuePair(1, 8, null));
    const page = controller.transport.memory.data.allocate(4096);
    const read = readWrite(NvmOpcode.READ, 1, 0n, 1, controller.iova(page.pointer), 0n);
    await queue.submit(read, LONG_MS);
    expect(eventFd.wait(20)).toBe(0);
  });
});

describe("its thread", () => {
  test("leaves its core alone when nothing happens", async () => {
    await open();
    await sleep(300);
    const before = process.cpuUsage();
    await sleep(1000);
    const { user, system } = process.cpuUsage(before);
    expect(user + system, "microseconds of CPU in a second").toBeLessThan(200_000);
  });

  test("does not sleep past a completion that is due", async () => {
    const controller = await open("&latency=150ms");
    const queue = controller.commandQueue(await controller.createQueuePair(1, 8, null));
    const page = controller.transport.memory.data.allocate(4096);
    const read = readWrite(NvmOpcode.READ, 1, 0n, 1, controller.iova(page.pointer), 0n);
    const start = performance.now();
    const completion = await queue.submit(read, LONG_MS);
    expect(completion.status).toBe(0);
    expect(performance.now() - start).toBeGreaterThan(149);
  });

  test("leaves its core alone while a completion is long in coming", async () => {
    const controller = await open("&latency=500ms");
    const queue = controller.commandQueue(await controller.createQueuePair(1, 8, null));
    const page = controller.transport.memory.data.allocate(4096);
    const read = readWrite(NvmOpcode.READ, 1, 0n, 1, controller.iova(page.pointer), 0n);
    // pausing as usual would wake the device each time
    controller.transport.pause = () => sleep(10);
    const before = controller.transport.deviceCpuNs!;
    await queue.submit(read, LONG_MS);
    const usedMs = (controller.transport.deviceCpuNs! - before) / 1e6;
    // a thread that spins takes all 500
    expect(usedMs, "milliseconds of CPU in 500").toBeLessThan(150);
  });

  test("answers registers while queues are busy, and ends when asked", async () => {
    const controller = await open();
    expect(controller.transport.read32(Register.VS)).toBe(0x10400);
    await controller.close({ shutdown: true });
  });
});
