// Bytes by a structure's table. It reads nothing outside of the bytes, whatever their number, and tells reserved bits
// that are set.
import { safeText } from "../ground/strings.ts";
import { hexText } from "./shows.ts";
import type { Field, Structure, Value } from "./structure.ts";

/** Wider fields are bigints, also where the value is small: a field has one type. */
const NUMBER_BITS = 48;

/** A field with its value. */
export interface DecodedField {
  readonly name: string;
  readonly longName: string;
  readonly value: Value;
  /** The value for people; safe to print. */
  readonly text: string;
  /** What it stands for, where the text does not say. */
  readonly meaning?: string;
  readonly children?: readonly DecodedField[];
  /** Bits that the specification reserves, which are not all 0. */
  readonly isReserved?: true;
}

/**
 * The fields of `structure` in `bytes`, in the order of its table. Fields that reach beyond the bytes are left out: they
 * are not there, which is not 0. Reserved bits that are set come last, as fields of their own.
 */
export function decode(structure: Structure, bytes: Uint8Array): DecodedField[] {
  const most = Math.min(bytes.length, structure.bytes) * 8;
  return decodeFields(structure.fields, { bytes, first: 0, width: most });
}

/** A value of up to `structure.bytes` bytes by the structure's table: a register, a Command Dword. */
export function decodeValue(structure: Structure, value: number | bigint): DecodedField[] {
  return decode(structure, bytesOf(value, structure.bytes));
}

/** A value's bytes, little endian. */
export function bytesOf(value: number | bigint, count: number): Uint8Array {
  const all = BigInt.asUintN(count * 8, BigInt(value));
  return Uint8Array.from({ length: count }, (_, at) => Number((all >> BigInt(at * 8)) & 0xffn));
}

/** Bits of bytes that are looked at. */
interface Part {
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly width: number;
}

function decodeFields(fields: readonly Field[], part: Part): DecodedField[] {
  const there = fields.filter(({ bit, width }) => bit + width <= part.width);
  const sibling = (name: string): Value | undefined => {
    const field = there.find((one) => one.name === name);
    return field && fieldValue(field, part);
  };
  return [
    ...there
      .filter(({ when }) => when === undefined || when(sibling))
      .map((field) => decodeField(field, part, sibling)),
    ...reservedBits(fields, part),
  ];
}

function decodeField(
  field: Field,
  part: Part,
  sibling: (name: string) => Value | undefined,
): DecodedField {
  const { name, longName, show, fields } = field;
  const value = fieldValue(field, part);
  const shown =
    show.kind === "number" ? show.show(value as number | bigint, sibling) : { text: String(value) };
  const inside = { bytes: part.bytes, first: part.first + field.bit, width: field.width };
  return {
    ...{ name, longName, value },
    ...shown,
    ...(fields && { children: decodeFields(fields, inside) }),
  };
}

function fieldValue({ show, bit, width }: Field, { bytes, first }: Part): Value {
  const from = first + bit;
  if (show.kind !== "number") {
    const own = bytes.subarray(from >> 3, (from + width) >> 3);
    return show.kind === "characters" ? safeText(own) : Buffer.from(own).toString("hex");
  }
  const value = bitsOf(bytes, from, width);
  return width <= NUMBER_BITS ? Number(value) : value;
}

function bitsOf(bytes: Uint8Array, first: number, width: number): bigint {
  let value = 0n;
  for (let at = (first + width - 1) >> 3; at >= first >> 3; at--) {
    value = (value << 8n) | BigInt(bytes[at]!);
  }
  return BigInt.asUintN(width, value >> BigInt(first & 7));
}

/** Each stretch of bits that no field has and of which one is set. */
function reservedBits(fields: readonly Field[], part: Part): DecodedField[] {
  const ends = fields.map(({ bit, width }) => [bit, bit + width] as const);
  const inOrder = ends.sort(([a], [b]) => a - b);
  const found: DecodedField[] = [];
  let from = 0;
  for (const [start, end] of [...inOrder, [part.width, part.width] as const]) {
    const to = Math.min(start, part.width);
    if (from < to) found.push(...reservedBetween(from, to, part));
    from = Math.max(from, end);
  }
  return found;
}

function reservedBetween(low: number, end: number, { bytes, first }: Part): DecodedField[] {
  const width = end - low;
  const value = bitsOf(bytes, first + low, width);
  if (value === 0n) return [];
  return [
    {
      name: "reserved",
      longName: placeText(low, end),
      value: width <= NUMBER_BITS ? Number(value) : value,
      text: hexText(value, Math.ceil(width / 4)),
      meaning: "reserved, and not 0",
      isReserved: true,
    },
  ];
}

function placeText(low: number, end: number): string {
  if (low >= 64 && low % 8 === 0 && end % 8 === 0) return `bytes ${end / 8 - 1}:${low / 8}`;
  return end - low === 1 ? `bit ${low}` : `bits ${end - 1}:${low}`;
}
