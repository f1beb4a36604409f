// Interrupt Vector Configuration (NVMe 1.4, section 5.21.1.9): Coalescing Disable of each vector.
import { BUS_INTERRUPT_KIND, BUS_MESSAGES, BusInterrupts } from "../layout.ts";
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

/** How many vectors there are: as many as were made, or with MSI as the host has enabled of those that it has (5.3). */
export function vectorCount(): u32 {
  if (!usesMsi()) return controller.vectors;
  const enabled = load<u32>(BUS_MESSAGES);
  return enabled == 0 ? controller.messages : min(enabled, controller.messages);
}

/**
 * Where the MSI-X table and its Pending Bit Array lie in BAR0, and how many messages MSI has, a power of two up to 32: once
 * after power on.
 */
export function setInterrupts(table: u32, pending: u32, messages: u32): void {
  controller.msixTable = table;
  controller.msixPending = pending;
  controller.messages = max(1, min(messages, MSI_VECTORS));
}

/** Whether INTMS masks the vector. The masks have a bit for each of the vectors that MSI can have, and no more. */
export function isVectorMasked(vector: u32): bool {
  return isIn(controller.interruptMask, vector) && !usesMsix();
}

/** Whether the vector is one of these bits. */
export function isIn(bits: u32, vector: u32): bool {
  return vector < MSI_VECTORS && ((bits >> vector) & 1) != 0;
}

/** Whether interrupts go out through the pin. */
export function usesPin(): bool {
  return interruptKind() == (BusInterrupts.PIN as u32);
}

/** Whether interrupts go out through MSI. */
export function usesMsi(): bool {
  return interruptKind() == (BusInterrupts.MSI as u32);
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
