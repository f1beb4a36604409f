// The linear memory of one controller: one shared WebAssembly.Memory, never grown, with windows in it. Low part: what
// only phasebit uses (control blocks, histograms, slots); the IOMMU never maps it. Then the doorbell window, a window
// for each kind of DMA memory, and the embedded device's media. Windows are address space; DMA memory gets pages when
// somebody asks for them.
import { readFileSync } from "node:fs";
import { DEVICE_STATE, HEAP, IOVA_WINDOW_DMA, RESERVED_BYTES } from "../../assembly/layout.ts";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { type Mapping, native } from "../compiled/native.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import { formatBytes } from "../ground/units.ts";
import { Arena, alignUp, type Span } from "./arena.ts";
import type { Iommu } from "./iommu.ts";
import { Region, type RegionHome } from "./region.ts";

const WASM_PAGE_BYTES = 65536;
/** A Uint8Array of 4 GiB is one element too long for V8 11. */
const MAX_BYTES = 65535 * WASM_PAGE_BYTES;
export const HUGE_PAGE_BYTES = 2 * 1024 * 1024;
/** What DMA memory grows by where there are no huge pages: little, since it is locked. */
export const PLAIN_STEP_BYTES = 256 * 1024;
/** Unmapped IOVAs between windows: a device that runs past one faults instead of meeting the next. */
const GUARD_BYTES = 16 * PAGE_BYTES;
/** Below 39 bits, the narrowest IOMMU in use. */
const DEFAULT_IOVA_END = (1n << 39n) - 1n;
const IOVA_WINDOW_BYTES = 0x1_0000_0000n;
/** What the embedded controller and its bus have at fixed places. */
const FIXED: Span = { pointer: RESERVED_BYTES, bytes: HEAP - RESERVED_BYTES };
const HUGE_PAGES_FREE = "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages";

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

const kinds: readonly MemoryKind[] = ["host", "commands", "completions", "data"];

/** What the linear memory is divided into. */
export interface MemoryPlan extends Partial<MemoryLimits> {
  readonly doorbellBytes: number;
  /** Address space for BARs that are memory: Controller Memory Buffer, Persistent Memory Region. */
  readonly barBytes?: number;
  /** The embedded controller's media, one window each. */
  readonly mediaBytes?: readonly number[];
}

/** How `allocate` chooses. */
export interface AllocateOptions {
  /** "data" by default. */
  readonly kind?: MemoryKind;
  /** A power of two; a page by default. */
  readonly alignment?: number;
}

/** A stretch that has pages, as an IOMMU maps it. */
interface Chunk extends Span {
  readonly readOnly: boolean;
}

/** A shared WebAssembly.Memory, for which a user's TypeScript may have no type. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

/** V8 reserves the same address space for each, guards included, however small it is. */
function reserved(pages: number): SharedMemory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (cause) {
    const bytes = pages * WASM_PAGE_BYTES;
    throw new PhasebitError(
      "ENVIRONMENT",
      `reserve ${formatBytes(bytes)} of linear memory: V8 got no 10GiB of address space for it; ` +
        "raise the limits, as with ulimit -v unlimited and ulimit -d unlimited",
      { cause, what: "address space", value: bytes },
    );
  }
}

/** The shared memory of one controller and the windows in it. */
export class LinearMemory {
  readonly memory: SharedMemory;
  /** The whole memory, as bytes, as dwords and as qwords. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly u32: Uint32Array<SharedArrayBuffer>;
  readonly u64: BigUint64Array<SharedArrayBuffer>;
  readonly doorbells: Span;
  /** Where BARs that are memory may be mapped. */
  readonly bars: Span;
  /** From the first to the last window of DMA memory, guards included. */
  readonly dma: Span;
  readonly media: readonly Span[];
  readonly #arenas: Readonly<Record<MemoryKind, Arena>>;
  readonly #chunks: Chunk[] = [];
  #iovaBase = BigInt(IOVA_WINDOW_DMA) << 32n;
  #iommu: Iommu | undefined;
  #mappings: { close(): unknown }[] = [];
  #pageBytes: number = PAGE_BYTES;
  #isClosed = false;

  /**
   * @throws PhasebitError USAGE when the plan does not fit into 4 GiB, or has a size that is none; ENVIRONMENT when the
   * process may not have the address space.
   */
  constructor(plan: MemoryPlan) {
    const { windows, bytes } = place(plan);
    const pages = Math.ceil(bytes / WASM_PAGE_BYTES);
    this.memory = reserved(pages);
    this.bytes = new Uint8Array(this.memory.buffer);
    this.u32 = new Uint32Array(this.memory.buffer);
    this.u64 = new BigUint64Array(this.memory.buffer);

    const slack = slackFor(native().addressOf(this.bytes), windows.dma.pointer);
    const shifted = (span: Span): Span => ({ ...span, pointer: span.pointer + slack });
    const step = hasHugePages() ? HUGE_PAGE_BYTES : PLAIN_STEP_BYTES;
    const grown = (name: string, span: Span, readOnly: boolean): Arena =>
      new Arena(name, shifted(span), {
        step,
        commit: (chunk) => this.#commit({ ...chunk, readOnly }),
      });
    this.doorbells = windows.doorbells;
    this.dma = shifted(windows.dma);
    this.media = windows.media.map(shifted);
    this.bars = shifted(windows.bars);
    // the kernel makes these pages now, and not when a command first needs one; regions are zeroed one by one
    for (const { pointer, bytes: length } of [FIXED, this.doorbells]) {
      this.bytes.fill(0, pointer, pointer + length);
    }
    this.#arenas = {
      host: new Arena("host memory", windows.host),
      commands: grown("command memory", windows.commands, true),
      completions: grown("completion queue memory", windows.completions, false),
      data: grown("data memory", windows.data, false),
    };
  }

  /** What the device adds to a pointer. */
  get iovaBase(): bigint {
    return this.#iovaBase;
  }

  /** Size of the pages behind DMA memory. */
  get pageBytes(): number {
    return this.#pageBytes;
  }

  /** Bytes handed out of each kind. */
  get used(): MemoryLimits {
    return this.#each(({ used }) => used);
  }

  /** Bytes that have memory under them, of each kind. */
  get committed(): MemoryLimits {
    return this.#each(({ committed }) => committed);
  }

  /**
   * Memory, zeroed. A device reaches it once the controller's memory is attached (all kinds but "host").
   * @throws PhasebitError USAGE for a size, an alignment or a kind that is none, when the kind's window is full, and when
   * the device was closed; ENVIRONMENT when the system has no more memory.
   */
  allocate(bytes: number, { kind = "data", alignment = PAGE_BYTES }: AllocateOptions = {}): Region {
    const arena = this.#arenas[kind];
    if (arena === undefined) throw badValue("kind", kind, `must be ${kinds.join(", ")}`);
    if (this.#isClosed) throw new PhasebitError("USAGE", "allocate memory: the device was closed");
    const span = arena.allocate(bytes, alignment);
    const home: RegionHome = {
      bytes: this.bytes,
      iovaBase: this.#iovaBase,
      isOpen: () => !this.#isClosed,
      release: (released) => arena.release(released),
    };
    return new Region(span, home).fill(0);
  }

  /**
   * Chooses where the device sees the DMA windows: at 4 GiB + pointer if it can. Before anything is allocated.
   * @throws PhasebitError ENVIRONMENT when they fit none of the usable ranges.
   */
  placeFor(iommu: Iommu): void {
    this.#iovaBase = iovaBaseFor(this.dma, iommu.ranges());
  }

  /**
   * An address at which the device finds nothing, for commands with bad pointers: in the guard behind the windows.
   * @param bytes from there on that are unmapped too, 1 to 65536
   */
  unmapped(bytes: number = PAGE_BYTES): bigint {
    if (!(Number.isInteger(bytes) && bytes >= 1 && bytes <= GUARD_BYTES)) {
      throw badValue("bytes", bytes, `must be 1 to ${GUARD_BYTES}`);
    }
    const { data } = this.#arenas;
    return this.#iovaBase + BigInt(data.pointer + data.bytes);
  }

  /**
   * Lets a device reach all DMA memory, also what is allocated later. Twice is once.
   * @throws what the IOMMU throws that maps no more; then nothing is mapped.
   */
  attach(iommu: Iommu): void {
    if (this.#iommu !== undefined) return;
    const mapped: Chunk[] = [];
    try {
      for (const chunk of this.#chunks) {
        iommu.map(chunk, this.#iovaOf(chunk), chunk.readOnly);
        mapped.push(chunk);
      }
    } catch (error) {
      this.#unmap(iommu, mapped);
      throw error;
    }
    this.#iommu = iommu;
  }

  /** Whether a device may reach it. */
  get isAttached(): boolean {
    return this.#iommu !== undefined;
  }

  /** Takes all DMA memory from the device. The controller must be disabled. Twice is once. */
  detach(): void {
    const iommu = this.#iommu;
    this.#iommu = undefined;
    if (iommu !== undefined) this.#unmap(iommu, this.#chunks);
  }

  /** Remembers a mapping, or what goes with one, so that `close` undoes it. */
  keep<T extends { close(): unknown }>(mapping: T): T {
    this.#mappings.push(mapping);
    return mapping;
  }

  /** Puts anonymous pages over all windows again, the last mapped first. Nothing is handed out from here on. */
  close(): void {
    this.#isClosed = true;
    for (const mapping of this.#mappings.reverse()) mapping.close();
    this.#mappings = [];
  }

  #commit(chunk: Chunk): void {
    const mapping = this.#mapPages(chunk);
    try {
      this.#iommu?.map(chunk, this.#iovaOf(chunk), chunk.readOnly);
    } catch (error) {
      mapping.close();
      throw error;
    }
    this.keep(mapping);
    this.#pageBytes = mapping.pageBytes;
    this.#chunks.push(chunk);
  }

  /** @throws PhasebitError ENVIRONMENT when the system has no more memory, or no more descriptors. */
  #mapPages({ pointer, bytes }: Span): Mapping {
    try {
      return native().mapMemory(this.bytes, pointer, bytes, true);
    } catch (cause) {
      throw new PhasebitError("ENVIRONMENT", (cause as Error).message, {
        what: "memory",
        value: bytes,
        cause,
      });
    }
  }

  #unmap(iommu: Iommu, chunks: readonly Chunk[]): void {
    for (const chunk of chunks.toReversed()) iommu.unmap(this.#iovaOf(chunk), chunk.bytes);
  }

  #iovaOf({ pointer }: Chunk): bigint {
    return this.#iovaBase + BigInt(pointer);
  }

  #each(of: (arena: Arena) => number): MemoryLimits {
    const { host, commands, completions, data } = this.#arenas;
    return {
      host: of(host),
      commands: of(commands),
      completions: of(completions),
      data: of(data),
    };
  }
}

interface Windows {
  readonly host: Span;
  readonly doorbells: Span;
  readonly dma: Span;
  readonly commands: Span;
  readonly completions: Span;
  readonly data: Span;
  readonly media: readonly Span[];
  readonly bars: Span;
}

/** Lays the windows out one after the other; `dma` and what follows may still move up by under 2 MiB. */
function place(plan: MemoryPlan): { windows: Windows; bytes: number } {
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

  const bytes = end + HUGE_PAGE_BYTES;
  if (bytes > MAX_BYTES) throw tooLarge(bytes);
  return { windows: { host, doorbells, dma, commands, completions, data, media, bars }, bytes };
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

/** Bytes to move the DMA windows up so that their *addresses* lie on huge pages. */
function slackFor(base: bigint, pointer: number): number {
  const beyond = Number((base + BigInt(pointer)) % BigInt(HUGE_PAGE_BYTES));
  return beyond === 0 ? 0 : HUGE_PAGE_BYTES - beyond;
}

function hasHugePages(): boolean {
  try {
    return Number(readFileSync(HUGE_PAGES_FREE, "utf8")) > 0;
  } catch {
    return false;
  }
}

/** The first multiple of 4 GiB from which the DMA windows lie inside a usable range; 4 GiB itself if it can. */
function iovaBaseFor(dma: Span, reported: ReturnType<Iommu["ranges"]>): bigint {
  const ranges = reported.length > 0 ? reported : [{ start: 0n, end: DEFAULT_IOVA_END }];
  const fits = (base: bigint): boolean => {
    const first = base + BigInt(dma.pointer);
    const last = first + BigInt(dma.bytes) - 1n;
    return ranges.some(({ start, end }) => start <= first && last <= end);
  };
  const candidates = [
    BigInt(IOVA_WINDOW_DMA) * IOVA_WINDOW_BYTES,
    ...ranges.flatMap(({ start }) => {
      const base = (start / IOVA_WINDOW_BYTES) * IOVA_WINDOW_BYTES;
      return [base, base + IOVA_WINDOW_BYTES];
    }),
  ];
  const base = candidates.find(fits);
  if (base !== undefined) return base;
  const known = ranges.map(({ start, end }) => `${start.toString(16)}-${end.toString(16)}`);
  throw new PhasebitError(
    "ENVIRONMENT",
    `place the DMA windows: ${dma.bytes} bytes fit none of the IOMMU's ranges (${known.join(", ")})`,
    { what: "memory", value: dma.bytes },
  );
}

if (RESERVED_BYTES > DEVICE_STATE) throw new Error("layout: the reserved bytes overlap the device");
