// Embedded controllers for tests, stepped in this thread in virtual time, and closed after each test.
import { afterEach } from "vitest";
import { type EmbeddedTransport, openEmbedded } from "../../src/embedded/transport.ts";
import type { Region } from "../../src/memory/region.ts";
import type { Completion } from "../../src/nvme/completion.ts";
import type { CompletionQueue } from "../../src/nvme/completion-queue.ts";
import type { Controller } from "../../src/nvme/controller.ts";
import { Device, type EndSignal } from "../../src/nvme/device.ts";
import type { Trace } from "../../src/nvme/registers.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import type { SubmissionQueue } from "../../src/nvme/submission-queue.ts";

/** Small windows: a test opens many devices. */
const memory = { host: 1 << 20, commands: 4 << 20, completions: 4 << 20, data: 16 << 20 };
export const timeoutMs = 2000;

const opened: Device[] = [];

afterEach(async () => {
  // a device with faults may fail to close in order; the tests of closing look at that themselves
  for (const device of opened.splice(0)) await device.close().catch(() => {});
});

export async function openStepped(
  parameters = "size=16m",
  trace?: Trace,
  signal?: EndSignal,
): Promise<Device> {
  const device = new Device(
    await openEmbedded(`embedded?${parameters}`, { stepped: true, memory }),
    trace,
    signal,
  );
  opened.push(device);
  return device;
}

/** A device that is brought up, with two I/O queues granted. */
export async function broughtUp(
  parameters?: string,
  signal?: EndSignal,
): Promise<{ device: Device; controller: Controller; transport: EmbeddedTransport }> {
  const device = await openStepped(parameters, undefined, signal);
  const controller = await device.bringUp({ ioQueues: 8 });
  return { device, controller, transport: device.transport as EmbeddedTransport };
}

/** With one I/O queue pair and a page of data. */
export async function withPair(
  parameters?: string,
  entries = 8,
): Promise<Awaited<ReturnType<typeof broughtUp>> & { sq: SubmissionQueue; page: Region }> {
  const up = await broughtUp(parameters);
  const sq = await up.controller.createQueuePair(1, entries);
  return { ...up, sq, page: up.device.memory.allocate(4096) };
}

/** A Read of one block. */
export function readOf(page: Region, slba = 0n): sqe.SqeDwords {
  return sqe.read({ nsid: 1, slba, blocks: 1, data: page });
}

/** Everything that `reap` finds. */
export async function reapAll(
  cq: CompletionQueue,
  options: { count?: number; timeoutMs?: number } = {},
): Promise<Completion[]> {
  const found: Completion[] = [];
  for await (const completion of cq.reap({ timeoutMs, ...options })) found.push(completion);
  return found;
}

/** Lets a stepped device work for a while. */
export async function work(device: Device, turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await device.transport.pause();
}
