// Whole ranges of a namespace to and from a file, through the control plane's own queue: large transfers,
// several in flight, in the order of their completion.
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { badValue, PhasebitError } from "../errors.ts";
import { alignUp, type Region } from "../memory/arena.ts";
import type { MemoryNeeds } from "../transport/transport.ts";
import type { HostExports } from "../wasm/bindings.ts";
import { instantiateQueue } from "../wasm/modules.ts";
import { flush, readWrite } from "./admin.ts";
import type { CommandQueue } from "./command-queue.ts";
import type { Controller } from "./controller.ts";
import type { NamespaceData } from "./identify.ts";

const LARGEST_TRANSFER = 128 * 1024;
const IN_FLIGHT = 16;
const ENTRIES = 64;
const TIMEOUT_MS = 30_000;

/** Memory that copying needs. */
export const copyNeeds: MemoryNeeds = {
  ioQueues: 1,
  heapBytes: PAGE_BYTES,
  commandBytes: ENTRIES * 64 + IN_FLIGHT * PAGE_BYTES,
  completionBytes: PAGE_BYTES,
  dataBytes: IN_FLIGHT * LARGEST_TRANSFER,
};

/** A range of a namespace, in bytes. */
export interface CopyRange {
  readonly nsid: number;
  readonly offset: number;
  /** null means up to the end of the namespace, or of the file. */
  readonly size: number | null;
}

/**
 * Reads a range into a new file.
 * @returns the bytes copied.
 * @throws PhasebitError USAGE for a range that does not fit, RESULTS when the file cannot be written, DEVICE
 * when a command fails.
 */
export async function copyOut(
  controller: Controller,
  range: CopyRange,
  path: string,
): Promise<number> {
  const namespace = await controller.identifyNamespace(range.nsid);
  const size = range.size ?? capacity(namespace) - range.offset;
  checkRange(namespace, range.offset, size);
  const file = openFile(path, "w");
  try {
    await transfer(controller, namespace, range.offset, size, NvmOpcode.READ, {
      after: (bytes, at) => writeAll(file, bytes, at, path),
    });
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return size;
}

/** Writes a file to a range and flushes. The caller has the user's consent. @returns the bytes copied. */
export async function copyIn(
  controller: Controller,
  range: CopyRange,
  path: string,
): Promise<number> {
  const namespace = await controller.identifyNamespace(range.nsid);
  const file = openFile(path, "r");
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw badValue("input", path, "is not a regular file");
    const size = range.size ?? status.size;
    checkRange(namespace, range.offset, size);
    if (status.size < size) throw badValue("input", path, `has fewer than ${size} bytes`);
    await controller.transport.prepareWrites?.(range.nsid, { offset: range.offset, bytes: size });
    await transfer(controller, namespace, range.offset, size, NvmOpcode.WRITE, {
      before: (bytes, at) => readAll(file, bytes, at, path),
    });
    return size;
  } finally {
    closeSync(file);
  }
}

interface Hooks {
  /** Fills a buffer before it is written to the device. `at` counts from the range's start. */
  before?(bytes: Uint8Array, at: number): void;
  /** Takes a buffer that was read. */
  after?(bytes: Uint8Array, at: number): void;
}

async function transfer(
  controller: Controller,
  namespace: NamespaceData,
  offset: number,
  size: number,
  opcode: NvmOpcode.READ | NvmOpcode.WRITE,
  hooks: Hooks,
): Promise<void> {
  const { maxQueueEntries } = controller.capabilities;
  const pair = await controller.createQueuePair(1, Math.min(ENTRIES, maxQueueEntries), null);
  const queue = controller.commandQueue(pair);
  const limit = controller.identity.maxTransferBytes ?? LARGEST_TRANSFER;
  const chunk = Math.max(namespace.blockBytes, Math.min(LARGEST_TRANSFER, limit));
  let next = 0;
  let isFailed = false;
  const wasm = instantiateQueue(controller.transport.memory);
  const lane = async (): Promise<void> => {
    const buffer = new TransferBuffer(controller, wasm, chunk);
    while (next < size && !isFailed) {
      const at = next;
      next += chunk;
      const bytes = Math.min(chunk, size - at);
      const data = Buffer.alloc(bytes);
      hooks.before?.(data, at);
      buffer.fill(data);
      await move(queue, buffer, opcode, namespace, offset + at, bytes);
      hooks.after?.(buffer.contents(bytes), at);
    }
  };
  const lanes = Math.min(IN_FLIGHT, queue.room, Math.ceil(size / chunk));
  // all of them end before anything is given back, the first failure stops the others
  const ends = await Promise.allSettled(
    Array.from({ length: lanes }, () =>
      lane().catch((error) => {
        isFailed = true;
        throw error;
      }),
    ),
  );
  const failure = ends.find((end) => end.status === "rejected");
  if (failure !== undefined) throw failure.reason;
  if (opcode === NvmOpcode.WRITE) {
    await queue.execute(flush(namespace.nsid), TIMEOUT_MS, "Flush");
  }
  queue.release();
  await controller.deleteQueuePair(pair);
}

async function move(
  queue: CommandQueue,
  buffer: TransferBuffer,
  opcode: NvmOpcode.READ | NvmOpcode.WRITE,
  { nsid, blockBytes }: NamespaceData,
  at: number,
  bytes: number,
): Promise<void> {
  const [prp1, prp2] = buffer.prps(bytes);
  const slba = BigInt(at / blockBytes);
  const name = opcode === NvmOpcode.READ ? "Read" : "Write";
  await queue.execute(
    readWrite(opcode, nsid, slba, bytes / blockBytes, prp1, prp2),
    TIMEOUT_MS,
    `${name} of ${bytes / blockBytes} blocks from LBA ${slba}`,
  );
}

/** One transfer's buffer, with its PRP list. */
class TransferBuffer {
  readonly #controller: Controller;
  readonly #wasm: HostExports;
  readonly #data: Region;
  readonly #list: Region;
  readonly #out: Region;

  constructor(controller: Controller, wasm: HostExports, bytes: number) {
    const { memory } = controller.transport;
    this.#controller = controller;
    this.#wasm = wasm;
    this.#data = memory.data.allocate(alignUp(bytes, PAGE_BYTES));
    this.#list = memory.commands.allocate(PAGE_BYTES);
    this.#out = memory.heap.allocate(16, 16);
  }

  /** PRP1 and PRP2 of the first `bytes`. */
  prps(bytes: number): [bigint, bigint] {
    const { memory, iovaBase } = this.#controller.transport;
    const [out, data, list] = [this.#out, this.#data, this.#list].map(({ pointer }) => pointer);
    this.#wasm.buildPrps(out!, data!, bytes, list!, iovaBase);
    return [memory.u64[this.#out.pointer / 8]!, memory.u64[this.#out.pointer / 8 + 1]!];
  }

  fill(bytes: Uint8Array): void {
    this.#controller.transport.memory.bytes.set(bytes, this.#data.pointer);
  }

  contents(bytes: number): Uint8Array {
    return this.#controller.transport.memory.copy({ ...this.#data, bytes });
  }
}

function capacity({ blocks, blockBytes }: NamespaceData): number {
  return blocks * blockBytes;
}

function checkRange(namespace: NamespaceData, offset: number, size: number): void {
  for (const [what, value] of [
    ["offset", offset],
    ["size", size],
  ] as const) {
    if (value % namespace.blockBytes !== 0) {
      throw badValue(what, value, `must be a multiple of ${namespace.blockBytes} bytes`);
    }
  }
  if (size <= 0) throw badValue("size", size, "there is nothing to copy");
  if (offset + size > capacity(namespace)) {
    throw badValue("size", size, `ends past the namespace's ${capacity(namespace)} bytes`);
  }
}

function openFile(path: string, flags: "r" | "w"): number {
  try {
    return openSync(path, flags);
  } catch (cause) {
    const what = flags === "r" ? "input" : "output";
    throw badValue(what, path, (cause as Error).message);
  }
}

/** Fills `bytes` from the file, all of them: what was not read must never reach the drive. */
function readAll(file: number, bytes: Uint8Array, at: number, path: string): void {
  for (let done = 0; done < bytes.length; ) {
    const read = readSync(file, bytes, done, bytes.length - done, at + done);
    if (read === 0) throw badValue("input", path, `ended before its ${at + bytes.length} bytes`);
    done += read;
  }
}

function writeAll(file: number, bytes: Uint8Array, at: number, path: string): void {
  try {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(file, bytes, done, bytes.length - done, at + done);
    }
  } catch (cause) {
    throw new PhasebitError("RESULTS", `write ${path}: ${(cause as Error).message}`, { cause });
  }
}
