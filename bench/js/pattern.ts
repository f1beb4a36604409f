// assembly/host/pattern.ts in JavaScript: SplitMix64, and the blocks and opcodes it chooses.
import type { Place } from "../place.ts";
import { multiplyHigh, multiplyLow, type Wide, xorShift } from "./wide.ts";

const READ = 2;
const WRITE = 1;

export class Pattern {
  readonly #state: Wide = { hi: 0, lo: 0 };
  readonly #bits: Wide = { hi: 0, lo: 0 };
  #isRandom = false;
  #blocksHi = 0;
  #blocksLo = 0;
  #blocks = 0;
  #cursor = 0;
  #firstLba = 0;
  #lbasPerBlock = 1;
  #readShare = 0;

  configure(place: Place): void {
    this.#state.hi = Number(place.seed >> 32n) | 0;
    this.#state.lo = Number(place.seed & 0xffff_ffffn) | 0;
    this.#isRandom = place.isRandom;
    this.#blocks = Number(place.blocks);
    this.#blocksHi = Number(place.blocks >> 32n) | 0;
    this.#blocksLo = Number(place.blocks & 0xffff_ffffn) | 0;
    this.#cursor = 0;
    this.#firstLba = Number(place.firstLba);
    this.#lbasPerBlock = place.lbasPerBlock;
    this.#readShare = place.readShare;
  }

  /** Draws 64 bits for `nextOpcode` and `nextLba`. */
  draw(): void {
    const state = this.#state;
    const lo = (state.lo >>> 0) + 0x7f4a7c15;
    state.lo = lo | 0;
    state.hi = (state.hi + 0x9e3779b9 + (lo > 0xffff_ffff ? 1 : 0)) | 0;
    const bits = this.#bits;
    bits.hi = state.hi;
    bits.lo = state.lo;
    xorShift(bits, 30);
    multiplyLow(bits, 0xbf58476d | 0, 0x1ce4e5b9);
    xorShift(bits, 27);
    multiplyLow(bits, 0x94d049bb | 0, 0x133111eb);
    xorShift(bits, 31);
  }

  nextOpcode(): number {
    return (this.#bits.lo & 0xffff) < this.#readShare ? READ : WRITE;
  }

  nextLba(): number {
    const block = this.#isRandom
      ? multiplyHigh(this.#bits, this.#blocksHi, this.#blocksLo)
      : this.#nextInSequence();
    return this.#firstLba + block * this.#lbasPerBlock;
  }

  #nextInSequence(): number {
    const block = this.#cursor;
    this.#cursor = block + 1 === this.#blocks ? 0 : block + 1;
    return block;
  }
}
