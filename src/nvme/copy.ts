// Whole ranges of a namespace to and from a file, through the control plane's own queue: large transfers,
// several in flight, in the order of their completion.
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { badValue, PhasebitError, requireTimeout } from "../ground/errors.ts";
import { saving, WholeFile } from "../ground/whole-file.ts";
import { alignUp } from "../memory/arena.ts";
import type { MemoryKind } from "../memory/linear-memory.ts";
import type { Region } from "../memory/region.ts";
import type { Controller } from "./controller.ts";
import type { Device } from "./device.ts";
import type { NamespaceData } from "./identify.ts";
import { listPages } from "./prp.ts";
import * as sqe from "./sqe.ts";
import type { SubmissionQueue } from "./submission-queue.ts";

const LARGEST_TRANSFER = 128 * 1024;
const IN_FLIGHT = 16;
const ENTRIES = 64;
/** Longest wait for one command, when nobody says. */
const TIMEOUT_MS = 30_000;

/** A range of a namespace, in bytes. */
export interface CopyRange {
  readonly nsid: number;
  readonly offset: number;
  /** null means up to the end of the namespace, or of the file. */
  readonly size: number | null;
}

/** What a copy takes beside its range. */
export interface CopyOptions {
  /** Longest wait for one command, in ms; 30 s by default. */
  readonly timeoutMs?: number;
}

/** Takes a piece of a range that was read; `at` counts from the range's start. The next piece waits for its end. */
export type TakePiece = (bytes: Uint8Array, at: number) => void | Promise<void>;

/**
 * Reads a range into a file, which is there when all of it was read, through an I/O queue pair 1 of its own, which must
 * not be there. An earlier file of that name stays until then.
 * @returns the bytes copied.
 * @throws PhasebitError USAGE for a range that does not fit and a time that is none, RESULTS when the file cannot be
 * written, DEVICE when a command fails or takes too long, INTERRUPTED soon after the signal of `open` was aborted.
 */
export async function copyOut(
  device: Device,
  range: CopyRange,
  path: string,
  options: CopyOptions = {},
): Promise<number> {
  const file = saving(path, () => new WholeFile(path));
  try {
    const take: TakePiece = (bytes, at) => saving(path, () => writeAll(file.descriptor, bytes, at));
    const size = await readRange(device, range, take, options);
    saving(path, () => file.commit());
    return size;
  } finally {
    file[Symbol.dispose]();
  }
}

/**
 * Reads a range as `copyOut` does, and gives its pieces to `take` in their order, one at a time.
 * @returns the bytes read.
 * @throws what `take` throws, and PhasebitError as `copyOut`.
 */
export async function readRange(
  device: Device,
  range: CopyRange,
  take: TakePiece,
  options: CopyOptions = {},
): Promise<number> {
  const timeoutMs = timeoutOf(options);
  const controller = requireController(device);
  const namespace = await controller.identifyNamespace(range.nsid);
  const size = range.size ?? capacity(namespace) - range.offset;
  checkRange(namespace, range.offset, size);
  const what = { namespace, offset: range.offset, size, isWrite: false, timeoutMs };
  await transfer(device, controller, what, { after: take });
  return size;
}

/**
 * Writes a file to a range and flushes, as `copyOut` reads. The caller has the user's consent.
 * @returns the bytes copied.
 * @throws PhasebitError USAGE for a range that does not fit, a time that is none, and a file that is none or too short;
 * DEVICE when a command fails or takes too long, INTERRUPTED soon after the signal of `open` was aborted: the range is
 * then written in part.
 */
export async function copyIn(
  device: Device,
  range: CopyRange,
  path: string,
  options: CopyOptions = {},
): Promise<number> {
  const timeoutMs = timeoutOf(options);
  const controller = requireController(device);
  const namespace = await controller.identifyNamespace(range.nsid);
  const file = openInput(path);
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw badValue("input", path, "is not a regular file");
    const size = range.size ?? status.size;
    checkRange(namespace, range.offset, size);
    if (status.size < size) throw badValue("input", path, `has fewer than ${size} bytes`);
    const what = { namespace, offset: range.offset, size, isWrite: true, timeoutMs };
    await transfer(device, controller, what, {
      before: (bytes, at) => readAll(file, bytes, at, path),
    });
    return size;
  } finally {
    closeSync(file);
  }
}

/** What is moved, in bytes. */
interface Transfer {
  readonly namespace: NamespaceData;
  readonly offset: number;
  readonly size: number;
  readonly isWrite: boolean;
  /** Longest wait for one command. */
  readonly timeoutMs: number;
}

interface Hooks {
  /** Fills a buffer before it is written to the device. `at` counts from the range's start. */
  before?(bytes: Uint8Array, at: number): void;
  /** Takes a buffer that was read. */
  readonly after?: TakePiece;
}

async function transfer(
  device: Device,
  controller: Controller,
  { namespace, offset, size, isWrite, timeoutMs }: Transfer,
  hooks: Hooks,
): Promise<void> {
  const [build, name] = isWrite ? ([sqe.write, "Write"] as const) : ([sqe.read, "Read"] as const);
  const { maxQueueEntries } = device.registers.capabilities();
  const queue = await controller.createQueuePair(1, Math.min(ENTRIES, maxQueueEntries));
  const limit = controller.identity.maxTransferBytes ?? LARGEST_TRANSFER;
  const chunk = Math.max(namespace.blockBytes, Math.min(LARGEST_TRANSFER, limit));
  const buffers: Region[] = [];
  const allocate = (bytes: number, kind: MemoryKind): Region => {
    const region = device.memory.allocate(bytes, { kind });
    buffers.push(region);
    return region;
  };
  let next = 0;
  let isFailed = false;
  /** Ends when the piece before was moved, or with its failure. */
  let before: Promise<void> = Promise.resolve();
  const move = async (at: number, data: Region, list: Region, earlier: Promise<void>) => {
    const bytes = Math.min(chunk, size - at);
    const piece = data.slice(0, bytes);
    if (hooks.before !== undefined) {
      const contents = Buffer.alloc(bytes);
      hooks.before(contents, at);
      piece.write(contents);
    }
    const slba = BigInt((offset + at) / namespace.blockBytes);
    const blocks = bytes / namespace.blockBytes;
    const command = { nsid: namespace.nsid, slba, blocks, data: piece, list };
    const what = `${name} of ${blocks} blocks from LBA ${slba}`;
    await queue.execute(build(command), { timeoutMs, what });
    if (hooks.after === undefined) return;
    await earlier;
    await hooks.after(piece.copy(), at);
  };
  const lane = async (): Promise<void> => {
    const data = allocate(alignUp(chunk, PAGE_BYTES), "data");
    const list = allocate(listPages(chunk) * PAGE_BYTES || PAGE_BYTES, "commands");
    while (next < size && !isFailed) {
      const at = next;
      next += chunk;
      const moved = move(at, data, list, before);
      before = moved;
      await moved;
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
  try {
    const failure = ends.find((end) => end.status === "rejected");
    if (failure !== undefined) throw failure.reason;
    if (isWrite) {
      await queue.execute(sqe.flush(namespace.nsid), { timeoutMs, what: "Flush" });
    }
  } catch (error) {
    // what failed is told, not that its queue did not go either
    await giveBack(controller, queue, buffers).catch(() => {});
    throw device.transport.hostFailure ?? error;
  }
  await giveBack(controller, queue, buffers);
  if (device.transport.hostFailure !== undefined) throw device.transport.hostFailure;
}

/** A deleted queue's commands write no more (5.6); otherwise they may until the next reset. */
async function giveBack(
  controller: Controller,
  queue: SubmissionQueue,
  buffers: readonly Region[],
): Promise<void> {
  try {
    await controller.deleteQueuePair(queue);
    for (const region of buffers) region.release();
  } catch (error) {
    for (const region of buffers) controller.releaseAfterReset(region);
    throw error;
  }
}

function timeoutOf({ timeoutMs = TIMEOUT_MS }: CopyOptions): number {
  requireTimeout(timeoutMs);
  return timeoutMs;
}

/** @throws PhasebitError USAGE when the controller is not enabled. */
function requireController(device: Device): Controller {
  if (device.controller !== undefined) return device.controller;
  throw new PhasebitError("USAGE", `copy: the controller of ${device.address} is not enabled`);
}

function capacity({ blocks, blockBytes }: NamespaceData): number {
  return blocks * blockBytes;
}

function checkRange(namespace: NamespaceData, offset: number, size: number): void {
  for (const [what, value] of [
    ["offset", offset],
    ["size", size],
  ] as const) {
    if (value < 0 || value % namespace.blockBytes !== 0) {
      throw badValue(what, value, `must be a multiple of ${namespace.blockBytes} bytes`);
    }
  }
  if (size <= 0) throw badValue("size", size, "there is nothing to copy");
  if (offset + size > capacity(namespace)) {
    throw badValue("size", size, `ends past the namespace's ${capacity(namespace)} bytes`);
  }
}

function openInput(path: string): number {
  if (path === "-")
    throw badValue("input", path, "stdin is not read here; give the name of a file");
  try {
    return openSync(path, "r");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`;
    throw badValue("input", path, why);
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

function writeAll(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, at + done);
  }
}
