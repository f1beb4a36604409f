// Memory that lies elsewhere than its pointer says, as the device finds it: by ascending address, in one of two tables, of which
// the other one is written.
import {
  IOMMU_MAX_PLACED,
  IOMMU_PLACED,
  IOMMU_PLACED_BYTES,
  IOMMU_PLACED_COUNT,
  IOMMU_PLACED_IOVA,
  IOMMU_PLACED_POINTER,
  IOMMU_PLACED_SECOND,
  IOMMU_PLACED_STATE,
  IOMMU_PLACED_STRIDE,
  IOMMU_PLACED_TURN,
} from "../../assembly/layout.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";

export interface Placed {
  readonly pointer: number;
  readonly bytes: number;
  readonly iova: bigint;
  /** Some of DmaAccess. */
  readonly access: number;
}

export class PlacedTable {
  readonly #memory: LinearMemory;
  /** By ascending address. */
  readonly #entries: Placed[] = [];

  constructor(memory: LinearMemory) {
    this.#memory = memory;
  }

  /** What overlaps nothing. @throws PhasebitError USAGE when the table is full; it stays as it is then. */
  add(placed: Placed): void {
    requireRoom(this.#entries.length + 1, IOMMU_MAX_PLACED);
    const index = this.#after(placed.iova);
    this.#entries.splice(index, 0, placed);
    this.#write(index, index + 1, index);
  }

  /** @returns whether there was just that */
  remove(iova: bigint, bytes: number): boolean {
    const index = this.#after(iova) - 1;
    const found = this.#entries[index];
    if (found?.iova !== iova || found.bytes !== bytes) return false;
    this.#entries.splice(index, 1);
    this.#write(index, index, index + 1);
    return true;
  }

  /** What the device finds at an address. */
  at(iova: bigint): Placed | undefined {
    const found = this.#entries[this.#after(iova) - 1];
    return found !== undefined && iova < found.iova + BigInt(found.bytes) ? found : undefined;
  }

  /** How many entries begin at or before an address. */
  #after(iova: bigint): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#entries[middle]!.iova <= iova) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * The table that is not in use becomes the one that is: entries before `kept` are copied, and those from `from` on to `to`; the
   * entry between, where there is one, is new.
   */
  #write(kept: number, to: number, from: number): void {
    const { bytes, u32, u64 } = this.#memory;
    const words = new Int32Array(bytes.buffer);
    const before = Atomics.load(words, IOMMU_PLACED_STATE / 4);
    const isSecond = (before & IOMMU_PLACED_SECOND) !== 0;
    const [now, next] = [placeOf(isSecond), placeOf(!isSecond)];
    const byte = (table: number, index: number): number => table + index * IOMMU_PLACED_BYTES;
    const count = this.#entries.length;
    bytes.copyWithin(next, now, byte(now, kept));
    bytes.copyWithin(byte(next, to), byte(now, from), byte(now, from + count - to));
    if (to > kept) {
      const { iova, pointer, bytes: length, access } = this.#entries[kept]!;
      u64[(byte(next, kept) + IOMMU_PLACED_IOVA) / 8] = iova;
      u32.set([pointer, length, access], (byte(next, kept) + IOMMU_PLACED_POINTER) / 4);
    }
    const turn = (before & ~(IOMMU_PLACED_COUNT | IOMMU_PLACED_SECOND)) + IOMMU_PLACED_TURN;
    const after = turn | (isSecond ? 0 : IOMMU_PLACED_SECOND) | count;
    Atomics.store(words, IOMMU_PLACED_STATE / 4, after);
  }
}

const placeOf = (isSecond: boolean): number =>
  isSecond ? IOMMU_PLACED + IOMMU_PLACED_STRIDE : IOMMU_PLACED;

/** @throws PhasebitError USAGE when a table has no room for so many. */
export function requireRoom(entries: number, most: number): void {
  if (entries <= most) return;
  throw new PhasebitError(
    "USAGE",
    `map memory: the embedded controller's table has ${most} entries`,
  );
}
