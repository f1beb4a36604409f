// A structure's value with some of its fields changed.
import type { Field, Structure } from "./structure.ts";

/** A field and what it is to be. */
export interface Assignment {
  readonly field: Field;
  readonly value: bigint;
}

/** `before` with these fields set; all other bits stay, but for those of `cleared`, which become 0. */
export function assigned(
  before: number | bigint,
  assignments: readonly Assignment[],
  cleared = 0n,
): bigint {
  return assignments.reduce(
    (value, { field, value: part }) => (value & ~maskOf(field)) | (part << BigInt(field.bit)),
    BigInt(before) & ~cleared,
  );
}

/** The field of this name, in any case. */
export function fieldNamed(structure: Structure, name: string): Field | undefined {
  return structure.fields.find((field) => field.name === name.toUpperCase());
}

/** The largest value of a field. */
export function mostOf({ width }: Field): bigint {
  return (1n << BigInt(width)) - 1n;
}

function maskOf(field: Field): bigint {
  return mostOf(field) << BigInt(field.bit);
}
