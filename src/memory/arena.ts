// A part of the linear memory that is handed out piece by piece: first fit, and holes join again. Pages come into
// being as far as they are needed.
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";

/** A stretch of the linear memory. `pointer` is an offset in it. */
export interface Span {
  readonly pointer: number;
  readonly bytes: number;
}

/** How an arena gets its pages. */
export interface Growth {
  /** Bytes of the smallest step, a power of two. */
  readonly step: number;
  /** Puts memory under a span: the arena's next, whole steps. */
  commit(span: Span): void;
}

/** A window of the linear memory with what is free in it. */
export class Arena implements Span {
  readonly name: string;
  readonly pointer: number;
  readonly bytes: number;
  readonly #growth: Growth | undefined;
  /** Where memory ends so far. */
  #end: number;
  #free: Span[];

  /** Without `growth` there is memory under the whole window from the beginning. */
  constructor(name: string, window: Span, growth?: Growth) {
    this.name = name;
    this.pointer = window.pointer;
    this.bytes = window.bytes;
    this.#growth = growth;
    this.#end = growth === undefined ? window.pointer + window.bytes : window.pointer;
    this.#free = growth === undefined ? [window] : [];
  }

  /** Bytes handed out. */
  get used(): number {
    return this.committed - this.#free.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Bytes that have memory under them. */
  get committed(): number {
    return this.#end - this.pointer;
  }

  /**
   * First place that fits.
   * @param alignment a power of two
   * @throws PhasebitError USAGE for a size or an alignment that is none, and when the window is full.
   */
  allocate(bytes: number, alignment: number = PAGE_BYTES): Span {
    requireSize(bytes, alignment);
    const place = this.#firstFit(bytes, alignment);
    if (place !== undefined) return place;
    this.#grow(bytes, alignment);
    return this.#firstFit(bytes, alignment)!;
  }

  /** Gives a span back and joins it with its neighbours. */
  release({ pointer, bytes }: Span): void {
    const holes = [...this.#free, { pointer, bytes }].sort((a, b) => a.pointer - b.pointer);
    const joined: Span[] = [];
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

  #firstFit(bytes: number, alignment: number): Span | undefined {
    for (const [index, hole] of this.#free.entries()) {
      const pointer = alignUp(hole.pointer, alignment);
      const end = pointer + bytes;
      if (end > hole.pointer + hole.bytes) continue;
      const rests = [
        { pointer: hole.pointer, bytes: pointer - hole.pointer },
        { pointer: end, bytes: hole.pointer + hole.bytes - end },
      ];
      this.#free.splice(index, 1, ...rests.filter((rest) => rest.bytes > 0));
      return { pointer, bytes };
    }
    return undefined;
  }

  /** Puts memory under as many more steps as a request needs that found no hole. */
  #grow(bytes: number, alignment: number): void {
    const last = this.#free.at(-1);
    const hasTail = last !== undefined && last.pointer + last.bytes === this.#end;
    const start = alignUp(hasTail ? last.pointer : this.#end, alignment);
    const wanted = start + bytes - this.#end;
    const step = this.#growth?.step ?? PAGE_BYTES;
    const more = Math.min(alignUp(wanted, step), this.pointer + this.bytes - this.#end);
    if (this.#growth === undefined || more < wanted) throw this.#full(bytes);
    const span = { pointer: this.#end, bytes: more };
    this.#growth.commit(span);
    this.#end += more;
    this.release(span);
  }

  #full(bytes: number): PhasebitError {
    const limit = `the window of ${this.bytes} bytes is full`;
    const facts = { what: "memory", value: bytes, limit };
    return new PhasebitError("USAGE", `allocate ${bytes} bytes of ${this.name}: ${limit}`, facts);
  }
}

/** A size that is none would make the holes overlap. */
function requireSize(bytes: number, alignment: number): void {
  if (!(Number.isSafeInteger(bytes) && bytes >= 1)) {
    throw badValue("bytes", bytes, "must be a whole number from 1");
  }
  if (!(Number.isInteger(alignment) && Number.isInteger(Math.log2(alignment)))) {
    throw badValue("alignment", alignment, "must be a power of two");
  }
}

/** The next multiple of `alignment`, a power of two; works past 32 bits. */
export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
