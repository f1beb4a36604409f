// The embedded controller's media: what lies in their windows, and the pages under those that are RAM. The device
// reads no page of RAM that was never written; writes would make the kernel zero a page inside a command's time,
// so whoever measures writes has the pages made before.
import { closeSync, fstatSync, openSync, statfsSync } from "node:fs";
import { freemem } from "node:os";
import { BUS_MEDIUM_LOST } from "../../assembly/layout.ts";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { native } from "../compiled/native.ts";
import { PhasebitError, usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import { formatBytes } from "../ground/units.ts";
import { alignUp, type Span } from "../memory/arena.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { EmbeddedOptions } from "./options.ts";

/** A range of a namespace, in bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly bytes: number;
}

/** A call into the kernel takes no longer than Ctrl-C can wait. */
const POPULATED_AT_ONCE = 64 * 1024 ** 2;

/** Media in their windows. */
export interface Media {
  /** Of each namespace. */
  readonly pointers: readonly number[];
  /** What became of the medium's file, once BUS_MEDIUM_LOST says that a page of it could not be had. */
  whyLost(): PhasebitError;
}

/** Fills the media windows: files are mapped, RAM is the linear memory's own. */
export function placeMedia(memory: LinearMemory, options: EmbeddedOptions): Media {
  const { medium, namespaces } = options;
  const windows = memory.media.map(({ pointer }) => pointer);
  const pointers = medium.kind === "null" ? namespaces.map(() => 0) : windows;
  if (medium.kind !== "file")
    return { pointers, whyLost: () => lostMedium(medium.kind, "is gone") };
  const { path } = medium;
  requireWholePages(path, options);
  const file = memory.keep(lockMedium(path));
  // a file is the medium of one namespace
  const { pointer, bytes } = memory.media[0]!;
  memory.keep(native().mapFile(memory.bytes, pointer, bytes, path, BUS_MEDIUM_LOST));
  return { pointers, whyLost: () => lostMedium(path, whyLost(file.fd, bytes)) };
}

function lostMedium(medium: string, why: string): PhasebitError {
  return new PhasebitError("ENVIRONMENT", `medium=${safeString(medium)}: ${why}`, {
    what: "medium-lost",
    value: medium,
  });
}

/** Why a page of the file behind `fd` could not be had. */
function whyLost(fd: number, bytes: number): string {
  const { size } = fstatSync(fd);
  if (size < bytes) return `was truncated from ${bytes} to ${size} bytes while it was in use`;
  const { bavail } = statfsSync(`/proc/self/fd/${fd}`);
  if (bavail === 0) return "the disk is full, and there was no room for a block that was written";
  return "a page of it could not be read or written; look at the disk that it lies on";
}

/**
 * Two controllers over one file would each find blocks that it never wrote. The lock goes with the process, however it
 * ends.
 * @throws PhasebitError REFUSED while another one has it
 */
function lockMedium(path: string): { readonly fd: number; close(): void } {
  const fd = openSync(path, "r");
  try {
    if (native().tryLock(fd)) return { fd, close: () => closeSync(fd) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  throw new PhasebitError("REFUSED", `medium=${safeString(path)}: is in use by another phasebit`, {
    what: "medium-lock",
    value: path,
  });
}

/** A file is mapped page by page. */
function requireWholePages(path: string, { namespaces }: EmbeddedOptions): void {
  const { blocks, lbaShift } = namespaces[0]!;
  const bytes = blocks * 2 ** lbaShift;
  if (bytes % PAGE_BYTES === 0) return;
  throw usage(
    `medium=${path}: has ${bytes} bytes, which is no multiple of ${PAGE_BYTES}; make it one`,
  );
}

/**
 * Makes the pages of `bytes` of a RAM medium from `offset` on, huge ones where there are some. Ends early when
 * `signal` aborts.
 * @throws PhasebitError ENVIRONMENT when they do not fit into the machine's memory.
 */
export async function populateMedium(
  memory: LinearMemory,
  medium: Span,
  { offset, bytes }: ByteRange,
  signal?: { readonly aborted: boolean },
): Promise<void> {
  const first = medium.pointer + Math.floor(offset / PAGE_BYTES) * PAGE_BYTES;
  const end = alignUp(medium.pointer + offset + bytes, PAGE_BYTES);
  requireMemory(end - first);
  native().adviseHuge(memory.bytes, first, end - first);
  for (let pointer = first; pointer < end && !signal?.aborted; pointer += POPULATED_AT_ONCE) {
    const length = Math.min(POPULATED_AT_ONCE, end - pointer);
    await native()
      .populate(memory.bytes, pointer, length)
      .catch((cause: Error) => {
        throw notFitting(end - first, cause.message, cause);
      });
  }
}

/** Past the machine's memory the kernel ends processes, and does not say so before. */
function requireMemory(bytes: number): void {
  // 0 where there is no limit
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  const free = Math.min(freemem(), limit);
  if (bytes > free) throw notFitting(bytes, `${formatBytes(free)} of memory are available`);
}

function notFitting(bytes: number, why: string, cause?: Error): PhasebitError {
  return new PhasebitError(
    "ENVIRONMENT",
    `prepare ${formatBytes(bytes)} of the embedded controller's medium: ${why}`,
    { cause, what: "medium", value: bytes },
  );
}
