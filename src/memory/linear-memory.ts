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
import { Arena, type Span } from "./arena.ts";
import { getting } from "./getting.ts";
import type { Access, Iommu } from "./iommu.ts";
import { type DmaMapping, type MapOptions, Mappings } from "./mappings.ts";
import { type IovaRange, iovaBaseFor, rangeOf, type TakenRange } from "./placing.ts";
import { Region, type RegionHome } from "./region.ts";
import { type FilePlace, Segments } from "./segments.ts";
import {
  GUARD_BYTES,
  HUGE_PAGE_BYTES,
  kinds,
  type MemoryKind,
  type MemoryLimits,
  type MemoryPlan,
  place,
} from "./windows.ts";

export {
  defaultLimits,
  HUGE_PAGE_BYTES,
  type MemoryKind,
  type MemoryLimits,
  type MemoryPlan,
} from "./windows.ts";

const WASM_PAGE_BYTES = 65536;
/** What DMA memory grows by where there are no huge pages: little, since it is locked. */
export const PLAIN_STEP_BYTES = 256 * 1024;
/** What the embedded controller and its bus have at fixed places. */
const FIXED: Span = { pointer: RESERVED_BYTES, bytes: HEAP - RESERVED_BYTES };
const HUGE_PAGES_FREE = "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages";

/** How `allocate` chooses. */
export interface AllocateOptions {
  /** "data" by default. */
  readonly kind?: MemoryKind;
  /** A power of two; a page by default. */
  readonly alignment?: number;
}

/** A stretch that has pages, as an IOMMU maps it. */
interface Chunk extends Span {
  readonly access: Access;
}

/** Memory, and where the device finds it. */
interface Placed {
  readonly span: Span;
  readonly iova: bigint;
  readonly access: Access;
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
  /** Where memory that another process lends may be mapped. */
  readonly peer: Span;
  readonly #segments: Segments;
  readonly #arenas: Readonly<Record<MemoryKind, Arena>>;
  readonly #chunks: Chunk[] = [];
  readonly #mapped: Mappings;
  #usable: readonly IovaRange[] = [];
  #others: () => readonly TakenRange[] = () => [];
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
    this.#segments = new Segments(this.bytes);
    const isSegmented = plan.segments === true;
    const step = hasHugePages() && !isSegmented ? HUGE_PAGE_BYTES : PLAIN_STEP_BYTES;
    const grown = (name: string, span: Span, access: Access = "read-write"): Arena => {
      const window = shifted(span);
      const commit = isSegmented
        ? this.#segments.grow(window, (mapping) => this.#adopt({ ...window, access }, mapping))
        : (chunk: Span): void => this.#commit({ ...chunk, access });
      return new Arena(name, window, { step, commit });
    };
    this.doorbells = windows.doorbells;
    this.dma = shifted(windows.dma);
    this.media = windows.media.map(shifted);
    this.bars = shifted(windows.bars);
    this.peer = shifted(windows.peer);
    // the kernel makes these pages now, and not when a command first needs one; regions are zeroed one by one
    for (const { pointer, bytes: length } of [FIXED, this.doorbells]) {
      this.bytes.fill(0, pointer, pointer + length);
    }
    this.#arenas = {
      host: new Arena("host memory", windows.host),
      commands: grown("command memory", windows.commands, plan.commandAccess ?? "read-only"),
      completions: grown("completion queue memory", windows.completions),
      data: grown("data memory", windows.data),
    };
    this.#mapped = new Mappings({
      bytes: this.bytes,
      attached: () => this.#iommu,
      ranges: () => this.#usable,
      taken: () => [...this.takenRanges.slice(0, 1), ...this.#others()],
      isOpen: () => !this.#isClosed,
    });
  }

  /** Where DMA memory and mappings lie for the device. */
  get takenRanges(): readonly TakenRange[] {
    const first = this.#iovaBase + BigInt(this.dma.pointer);
    const windows = { ...rangeOf(first, this.dma.bytes), what: "the windows of DMA memory" };
    return [windows, ...this.#mapped.ranges()];
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
      release: (released) => {
        this.#mapped.endWithin(released);
        arena.release(released);
      },
    };
    return new Region(span, home).fill(0);
  }

  /**
   * Maps a region for the device at another address too, from the next `connect` on or at once. One of kind "host" is
   * reached nowhere else.
   * @throws PhasebitError USAGE, by name, for a region that is not whole pages of `allocate`, for an address that lies on
   * no page, outside of what the IOMMU can map or on other memory of the device, and when the device was closed;
   * ENVIRONMENT when the kernel does not map it.
   */
  map(region: Region, options: MapOptions = {}): DmaMapping {
    if (!this.#isOurs(region)) {
      throw badValue("region", region.pointer, "was not allocated here");
    }
    return this.#mapped.map(region, options);
  }

  /** What else the device finds somewhere: nothing is mapped there. */
  avoid(others: () => readonly TakenRange[]): void {
    this.#others = others;
  }

  #isOurs({ pointer, bytes }: Region): boolean {
    return kinds.some((kind) => {
      const arena = this.#arenas[kind];
      return pointer >= arena.pointer && pointer + bytes <= arena.pointer + arena.bytes;
    });
  }

  /**
   * Chooses where the device sees the DMA windows: at 4 GiB + pointer if it can. Before anything is allocated.
   * @throws PhasebitError ENVIRONMENT when they fit none of the usable ranges.
   */
  placeFor(iommu: Iommu): void {
    this.#usable = iommu.ranges();
    this.#iovaBase = iovaBaseFor(this.dma, this.#usable);
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
    const mapped: Placed[] = [];
    try {
      for (const one of this.#placed()) {
        iommu.map(one.span, one.iova, one.access);
        mapped.push(one);
      }
    } catch (error) {
      unmapAll(iommu, mapped);
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
    if (iommu !== undefined) unmapAll(iommu, this.#placed());
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

  /** The file behind DMA memory; undefined where it is not one for each window. */
  fileOf(span: Span): FilePlace | undefined {
    return this.#segments.fileOf(span);
  }

  #commit(chunk: Chunk): void {
    const { pointer, bytes } = chunk;
    const mapping = getting(bytes, () => native().mapMemory(this.bytes, pointer, bytes, true));
    this.#adopt(chunk, mapping);
    this.#pageBytes = mapping.pageBytes;
  }

  /** What was mapped is the device's to reach from now on. */
  #adopt(chunk: Chunk, mapping: Mapping): void {
    try {
      this.#iommu?.map(chunk, this.#iovaOf(chunk), chunk.access);
    } catch (error) {
      mapping.close();
      throw error;
    }
    this.keep(mapping);
    this.#chunks.push(chunk);
  }

  /** All that a device reaches while it is attached. */
  #placed(): Placed[] {
    const chunks = this.#chunks.map((span) => ({
      span,
      iova: this.#iovaOf(span),
      access: span.access,
    }));
    const others = this.#mapped.list.map(({ region, iova, access }) => ({
      span: region,
      iova,
      access,
    }));
    return [...chunks, ...others];
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

function unmapAll(iommu: Iommu, placed: readonly Placed[]): void {
  for (const { span, iova } of placed.toReversed()) iommu.unmap(iova, span.bytes);
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

if (RESERVED_BYTES > DEVICE_STATE) throw new Error("layout: the reserved bytes overlap the device");
