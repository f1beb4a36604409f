// Interrupt Vector Configuration (NVMe 1.4, section 5.21.1.9): Coalescing Disable of each vector.
import { BUS_INTERRUPT_KIND, BusInterrupts } from "../layout.ts";
import { Status } from "../spec/status.ts";
import { controller, MAX_VECTORS, VECTOR_CONFIGURATION } from "./state.ts";

/** MSI has at most this many messages (7.5.1). */
const MSI_VECTORS: u32 = 32;
const IV_MASK: u32 = 0xffff;
const CD_SHIFT: u32 = 16;

/** Coalescing enabled on every vector: the default. */
export function clearVectors(): void {
  memory.fill(VECTOR_CONFIGURATION, 0, MAX_VECTORS);
}

/** How many vectors there are: as many as were made, or as MSI has. */
export function vectorCount(): u32 {
  return interruptKind() == (BusInterrupts.MSI as u32)
    ? min(controller.vectors, MSI_VECTORS)
    : controller.vectors;
}

/** Whether interrupts go out through MSI-X: INTMS and INTMC mean nothing then (3.1.3). */
export function usesMsix(): bool {
  return interruptKind() == (BusInterrupts.MSIX as u32);
}

@inline
function interruptKind(): u32 {
  return load<u32>(BUS_INTERRUPT_KIND);
}

/** Whether CDW11 names a vector that exists. */
export function isVector(value: u32): bool {
  return (value & IV_MASK) < vectorCount();
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
