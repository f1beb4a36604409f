// The table that the embedded controller checks every access to memory against. Neighbours with the same rights are one
// entry: the device remembers the one that matched last.
import {
  IOMMU_COUNT,
  IOMMU_ENTRIES,
  IOMMU_ENTRY_BYTES,
  IOMMU_GENERATION,
  IOMMU_MAX_ENTRIES,
} from "../../assembly/layout.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { Span } from "../memory/arena.ts";
import type { Iommu } from "../memory/iommu.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";

const WINDOW_BYTES = 0x1_0000_0000n;

interface Mapped {
  readonly pointer: number;
  readonly bytes: number;
  readonly window: number;
  readonly writable: number;
}

export class EmbeddedIommu implements Iommu {
  readonly #memory: LinearMemory;
  #mapped: Mapped[] = [];

  constructor(memory: LinearMemory) {
    this.#memory = memory;
  }

  ranges(): readonly [] {
    return [];
  }

  /** @throws PhasebitError INTERNAL when the table is full; it stays as it is then. */
  map({ pointer, bytes }: Span, iova: bigint, readOnly: boolean): void {
    const window = Number(iova / WINDOW_BYTES);
    this.#become([...this.#mapped, { pointer, bytes, window, writable: readOnly ? 0 : 1 }]);
  }

  unmap(iova: bigint, bytes: number): void {
    const pointer = Number(iova % WINDOW_BYTES);
    const window = Number(iova / WINDOW_BYTES);
    const rest = this.#mapped.filter(
      (one) => one.pointer !== pointer || one.window !== window || one.bytes !== bytes,
    );
    if (rest.length === this.#mapped.length) {
      throw new PhasebitError(
        "INTERNAL",
        `unmap ${bytes} bytes at ${iova.toString(16)}h: not mapped`,
      );
    }
    this.#become(rest);
  }

  /** Writes the table; the generation tells the device that it has changed. */
  #become(mapped: Mapped[]): void {
    const { u32, memory } = this.#memory;
    const entries = joined(mapped);
    if (entries.length > IOMMU_MAX_ENTRIES) {
      throw new PhasebitError("INTERNAL", `map memory: the table has ${IOMMU_MAX_ENTRIES} entries`);
    }
    this.#mapped = mapped;
    for (const [index, { pointer, bytes, window, writable }] of entries.entries()) {
      const at = (IOMMU_ENTRIES + index * IOMMU_ENTRY_BYTES) / 4;
      u32.set([pointer, bytes, window, writable], at);
    }
    u32[IOMMU_COUNT / 4] = entries.length;
    Atomics.add(new Int32Array(memory.buffer), IOMMU_GENERATION / 4, 1);
  }
}

/** Neighbours with the same rights as one. */
function joined(mapped: readonly Mapped[]): Mapped[] {
  const sorted = mapped.toSorted((a, b) => a.window - b.window || a.pointer - b.pointer);
  const entries: Mapped[] = [];
  for (const next of sorted) {
    const last = entries.at(-1);
    const touches =
      last !== undefined &&
      last.window === next.window &&
      last.writable === next.writable &&
      last.pointer + last.bytes === next.pointer;
    if (touches) entries.splice(-1, 1, { ...last, bytes: last.bytes + next.bytes });
    else entries.push(next);
  }
  return entries;
}
