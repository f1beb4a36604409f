// Pages of the embedded controller's media: which are there, and since when.
import { existsSync, truncateSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import { native } from "../../src/compiled/native.ts";
import { openEmbedded } from "../../src/embedded/transport.ts";
import { PhasebitError } from "../../src/ground/errors.ts";
import type { Span } from "../../src/memory/arena.ts";
import { copyIn, copyOut } from "../../src/nvme/copy.ts";
import { Device } from "../../src/nvme/device.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { presentPages } from "../pages.ts";

const PAGE = 4096;
const MiB = 1024 ** 2;
const opened: Device[] = [];

async function open(parameters: string) {
  const transport = await openEmbedded(`embedded?${parameters}`, { stepped: true });
  const device = new Device(transport);
  opened.push(device);
  const { memory } = device;
  const present = (media: Span = memory.media[0]!) => presentPages(memory.bytes, media);
  const prepare = (offset: number, bytes: number, nsid = 1, signal?: AbortSignal) =>
    transport.prepareWrites(nsid, { offset, bytes }, signal);
  return { memory, present, prepare, transfer: await transfers(device) };
}

/** Moves one page between the host and page `index` of the medium. */
async function transfers(device: Device) {
  const controller = await device.bringUp({ ioQueues: 1 });
  const queue = await controller.createQueuePair(1, 8);
  const data = device.memory.allocate(PAGE);
  return async (opcode: NvmOpcode.READ | NvmOpcode.WRITE, index: number): Promise<void> => {
    const build = opcode === NvmOpcode.READ ? sqe.read : sqe.write;
    const command = build({ nsid: 1, slba: BigInt(index), blocks: 1, data });
    expect((await queue.run(command, { timeoutMs: 60_000 })).status).toBe(0);
  };
}

afterEach(async () => {
  vi.restoreAllMocks();
  for (const device of opened.splice(0)) await device.close();
});

describe("a file that somebody works on", () => {
  test("is refused, also within a process, until it is closed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "phasebit-lock-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const medium = join(folder, "medium.img");
    writeFileSync(medium, Buffer.alloc(MiB));
    await open(`medium=${medium}`);
    const second = openEmbedded(`embedded?medium=${medium}`, { stepped: true });
    await expect(second).rejects.toMatchObject({
      code: "REFUSED",
      message: `medium=${medium}: is in use by another phasebit`,
    });
    await opened.pop()!.close();
    await open(`medium=${medium}`);
  });

  test("is free again after a medium that cannot be mapped", async () => {
    const folder = await mkdtemp(join(tmpdir(), "phasebit-lock-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const medium = join(folder, "medium.img");
    writeFileSync(medium, Buffer.alloc(MiB));
    vi.spyOn(native(), "mapFile").mockImplementation(() => {
      throw new Error("no");
    });
    const opening = () => openEmbedded(`embedded?medium=${medium}`, { stepped: true });
    await expect(opening()).rejects.toThrow("no");
    vi.restoreAllMocks();
    await open(`medium=${medium}`);
  });
});

describe("a file that is cut short while it is in use", () => {
  async function cutShort(change: (path: string) => void = (path) => truncateSync(path, 4096)) {
    const folder = await mkdtemp(join(tmpdir(), "phasebit-short-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const medium = join(folder, "medium.img");
    writeFileSync(medium, Buffer.alloc(MiB, 7));
    const device = new Device(await openEmbedded(`embedded?medium=${medium}`, { stepped: true }));
    opened.push(device);
    const controller = await device.bringUp({ ioQueues: 2 });
    const queue = await controller.createQueuePair(2, 8);
    const data = device.memory.allocate(PAGE);
    const at = { nsid: 1, slba: 3n, blocks: 1, data };
    const status = async (command: sqe.SqeDwords) =>
      (await queue.run(command, { timeoutMs: 60_000 })).status;
    expect(await status(sqe.read(at))).toBe(Status.SUCCESS);
    change(medium);
    return { medium, folder, device, controller, at, status };
  }
  const said = (medium: string) => ({
    code: "ENVIRONMENT",
    what: "medium-lost",
    message: `medium=${medium}: was truncated from 1048576 to 4096 bytes while it was in use`,
  });

  test("is a medium that nothing can be read from or written to, and the host's doing", async () => {
    const { medium, device, at, status, controller } = await cutShort();
    expect(() => device.check()).not.toThrow();
    expect(await status(sqe.read(at))).toBe(Status.UNRECOVERED_READ_ERROR);
    expect(await status(sqe.write({ ...at, slba: 0n }))).toBe(Status.WRITE_FAULT);
    expect(await status(sqe.flush(1))).toBe(Status.WRITE_FAULT);
    // what is wrong with a command comes first
    expect(await status(sqe.read({ ...at, slba: 999n }))).toBe(Status.LBA_OUT_OF_RANGE);
    expect(() => device.check()).toThrow(expect.objectContaining(said(medium)));
    expect(device.health()).toBe("well");
    expect((await controller.identify()).model).toBe("phasebit embedded");
  });

  test("ends a copy with what became of it, whichever way", async () => {
    const { medium, device, folder } = await cutShort();
    const range = { nsid: 1, offset: 0, size: null };
    const out = join(folder, "copy");
    await expect(copyOut(device, range, out)).rejects.toMatchObject(said(medium));
    expect(existsSync(out)).toBe(false);
    const input = join(folder, "input");
    writeFileSync(input, Buffer.alloc(PAGE));
    await expect(copyIn(device, range, input)).rejects.toMatchObject(said(medium));
  });
});

describe("what cannot be prepared", () => {
  test("more than there is memory for: one error, before anything is taken", async () => {
    const { prepare, present } = await open("size=64m");
    vi.spyOn(process, "constrainedMemory").mockReturnValue(16 * MiB);
    const failure = await prepare(0, 64 * MiB).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PhasebitError);
    expect(failure).toMatchObject({ code: "ENVIRONMENT" });
    expect((failure as Error).message).toMatch(/64MiB.*16MiB of memory are available$/);
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
