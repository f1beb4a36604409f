// Interrupt Vector Configuration (NVMe 1.4, section 5.21.1.9): Coalescing Disable of each vector.
import { Status } from "../spec/status.ts";
import { controller, MAX_VECTORS, VECTOR_CONFIGURATION } from "./state.ts";

const IV_MASK: u32 = 0xffff;
const CD_SHIFT: u32 = 16;

/** Coalescing enabled on every vector: the default. */
export function clearVectors(): void {
  memory.fill(VECTOR_CONFIGURATION, 0, MAX_VECTORS);
}

/** Whether CDW11 names a vector that exists. */
export function isVector(value: u32): bool {
  return (value & IV_MASK) < controller.vectors;
}

/** Whether coalescing settings apply: CD=0, and never to vector 0, the admin queue's. */
@inline
export function isCoalesced(vector: u32): bool {
  return vector != 0 && load<u8>(VECTOR_CONFIGURATION + vector) == 0;
}

/** Dword 0 of Get Features: vector and CD. */
export function readVector(value: u32, byDefault: bool): u32 {
  const vector = value & IV_MASK;
  const disabled: u32 = byDefault ? 0 : load<u8>(VECTOR_CONFIGURATION + vector);
  return vector | (disabled << CD_SHIFT);
}

/** Set Features: `value` is CDW11. Returns a status. */
export function writeVector(value: u32): u32 {
  if (!isVector(value)) return Status.INVALID_FIELD;
  store<u8>(VECTOR_CONFIGURATION + (value & IV_MASK), ((value >> CD_SHIFT) & 1) as u8);
  return Status.SUCCESS;
}
