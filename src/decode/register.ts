// What a controller register (a property, since NVMe 2.0) is as a structure.
import type { Field, Structure } from "./structure.ts";

/** A register: a structure of four or eight bytes at an offset in BAR0. */
export interface RegisterStructure extends Structure {
  readonly offset: number;
  readonly bytes: 4 | 8;
  /** Bits that a write of 1 clears: whoever writes back what he read clears them unasked. */
  readonly clearedByOne?: bigint;
}

/** A register of four bytes. */
export function register32(
  offset: number,
  name: string,
  longName: string,
  section: string,
  fields: readonly Field[],
): RegisterStructure {
  return { offset, bytes: 4, name, longName, section, fields };
}

/** A register of eight bytes. */
export function register64(
  offset: number,
  name: string,
  longName: string,
  section: string,
  fields: readonly Field[],
): RegisterStructure {
  return { offset, bytes: 8, name, longName, section, fields };
}
