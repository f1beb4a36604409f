// The specification's structures as tables of fields, and what a field becomes when it is read. Pure: bytes in, names,
// values and words out.

/** A field's value: a number up to 48 bits, a bigint beyond, a string for characters and for bytes that are no number. */
export type Value = number | bigint | string;

/** A value as people read it, and what it means where the number does not say. */
export interface Shown {
  readonly text: string;
  readonly meaning?: string;
}

/** Value of another field of the same structure, for those whose meaning depends on it; undefined when it is not there. */
export type Sibling = (name: string) => Value | undefined;

/** How a field is shown. `show` gets a value of the type that the kind gives. */
export type Show =
  | { readonly kind: "number"; show(value: number | bigint, sibling: Sibling): Shown }
  | { readonly kind: "characters" }
  | { readonly kind: "raw" };

/** A field of a structure: bits of its bytes, which are little endian. */
export interface Field {
  /** The specification's short name. */
  readonly name: string;
  readonly longName: string;
  /** Lowest bit, counted from the structure's first byte. */
  readonly bit: number;
  /** In bits. */
  readonly width: number;
  readonly show: Show;
  /** What is inside, with bits counted from this field's lowest. */
  readonly fields?: readonly Field[];
  /** Whether this structure has it; the others decide. Always, without it. */
  readonly when?: (sibling: Sibling) => boolean;
}

/** A structure of the specification. */
export interface Structure {
  readonly name: string;
  readonly longName: string;
  readonly bytes: number;
  /** Where the specification (NVMe 1.4 unless it says else) describes it. */
  readonly section: string;
  readonly fields: readonly Field[];
}

/** What a field may be given beside its place and its names. */
export type FieldOptions = Pick<Field, "fields" | "when">;

/** Bits `high` down to `low`, as the specification's tables of registers have them. */
export function bits(
  high: number,
  low: number,
  name: string,
  longName: string,
  show: Show,
  options: FieldOptions = {},
): Field {
  return { name, longName, bit: low, width: high - low + 1, show, ...options };
}

/** One bit. */
export function bit(at: number, name: string, longName: string, show: Show): Field {
  return bits(at, at, name, longName, show);
}

/** `count` bytes from `offset` on, as the specification's tables of data structures have them. */
export function bytes(
  offset: number,
  count: number,
  name: string,
  longName: string,
  show: Show,
  options: FieldOptions = {},
): Field {
  return { name, longName, bit: offset * 8, width: count * 8, show, ...options };
}
