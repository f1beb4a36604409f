// The embedded controller as a transport, in a thread of its own.
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import { BUS_INTERRUPTS, BUS_REQUEST, IOVA_WINDOW_NONE } from "../../assembly/layout.ts";
import { Register } from "../../assembly/spec/registers.ts";
import { Status } from "../../assembly/spec/status.ts";
import { type EmbeddedTransport, openEmbedded } from "../../src/embedded/transport.ts";
import { threadTimes } from "../../src/ground/scheduler.ts";
import type { Region } from "../../src/memory/region.ts";
import type { Controller } from "../../src/nvme/controller.ts";
import { Device } from "../../src/nvme/device.ts";
import { rewireInterrupt } from "../../src/nvme/rewire.ts";
import * as sqe from "../../src/nvme/sqe.ts";

const opened: Device[] = [];

/** Longer than a busy machine needs. */
const LONG_MS = 60_000;

/** A device in its own thread, brought up. */
async function open(
  parameters = "",
): Promise<{ device: Device; controller: Controller; transport: EmbeddedTransport }> {
  const transport = await openEmbedded(`embedded?size=16m${parameters}`);
  const device = new Device(transport);
  opened.push(device);
  return { device, transport, controller: await device.bringUp({ ioQueues: 2 }) };
}

const readOf = (page: Region): sqe.SqeDwords =>
  sqe.read({ nsid: 1, slba: 0n, blocks: 1, data: page });

afterEach(async () => {
  for (const device of opened.splice(0)) await device.close();
});

describe("its IOMMU", () => {
  test("gives a bad pointer an error, and the next command is fine", async () => {
    const { device, controller } = await open();
    const queue = await controller.createQueuePair(1, 8);
    const page = device.memory.allocate(4096);
    const bad = readOf(page);
    bad[7] = IOVA_WINDOW_NONE;
    expect((await queue.run(bad, { timeoutMs: LONG_MS })).status).toBe(Status.DATA_TRANSFER_ERROR);
    expect((await queue.run(readOf(page), { timeoutMs: LONG_MS })).status).toBe(0);
  });

  test("keeps the device from writing to command memory", async () => {
    const { device, controller } = await open();
    const queue = await controller.createQueuePair(1, 8);
    const page = device.memory.allocate(4096, { kind: "commands" }).fill(0xcc);
    const { status } = await queue.run(readOf(page), { timeoutMs: LONG_MS });
    expect(status).toBe(Status.DATA_TRANSFER_ERROR);
    expect(page.copy().every((byte) => byte === 0xcc)).toBe(true);
  });

  test("keeps the device from host memory, which is mapped for nobody", async () => {
    const { device, controller } = await open();
    const queue = await controller.createQueuePair(1, 8);
    const page = device.memory.allocate(4096, { kind: "host" }).fill(0xcc);
    const { status } = await queue.run(readOf(page), { timeoutMs: LONG_MS });
    expect(status).toBe(Status.DATA_TRANSFER_ERROR);
    expect(page.copy().every((byte) => byte === 0xcc)).toBe(true);
  });
});

describe("interrupts", () => {
  test("each completion adds one to its vector's eventfd, and to no other", async () => {
    const { device, controller, transport } = await open();
    const [first, second] = [1, 2].map((vector) => transport.interrupt("msix", vector));
    const queue = await controller.createQueuePair(1, 8, 1);
    await controller.createQueuePair(2, 8, 2);
    const read = readOf(device.memory.allocate(4096));
    for (let n = 0; n < 10; n++) await queue.run(read, { timeoutMs: LONG_MS });
    let count = 0;
    while (count < 10) {
      const more = first!.wait(LONG_MS);
      expect(more, "all ten arrive").toBeGreaterThan(0);
      count += more;
    }
    expect(count).toBe(10);
    expect(second!.wait(0)).toBe(0);
  });

  test("none is lost while their eventfd is replaced again and again under load", async () => {
    const { device, controller, transport } = await open();
    let eventFd = transport.interrupt("msix", 1);
    const queue = await controller.createQueuePair(1, 64, 1);
    const read = readOf(device.memory.allocate(4096));
    const raised = (): number => Number(device.memory.u64[BUS_INTERRUPTS / 8]!);
    const before = raised();
    let counted = 0;
    let completed = 0;
    while (completed < 4000) {
      for (let one = 0; one < 40; one++) queue.post(read);
      queue.ring();
      // the device completes them meanwhile
      for (let times = 0; times < 3; times++) eventFd = rewireInterrupt(device, "msix", 1);
      for (let left = 40; left > 0; ) {
        const more = eventFd.wait(LONG_MS);
        expect(more, `after ${completed} completions an interrupt is lost`).toBeGreaterThan(0);
        counted += more;
        for (; queue.cq.take() !== undefined; left--) completed++;
        queue.cq.free();
      }
    }
    // what it does before it answers has been signalled
    transport.read32(Register.VS);
    expect(counted + eventFd.wait(0)).toBe(raised() - before);
  });

  test("the pin's interrupt masks it until whoever took it says so, and none is lost", async () => {
    const { device, controller, transport } = await open("&interrupts=intx");
    const eventFd = transport.interrupt("intx", 0);
    const unmask = transport.unmask("intx")!;
    const queue = await controller.createQueuePair(1, 64, 0);
    const read = readOf(device.memory.allocate(4096));
    eventFd.wait(0);
    unmask.signal();
    let completed = 0;
    for (let posted = 0; posted < 1000; posted += 10) {
      for (let one = 0; one < 10; one++) queue.post(read);
      queue.ring();
      while (completed < posted + 10) {
        // masked, it counts one whatever comes
        expect(eventFd.wait(LONG_MS)).toBe(1);
        while (queue.cq.take() !== undefined) completed++;
        queue.cq.free();
        unmask.signal();
      }
    }
    expect(completed).toBe(1000);
  });

  test("a queue created without a vector raises none", async () => {
    const { device, controller, transport } = await open();
    const eventFd = transport.interrupt("msix", 1);
    const queue = await controller.createQueuePair(1, 8);
    const read = readOf(device.memory.allocate(4096));
    await queue.run(read, { timeoutMs: LONG_MS });
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
    const { device, controller } = await open("&latency=150ms");
    const queue = await controller.createQueuePair(1, 8);
    const read = readOf(device.memory.allocate(4096));
    const start = performance.now();
    const completion = await queue.run(read, { timeoutMs: LONG_MS });
    expect(completion.status).toBe(0);
    expect(performance.now() - start).toBeGreaterThan(149);
  });

  test("leaves its core alone while a completion is long in coming", async () => {
    const { device, controller, transport } = await open("&latency=500ms");
    const queue = await controller.createQueuePair(1, 8);
    const read = readOf(device.memory.allocate(4096));
    // pausing as usual would wake the device each time
    transport.pause = () => sleep(10);
    const before = threadTimes(transport.thread)!.ranNs;
    await queue.run(read, { timeoutMs: LONG_MS });
    const usedMs = (threadTimes(transport.thread)!.ranNs - before) / 1e6;
    // a thread that spins takes all 500
    expect(usedMs, "milliseconds of CPU in 500").toBeLessThan(150);
  });

  test("takes no wake-up for an answer: one may be late, and meant for the access before", async () => {
    const { transport } = await open();
    const words = new Int32Array(transport.memory.memory.buffer);
    const waker = new Worker(
      `const { words, bus } = require("node:worker_threads").workerData;
       require("node:worker_threads").parentPort.postMessage("here");
       for (;;) Atomics.notify(words, bus);`,
      { eval: true, workerData: { words, bus: BUS_REQUEST / 4 } },
    );
    await new Promise((resolve) => waker.once("message", resolve));
    const versions = Array.from({ length: 2000 }, () => transport.read32(Register.VS));
    await waker.terminate();
    expect(new Set(versions)).toEqual(new Set([0x10400]));
  });

  test("answers registers while queues are busy, and ends when asked", async () => {
    const { device, transport } = await open();
    expect(transport.read32(Register.VS)).toBe(0x10400);
    await device.close({ shutdown: true });
  });
});
