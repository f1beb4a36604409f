// Pages of the embedded controller's media: which are there, and since when.
import { truncateSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { PhasebitError } from "../../src/errors.ts";
import type { Region } from "../../src/memory/arena.ts";
import { readWrite } from "../../src/nvme/admin.ts";
import type { CommandQueue } from "../../src/nvme/command-queue.ts";
import { Controller } from "../../src/nvme/controller.ts";
import { presentPages } from "../pages.ts";

const PAGE = 4096;
const MiB = 1024 ** 2;
const needs = {
  ioQueues: 1,
  heapBytes: 65536,
  commandBytes: 65536,
  completionBytes: 65536,
  dataBytes: MiB,
};

const opened: Controller[] = [];

async function open(parameters: string) {
  const controller = await Controller.open(`embedded?${parameters}`, { needs, stepped: true });
  opened.push(controller);
  const { memory } = controller.transport;
  const present = (media: Region = memory.media[0]!) => presentPages(memory.bytes, media);
  const prepare = (offset: number, bytes: number, nsid = 1, signal?: AbortSignal) =>
    controller.transport.prepareWrites!(nsid, { offset, bytes }, signal);
  return { controller, memory, present, prepare, transfer: await transfers(controller) };
}

/** Moves one page between the host and page `index` of the medium. */
async function transfers(controller: Controller) {
  const pair = await controller.createQueuePair(1, 8, null);
  const queue: CommandQueue = controller.commandQueue(pair);
  const page = controller.transport.memory.data.allocate(PAGE);
  return async (opcode: NvmOpcode.READ | NvmOpcode.WRITE, index: number): Promise<void> => {
    const iova = controller.iova(page.pointer);
    const command = readWrite(opcode, 1, BigInt(index), 1, iova, 0n);
    expect((await queue.submit(command, 1000)).status).toBe(0);
  };
}

afterEach(async () => {
  vi.restoreAllMocks();
  for (const controller of opened.splice(0)) await controller.close({ shutdown: false });
});

describe("what cannot be prepared", () => {
  test("more than there is memory for: one error, before anything is taken", async () => {
    const { prepare, present } = await open("size=64m");
    vi.spyOn(process, "constrainedMemory").mockReturnValue(16 * MiB);
    const failure = await prepare(0, 64 * MiB).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PhasebitError);
    expect(failure).toMatchObject({ code: "ENVIRONMENT" });
    expect((failure as Error).message).toMatch(/64MiB.*16MiB of memory are available.*--size/);
    expect(present()).toEqual([]);
  });

  test("anything, once it was called off", async () => {
    const { prepare, present } = await open("size=4m");
    await prepare(0, 4 * MiB, 1, AbortSignal.abort());
    expect(present()).toEqual([]);
  });

  test("a null medium, a file and a namespace that is not there: nothing to be done", async () => {
    const folder = await mkdtemp(join(tmpdir(), "phasebit-"));
    const path = join(folder, "medium");
    writeFileSync(path, "");
    truncateSync(path, MiB);
    await (await open("medium=null")).prepare(0, MiB);
    await (await open(`medium=${path}`)).prepare(0, MiB);
    await (await open("size=1m")).prepare(0, MiB, 2);
    await rm(folder, { recursive: true });
  });
});

describe("RAM", () => {
  test("has no page when it is powered on, nor when all of it was read", async () => {
    const { transfer, present } = await open("size=16m");
    expect(present()).toEqual([]);
    for (let page = 0; page < 4096; page++) await transfer(NvmOpcode.READ, page);
    expect(present()).toEqual([]);
  });

  test("has a page for what was written, and no other", async () => {
    const { transfer, present, memory } = await open("size=16m");
    for (const page of [7, 700]) await transfer(NvmOpcode.WRITE, page);
    for (let page = 0; page < 1024; page++) await transfer(NvmOpcode.READ, page);
    const { pointer } = memory.media[0]!;
    expect(present()).toEqual([pointer + 7 * PAGE, pointer + 700 * PAGE]);
  });

  test("that is prepared has the pages of the range, to the byte, before anything is written", async () => {
    const { prepare, transfer, present, memory } = await open("size=1m&namespaces=2");
    await prepare(3 * PAGE - 1, PAGE + 2, 2);
    const { pointer } = memory.media[1]!;
    const pages = [2, 3, 4].map((page) => pointer + page * PAGE);
    expect(present(memory.media[1])).toEqual(pages);
    expect(present()).toEqual([]);
    await prepare(0, MiB);
    expect(present()).toHaveLength(MiB / PAGE);
    await transfer(NvmOpcode.WRITE, 5);
    await prepare(0, MiB);
    expect(present()).toHaveLength(MiB / PAGE);
  });
});
