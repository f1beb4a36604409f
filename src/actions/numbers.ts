// Numbers of the specification's fields on a command line: decimal, or hexadecimal with 0x, as wide as the field.
import { usage } from "../ground/errors.ts";
import { typedText } from "../ground/strings.ts";

/** @throws PhasebitError USAGE for what is no number, or does not fit `bits` bits */
export function fieldNumber(flag: string, text: string, bits: number): number {
  return Number(fieldBigint(flag, text, bits));
}

/** The same for fields of up to 64 bits. */
export function fieldBigint(flag: string, text: string, bits: number): bigint {
  const value = /^(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(text) ? BigInt(text) : -1n;
  if (value >= 0n && value < 1n << BigInt(bits)) return value;
  const most = `0x${((1n << BigInt(bits)) - 1n).toString(16)}`;
  const typed = typedText(text);
  throw usage(`${flag} ${typed}: must be 0 to ${most}, decimal or with 0x`);
}
