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
import type { FaultWatch } from "../memory/faults.ts";
import { type Access, accessBits, type Iommu } from "../memory/iommu.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import { PageAnswering, type PageAnswers, type PageDecision } from "../memory/page-requests.ts";
import { watchEmbeddedFaults } from "./fault-watch.ts";
import { embeddedPageRequests } from "./page-requests.ts";
import { PlacedTable, requireRoom } from "./placed-table.ts";

const WINDOW_BYTES = 0x1_0000_0000n;

interface Mapped {
  readonly pointer: number;
  readonly bytes: number;
  readonly window: number;
  /** Some of DmaAccess. */
  readonly access: number;
}

export class EmbeddedIommu implements Iommu {
  readonly #memory: LinearMemory;
  /** What lies where its pointer says. */
  #mapped: Mapped[] = [];
  /** What lies elsewhere. */
  readonly #placed: PlacedTable;
  readonly #answering = new PageAnswering();

  constructor(memory: LinearMemory) {
    this.#memory = memory;
    this.#placed = new PlacedTable(memory);
  }

  ranges(): readonly [] {
    return [];
  }

  /** @throws PhasebitError USAGE when the table is full; it stays as it is then. */
  map({ pointer, bytes }: Span, iova: bigint, access: Access): void {
    const rights = accessBits[access];
    if (iova % WINDOW_BYTES === BigInt(pointer)) {
      const window = Number(iova / WINDOW_BYTES);
      this.#become([...this.#mapped, { pointer, bytes, window, access: rights }]);
    } else {
      this.#placed.add({ pointer, bytes, iova, access: rights });
      this.#tell();
    }
  }

  unmap(iova: bigint, bytes: number): void {
    const pointer = Number(iova % WINDOW_BYTES);
    const window = Number(iova / WINDOW_BYTES);
    if (this.#placed.remove(iova, bytes)) {
      this.#tell();
      return;
    }
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

  /** @returns the pointer of what the device finds at an address; undefined where there is nothing */
  pointerAt(iova: bigint): number | undefined {
    const placed = this.#placed.at(iova);
    if (placed !== undefined) return placed.pointer + Number(iova - placed.iova);
    const pointer = Number(iova % WINDOW_BYTES);
    const window = Number(iova / WINDOW_BYTES);
    const isMapped = this.#mapped.some(
      (one) => one.window === window && pointer >= one.pointer && pointer < one.pointer + one.bytes,
    );
    return isMapped ? pointer : undefined;
  }

  watchFaults(): FaultWatch {
    return watchEmbeddedFaults(this.#memory);
  }

  answerFaults(decide: PageDecision): PageAnswers {
    const source = () => embeddedPageRequests(this.#memory, () => this.#tell());
    return this.#answering.begin(source, decide);
  }

  /** Asks whoever answers page faults, if there is something to answer. */
  look(): void {
    this.#answering.look();
  }

  /** Writes the table; the generation tells the device that it has changed. */
  #become(mapped: Mapped[]): void {
    const { u32 } = this.#memory;
    const entries = joined(mapped);
    requireRoom(entries.length, IOMMU_MAX_ENTRIES);
    this.#mapped = mapped;
    for (const [index, { pointer, bytes, window, access }] of entries.entries()) {
      const at = (IOMMU_ENTRIES + index * IOMMU_ENTRY_BYTES) / 4;
      u32.set([pointer, bytes, window, access], at);
    }
    u32[IOMMU_COUNT / 4] = entries.length;
    this.#tell();
  }

  #tell(): void {
    Atomics.add(new Int32Array(this.#memory.memory.buffer), IOMMU_GENERATION / 4, 1);
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
      last.access === next.access &&
      last.pointer + last.bytes === next.pointer;
    if (touches) entries.splice(-1, 1, { ...last, bytes: last.bytes + next.bytes });
    else entries.push(next);
  }
  return entries;
}
