// Random numbers that a seed repeats, and what fuzzing draws of them.

/** Sizes, offsets and flags at which something ends or wraps. */
const EDGES: readonly number[] = [
  ...[0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 63, 64, 255, 256, 4095, 4096, 4097, 8192, 65535],
  ...[0x1_0000, 0x10_0000, 0x10_0001, 0x7fff_ffff, 0x8000_0000, 0xffff_f000, 0xffff_ffff],
];

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e37_79b9) | 1;
  }

  /** Any 32 bits (Marsaglia's xorshift). */
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }

  below(limit: number): number {
    return this.next() % limit;
  }

  /** Once in so many times. */
  once(inSoMany: number): boolean {
    return this.next() % inSoMany === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  edge(): number {
    return this.pick(EDGES);
  }

  /** One byte, one dword or one bit of it becomes something else; or its end goes, or gets more. */
  spoil(bytes: Uint8Array): Uint8Array {
    if (bytes.length === 0 || this.once(8)) {
      const length = this.once(2) ? this.below(bytes.length + 1) : bytes.length + this.below(64);
      const other = new Uint8Array(length);
      other.set(bytes.subarray(0, length));
      return other;
    }
    const at = this.below(bytes.length);
    const kind = this.below(3);
    if (kind === 0) bytes[at] = this.next();
    else if (kind === 1) bytes[at]! ^= 1 << this.below(8);
    else {
      const word = Math.min(at & ~3, Math.max(bytes.length - 4, 0));
      const value = this.once(4) ? this.next() : this.edge();
      for (let byte = 0; byte < 4 && word + byte < bytes.length; byte++) {
        bytes[word + byte] = value >>> (8 * byte);
      }
    }
    return bytes;
  }
}
