// A part of the linear memory that is handed out piece by piece: first fit, and holes join again.
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { PhasebitError } from "../errors.ts";

/** A part of the linear memory. `pointer` is an offset in it. */
export interface Region {
  readonly pointer: number;
  readonly bytes: number;
}

/** A part of the linear memory that is handed out piece by piece, and taken back. */
export class Arena implements Region {
  readonly name: string;
  readonly pointer: number;
  readonly bytes: number;
  #free: Region[];

  constructor(name: string, region: Region) {
    this.name = name;
    this.pointer = region.pointer;
    this.bytes = region.bytes;
    this.#free = [region];
  }

  /**
   * First place that fits.
   * @param alignment a power of two
   * @throws PhasebitError INTERNAL when the plan was too small.
   */
  allocate(bytes: number, alignment: number = PAGE_BYTES): Region {
    for (const [index, hole] of this.#free.entries()) {
      const pointer = alignUp(hole.pointer, alignment);
      const end = pointer + bytes;
      if (end > hole.pointer + hole.bytes) continue;
      this.#free.splice(
        index,
        1,
        ...[
          { pointer: hole.pointer, bytes: pointer - hole.pointer },
          { pointer: end, bytes: hole.pointer + hole.bytes - end },
        ].filter((rest) => rest.bytes > 0),
      );
      return { pointer, bytes };
    }
    throw new PhasebitError(
      "INTERNAL",
      `allocate ${bytes} bytes of ${this.name}: the window of ${this.bytes} bytes is full`,
    );
  }

  /** Gives a region back and joins it with its neighbours. */
  release(region: Region): void {
    const holes = [...this.#free, region].sort((a, b) => a.pointer - b.pointer);
    const joined: Region[] = [];
    for (const hole of holes) {
      const last = joined.at(-1);
      if (last !== undefined && last.pointer + last.bytes === hole.pointer) {
        joined.splice(-1, 1, { pointer: last.pointer, bytes: last.bytes + hole.bytes });
      } else {
        joined.push(hole);
      }
    }
    this.#free = joined;
  }
}

/** The next multiple of `alignment`, a power of two; works past 32 bits. */
export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
