// Random numbers that repeat with their seed: xoshiro128** 1.1 (Blackman and Vigna, 2018), with a state that
// SplitMix32 draws from the seed so that near seeds give unlike sequences.

/** What resampling asks of a sequence of random numbers. */
export type Draws = Pick<Random, "below">;

/** A sequence of random numbers; two made from the same seed are the same. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number) {
    const next = splitMix32(seed);
    [this.#a, this.#b, this.#c, this.#d] = [next(), next(), next(), next()];
  }

  /** 32 random bits. */
  u32(): number {
    const result = Math.imul(rotated(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotated(this.#d, 11);
    return result;
  }

  /** From 0 up to but not 1. */
  unit(): number {
    return this.u32() / 2 ** 32;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    // Uneven by less than `count` in 2^32, which no count here makes visible.
    return Math.floor(this.unit() * count);
  }

  /** The values in a random order. */
  shuffled<T>(values: readonly T[]): T[] {
    const shuffled = [...values];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
    }
    return shuffled;
  }
}

/** A sequence that can be had again from its beginning, for less than it takes to make it. */
export class Repeatable implements Draws {
  readonly #random: Random;
  #units = new Float64Array(1 << 14);
  #known = 0;
  #next = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** The sequence as `new Random(seed)` has it. */
  fromStart(): this {
    this.#next = 0;
    return this;
  }

  below(count: number): number {
    if (this.#next === this.#known) this.#learn();
    return Math.floor(this.#units[this.#next++]! * count);
  }

  #learn(): void {
    if (this.#known === this.#units.length) {
      const longer = new Float64Array(2 * this.#known);
      longer.set(this.#units);
      this.#units = longer;
    }
    this.#units[this.#known++] = this.#random.unit();
  }
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function splitMix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let word = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return word ^ (word >>> 16);
  };
}
