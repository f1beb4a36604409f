// The linear memory of one controller: one shared WebAssembly.Memory, never grown, with windows in it.
// Low part: what only phasebit uses (control blocks, histograms, slots); the IOMMU never maps it. Then the
// doorbell window, the DMA window with an arena for each kind of access, and the embedded device's media.
import { DEVICE_STATE, HEAP, RESERVED_BYTES } from "../../assembly/layout.ts";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { PhasebitError } from "../errors.ts";
import { type Mapping, native } from "../native.ts";
import { Arena, alignUp, type Region } from "./arena.ts";

const WASM_PAGE_BYTES = 65536;
const MAX_BYTES = 65536 * WASM_PAGE_BYTES;
export const HUGE_PAGE_BYTES = 2 * 1024 * 1024;
/** Unmapped IOVAs between arenas: a device that runs past one faults instead of meeting the next. */
const GUARD_BYTES = 16 * PAGE_BYTES;

/** How much of each kind a controller's memory needs, in bytes. */
export interface MemoryPlan {
  /** Host-only: control blocks, histograms, slots. */
  readonly heapBytes: number;
  /** What the device only reads: submission queues, PRP lists. */
  readonly commandBytes: number;
  /** Completion queues. */
  readonly completionBytes: number;
  /** Data buffers. */
  readonly dataBytes: number;
  readonly doorbellBytes: number;
  /** The embedded controller's media, one window each. */
  readonly mediaBytes?: readonly number[];
}

/** The shared memory of one controller and the windows in it. */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  /** The whole memory, as bytes and as dwords. */
  readonly bytes: Uint8Array;
  readonly u32: Uint32Array;
  readonly u64: BigUint64Array;
  readonly heap: Arena;
  readonly commands: Arena;
  readonly completions: Arena;
  readonly data: Arena;
  readonly doorbells: Region;
  /** From the first to the last arena, guards included. */
  readonly dma: Region;
  readonly media: readonly Region[];
  #mappings: Mapping[] = [];

  /** @throws PhasebitError USAGE when the plan does not fit into 4 GiB. */
  constructor(plan: MemoryPlan) {
    const { regions, bytes } = place(plan);
    const pages = Math.ceil(bytes / WASM_PAGE_BYTES);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    this.bytes = new Uint8Array(this.memory.buffer);
    this.u32 = new Uint32Array(this.memory.buffer);
    this.u64 = new BigUint64Array(this.memory.buffer);

    const slack = slackFor(native().addressOf(this.bytes), regions.dma.pointer);
    const shifted = (region: Region): Region => ({ ...region, pointer: region.pointer + slack });
    this.heap = new Arena("host memory", regions.heap);
    this.doorbells = regions.doorbells;
    this.dma = shifted(regions.dma);
    this.commands = new Arena("command memory", shifted(regions.commands));
    this.completions = new Arena("completion queue memory", shifted(regions.completions));
    this.data = new Arena("data memory", shifted(regions.data));
    this.media = regions.media.map(shifted);
    // the kernel makes these pages now, and not when a command first needs one
    this.bytes.fill(0, RESERVED_BYTES, this.doorbells.pointer + this.doorbells.bytes);
  }

  /** The arenas that a device may reach, with what it may do there. */
  get arenas(): readonly { readonly arena: Arena; readonly readOnly: boolean }[] {
    return [
      { arena: this.commands, readOnly: true },
      { arena: this.completions, readOnly: false },
      { arena: this.data, readOnly: false },
    ];
  }

  /** Puts fresh shared pages (huge ones where there are some) under the DMA window. */
  populateDma(): Mapping {
    return this.keep(native().mapMemory(this.bytes, this.dma.pointer, this.dma.bytes, true));
  }

  /** Remembers a mapping, so that `close` undoes it. */
  keep(mapping: Mapping): Mapping {
    this.#mappings.push(mapping);
    return mapping;
  }

  /** Puts anonymous pages over all windows again, the last mapped first. */
  close(): void {
    for (const mapping of this.#mappings.reverse()) mapping.close();
    this.#mappings = [];
  }

  zero(region: Region): void {
    this.bytes.fill(0, region.pointer, region.pointer + region.bytes);
  }

  /** A copy of a region in memory of its own: what a device wrote is parsed from a copy only. */
  copy(region: Region): Uint8Array {
    return this.bytes.slice(region.pointer, region.pointer + region.bytes);
  }
}

interface Placement {
  readonly heap: Region;
  readonly doorbells: Region;
  readonly dma: Region;
  readonly commands: Region;
  readonly completions: Region;
  readonly data: Region;
  readonly media: readonly Region[];
}

/** Lays the windows out one after the other; `dma` and what follows may still move up by under 2 MiB. */
function place(plan: MemoryPlan): { regions: Placement; bytes: number } {
  let end = HEAP;
  const next = (bytes: number, alignment: number): Region => {
    const pointer = alignUp(end, alignment);
    end = pointer + alignUp(bytes, alignment);
    return { pointer, bytes: alignUp(bytes, alignment) };
  };
  const guarded = (bytes: number): Region => {
    const region = next(bytes, PAGE_BYTES);
    end += GUARD_BYTES;
    return region;
  };

  const heap = next(plan.heapBytes, PAGE_BYTES);
  const doorbells = next(plan.doorbellBytes, PAGE_BYTES);
  end = alignUp(end, WASM_PAGE_BYTES);
  const first = end;
  const commands = guarded(plan.commandBytes);
  const completions = guarded(plan.completionBytes);
  const data = guarded(plan.dataBytes);
  end = first + alignUp(end - first, HUGE_PAGE_BYTES);
  const dma = { pointer: first, bytes: end - first };
  const media = (plan.mediaBytes ?? []).map((bytes) => next(bytes, PAGE_BYTES));

  const bytes = end + HUGE_PAGE_BYTES;
  if (bytes > MAX_BYTES) throw tooLarge(bytes);
  return { regions: { heap, doorbells, dma, commands, completions, data, media }, bytes };
}

function tooLarge(bytes: number): PhasebitError {
  return new PhasebitError(
    "USAGE",
    `queues, buffers and media need ${(bytes / 2 ** 30).toFixed(1)} GiB, and the linear memory ends ` +
      "at 4 GiB",
    { what: "memory", value: bytes, limit: "4 GiB" },
  );
}

/** Bytes to move the DMA window up so that its *address* lies on a huge page. */
function slackFor(base: bigint, pointer: number): number {
  const beyond = Number((base + BigInt(pointer)) % BigInt(HUGE_PAGE_BYTES));
  return beyond === 0 ? 0 : HUGE_PAGE_BYTES - beyond;
}

if (RESERVED_BYTES > DEVICE_STATE) throw new Error("layout: the reserved bytes overlap the device");
