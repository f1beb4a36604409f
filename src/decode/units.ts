// How quantities of Identify data, log pages and features are shown: where 0 says that nothing is told, that is what it is.
import { bytesText, hex, number } from "./shows.ts";
import type { Show } from "./structure.ts";

const ZERO_CELSIUS = 273;

/** "72 °C" for 345 kelvins. */
export function celsius(kelvin: number | bigint): string {
  return `${Number(kelvin) - ZERO_CELSIUS} °C`;
}

/** Kelvins; 0 says that there is none. */
export function kelvin(zero = "not reported"): Show {
  return number((value) => (Number(value) === 0 ? zero : celsius(value)));
}

/** Words for 0, and for all else those that `others` gives. */
export function unlessZero(zero: string, others?: (value: number | bigint) => string): Show {
  return number((value) => (BigInt(value) === 0n ? zero : others?.(value)));
}

/** A number of units of `bytes` bytes; 0 says that there is none. */
export function sizeIn(bytes: number, zero = "none"): Show {
  return unlessZero(zero, (value) => bytesText(BigInt(value) * BigInt(bytes)));
}

/** A number of times; 0 says that the controller does not tell. */
export function timeIn(factor: number, unit: string, zero = "not reported"): Show {
  return unlessZero(zero, (value) => `${BigInt(value) * BigInt(factor)} ${unit}`);
}

/** A number of blocks that is 0's based. */
export const blocksZeroBased: Show = number((value) => {
  const blocks = BigInt(value) + 1n;
  return blocks === 1n ? "1 block" : `${blocks} blocks`;
});

/** "1.4.0": a version as registers and Identify data have it. */
export const versionNumber: Show = hex(8, (value) => {
  const bits = Number(value);
  return bits === 0 ? "not reported" : `${bits >>> 16}.${(bits >>> 8) & 0xff}.${bits & 0xff}`;
});
