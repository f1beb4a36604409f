// 64-bit unsigned arithmetic in 32-bit halves, for there is no other that is fast: a BigInt is an object.
// Halves are int32; results of two halves come back in an object that is made once.

export interface Wide {
  hi: number;
  lo: number;
}

/** Bits 63:32 of a × b, both taken as u32. */
export function multiplyHigh32(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const left = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) >>> 0;
  const right = (Math.imul(aLow, bHigh) + (left & 0xffff)) >>> 0;
  return (Math.imul(aHigh, bHigh) + (left >>> 16) + (right >>> 16)) | 0;
}

/** Multiplies `a` in place, modulo 2^64. */
export function multiplyLow(a: Wide, hi: number, lo: number): void {
  a.hi = (multiplyHigh32(a.lo, lo) + Math.imul(a.hi, lo) + Math.imul(a.lo, hi)) | 0;
  a.lo = Math.imul(a.lo, lo);
}

/** z ^= z >> by, for 0 < by < 32. */
export function xorShift(z: Wide, by: number): void {
  const lo = (z.lo >>> by) | (z.hi << (32 - by));
  z.hi ^= z.hi >>> by;
  z.lo ^= lo;
}

/** Bits 127:64 of a × b, which must lie below 2^53. */
export function multiplyHigh(a: Wide, bHi: number, bLo: number): number {
  const second =
    (multiplyHigh32(a.lo, bLo) >>> 0) + (Math.imul(a.lo, bHi) >>> 0) + (Math.imul(a.hi, bLo) >>> 0);
  const third =
    (multiplyHigh32(a.lo, bHi) >>> 0) +
    (multiplyHigh32(a.hi, bLo) >>> 0) +
    (Math.imul(a.hi, bHi) >>> 0) +
    Math.floor(second / 2 ** 32);
  return third + (multiplyHigh32(a.hi, bHi) >>> 0) * 2 ** 32;
}
