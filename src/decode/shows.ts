// How fields are shown: the number as it is, and in words what it stands for.
import { formatBytes } from "../ground/units.ts";
import type { Show, Shown, Sibling } from "./structure.ts";

type Words = (value: number | bigint, sibling: Sibling) => string | undefined;

/** A decimal number, with words beside it where there are some. */
export function number(words: Words = () => undefined): Show {
  return { kind: "number", show: (value, sibling) => told(String(value), words(value, sibling)) };
}

/** A number of hexadecimal digits, as addresses, masks and identifiers are written. */
export function hex(digits: number, words: Words = () => undefined): Show {
  return {
    kind: "number",
    show: (value, sibling) => told(hexText(value, digits), words(value, sibling)),
  };
}

/** Counted from 0: 63 is "64 entries". */
export function zeroBased(unit: string): Show {
  return number((value) => `${BigInt(value) + 1n} ${unit}`);
}

/** 2 ^ (exponent + value) bytes. */
export function powerOfTwo(exponent = 0): Show {
  return number((value) => bytesText(2n ** (BigInt(exponent) + BigInt(value))));
}

/** A number of units: 15 of 500 ms are "7500 ms". */
export function times(factor: number, unit: string): Show {
  return number((value) => `${BigInt(value) * BigInt(factor)} ${unit}`);
}

/** Values with a meaning each; the others are reserved, or what `others` says. */
export function oneOf(
  meanings: Readonly<Record<number, string>>,
  others: (value: number | bigint) => string = () => "reserved",
): Show {
  return number((value) => meanings[Number(value)] ?? others(value));
}

/** One bit: "yes" or "no" unless there are better words. */
export function flag(yes = "yes", no = "no"): Show {
  return oneOf({ 0: no, 1: yes });
}

/** Printable ASCII without its padding; anything else comes out escaped. */
export const characters: Show = { kind: "characters" };

/** Bytes that are no number, as hexadecimal digits in the order in which they lie. */
export const raw: Show = { kind: "raw" };

/** "4 KiB" */
export function bytesText(count: bigint): string {
  // beyond that the exponent says more than the digits, and doubles are exact for powers of two anyway
  return count < 2n ** 60n ? formatBytes(Number(count)) : `${count} bytes`;
}

/** "0x00ff" */
export function hexText(value: number | bigint, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

function told(text: string, meaning: string | undefined): Shown {
  return meaning === undefined ? { text } : { text, meaning };
}
