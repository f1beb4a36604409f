// A piece of the linear memory that was handed out: where it lies for us, and where it lies for the device.
import { PhasebitError } from "../ground/errors.ts";
import type { Span } from "./arena.ts";

/** What a region is a piece of. */
export interface RegionHome {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** What the device adds to a pointer. */
  readonly iovaBase: bigint;
  /** Whether the device is still held: afterwards there are other pages in this place. */
  isOpen(): boolean;
  /** Why it is not, if not because the device was closed. */
  whyClosed?(): string | undefined;
  release(region: Span): void;
}

/**
 * A region. As plain data (sent to another thread, for instance) it is `pointer`, `bytes` and `iova`.
 * `pointer` is an offset in the linear memory; `iova` is what the device uses.
 */
export class Region implements Span {
  readonly pointer: number;
  readonly bytes: number;
  readonly iova: bigint;
  readonly #home: RegionHome;
  readonly #whole: Region | undefined;
  #isReleased = false;

  /** @param whole what it is a part of, and is given back with */
  constructor({ pointer, bytes }: Span, home: RegionHome, whole?: Region) {
    this.pointer = pointer;
    this.bytes = bytes;
    this.iova = home.iovaBase + BigInt(pointer);
    this.#home = home;
    this.#whole = whole;
  }

  /** Whether it was given back: it may be somebody else's by now. */
  get isReleased(): boolean {
    return this.#whole?.isReleased ?? this.#isReleased;
  }

  /**
   * The memory itself: what the device writes shows here, at any time. Parse a `copy` instead.
   * @throws PhasebitError USAGE when the region was given back, or the device closed.
   */
  get view(): Uint8Array<SharedArrayBuffer> {
    this.requireHeld();
    return this.#home.bytes.subarray(this.pointer, this.pointer + this.bytes);
  }

  /** Fills it with a byte. @returns the region. */
  fill(byte: number): this {
    this.view.fill(byte);
    return this;
  }

  /** Writes bytes into it. @throws RangeError when they do not fit. */
  write(bytes: Uint8Array, at = 0): this {
    this.view.set(bytes, at);
    return this;
  }

  /**
   * What is in it just now (its first `bytes`), in memory of its own: what a device wrote is parsed from a copy only.
   * @throws RangeError when it has fewer.
   */
  copy(bytes = this.bytes): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.slice(0, bytes).view);
  }

  /** A part of it, which is not released by itself. @throws RangeError when it is no part of it. */
  slice(offset: number, bytes = this.bytes - offset): Region {
    const isPart = offset >= 0 && bytes >= 0 && offset + bytes <= this.bytes;
    if (!(Number.isInteger(offset) && Number.isInteger(bytes) && isPart)) {
      throw new RangeError(`slice ${bytes} bytes at ${offset}: the region has ${this.bytes}`);
    }
    return new Region({ pointer: this.pointer + offset, bytes }, this.#home, this.#whole ?? this);
  }

  /**
   * Gives it back. The device must have no use for it any more. Twice is once; a part goes back with the whole.
   */
  release(): void {
    if (this.#whole !== undefined || this.#isReleased) return;
    this.#isReleased = true;
    this.#home.release(this);
  }

  /** Whether it is a part of this memory: another device's regions have pointers that look the same. */
  liesIn(memory: { readonly bytes: Uint8Array<SharedArrayBuffer> }): boolean {
    return this.#home.bytes === memory.bytes;
  }

  /** @throws PhasebitError USAGE when it was given back, or the device closed. */
  requireHeld(): void {
    if (!this.isReleased && this.#home.isOpen()) return;
    const closed = this.#home.whyClosed?.() ?? "the device was closed";
    const why = this.isReleased ? "it was given back" : closed;
    throw new PhasebitError("USAGE", `use the region at ${this.pointer}: ${why}`, {
      what: "region",
      value: this.pointer,
    });
  }
}
