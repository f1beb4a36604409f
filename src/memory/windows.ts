// How the linear memory is divided: which windows there are, how large, and one after the other.

import { HEAP } from "../../assembly/layout.ts";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import { alignUp, type Span } from "./arena.ts";
import type { Access } from "./iommu.ts";

const WASM_PAGE_BYTES = 65536;
/** A Uint8Array of 4 GiB is one element too long for V8 11. */
const MAX_BYTES = 65535 * WASM_PAGE_BYTES;
export const HUGE_PAGE_BYTES = 2 * 1024 * 1024;
/** Unmapped IOVAs between windows: a device that runs past one faults instead of meeting the next. */
export const GUARD_BYTES = 16 * PAGE_BYTES;

/** What memory is for, which decides what a device may do with it. */
export type MemoryKind =
  /** Control blocks, histograms, slots: never mapped for a device. */
  | "host"
  /** Submission queues and lists: a device may only read it. */
  | "commands"
  | "completions"
  | "data";

/** Largest size of each window, in bytes of address space; pages are taken when they are needed. */
export type MemoryLimits = Readonly<Record<MemoryKind, number>>;

/** Enough for what nobody thought about. */
export const defaultLimits: MemoryLimits = {
  host: 128 * 2 ** 20,
  commands: 128 * 2 ** 20,
  completions: 64 * 2 ** 20,
  data: 512 * 2 ** 20,
};

export const kinds: readonly MemoryKind[] = ["host", "commands", "completions", "data"];

/** What the linear memory is divided into. */
export interface MemoryPlan extends Partial<MemoryLimits> {
  readonly doorbellBytes: number;
  /** Address space for BARs that are memory: Controller Memory Buffer, Persistent Memory Region. */
  readonly barBytes?: number;
  /** The embedded controller's media, one window each. */
  readonly mediaBytes?: readonly number[];
  /** Address space for memory that another process lends. */
  readonly peerBytes?: number;
  /** One file for each window of DMA memory, to lend it to another process as a whole. There are no huge pages then. */
  readonly segments?: boolean;
  /** What a device may do with memory of kind "commands"; to read it is enough for nearly all. */
  readonly commandAccess?: Access;
}

/** Where each window lies. */
export interface Windows {
  readonly host: Span;
  readonly doorbells: Span;
  readonly dma: Span;
  readonly commands: Span;
  readonly completions: Span;
  readonly data: Span;
  readonly media: readonly Span[];
  readonly bars: Span;
  readonly peer: Span;
}

/** Lays the windows out one after the other; `dma` and what follows may still move up by under 2 MiB. */
export function place(plan: MemoryPlan): { windows: Windows; bytes: number } {
  const limits = limitsOf(plan);
  let end = HEAP;
  const next = (bytes: number, alignment: number): Span => {
    const pointer = alignUp(end, alignment);
    end = pointer + alignUp(bytes, alignment);
    return { pointer, bytes: alignUp(bytes, alignment) };
  };
  const guarded = (bytes: number): Span => {
    const span = next(bytes, HUGE_PAGE_BYTES);
    end += GUARD_BYTES;
    return span;
  };

  const host = next(limits.host, PAGE_BYTES);
  const doorbells = next(plan.doorbellBytes, PAGE_BYTES);
  end = alignUp(end, HUGE_PAGE_BYTES);
  const first = end;
  const commands = guarded(limits.commands);
  const completions = guarded(limits.completions);
  const data = guarded(limits.data);
  end = alignUp(end, HUGE_PAGE_BYTES);
  const dma = { pointer: first, bytes: end - first };
  const media = (plan.mediaBytes ?? []).map((bytes) => next(bytes, PAGE_BYTES));
  const bars = next(plan.barBytes ?? 0, PAGE_BYTES);
  const peer = next(plan.peerBytes ?? 0, HUGE_PAGE_BYTES);

  const bytes = end + HUGE_PAGE_BYTES;
  if (bytes > MAX_BYTES) throw tooLarge(bytes);
  const dmaWindows = { dma, commands, completions, data };
  return { windows: { host, doorbells, ...dmaWindows, media, bars, peer }, bytes };
}

/** @throws PhasebitError USAGE for a size that is none: windows would overlap. */
function limitsOf(plan: MemoryPlan): MemoryLimits {
  const limits: Record<MemoryKind, number> = { ...defaultLimits };
  for (const kind of kinds) {
    const bytes = plan[kind] ?? defaultLimits[kind];
    if (!(Number.isSafeInteger(bytes) && bytes >= 0)) {
      throw badValue(`memory.${kind}`, bytes, "must be a whole number of bytes");
    }
    limits[kind] = bytes;
  }
  return limits;
}

function tooLarge(bytes: number): PhasebitError {
  return new PhasebitError(
    "USAGE",
    `queues, buffers and media need ${(bytes / 2 ** 30).toFixed(1)} GiB, and the linear memory ends ` +
      "at 4 GiB",
    { what: "memory", value: bytes, limit: "4 GiB" },
  );
}
