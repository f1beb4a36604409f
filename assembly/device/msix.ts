// The MSI-X table and its Pending Bit Array (PCI Express Base, section 6.1.4): for each vector 16 bytes, whose last four have
// its Mask Bit, and a bit that says that a message waits. Nothing is sent here.
import { BUS_FUNCTION_MASK } from "../layout.ts";
import { controller, MAX_VECTORS, MSIX_PENDING, MSIX_TABLE } from "./state.ts";

const ENTRY_BYTES: u32 = 16;
const ENTRY_SHIFT: u32 = 4;
/** Of a vector's entry: its Vector Control, of which only the Mask Bit is there. */
const CONTROL: u32 = 12;
const MASK_BIT: u32 = 1;
/** Message addresses lie on four bytes. */
const ADDRESS_BITS: u32 = 0xfffffffc;

/** As after power on: every vector masked, no message set, none waits. */
export function resetMsix(): void {
  memory.fill(MSIX_TABLE, 0, (MAX_VECTORS as usize) * ENTRY_BYTES);
  memory.fill(MSIX_PENDING, 0, (MAX_VECTORS as usize) >> 3);
  for (let vector: u32 = 0; vector < controller.vectors; vector++) {
    store<u32>(MSIX_TABLE + vector * ENTRY_BYTES, MASK_BIT, CONTROL);
  }
  store<u32>(BUS_FUNCTION_MASK, 0);
  controller.messagesDue = 0;
}

/** Whether `offset` of BAR0 lies in the table or in the array. */
export function isMsix(offset: u32): bool {
  return isTable(offset) || isArray(offset);
}

/** Four bytes of them. */
export function readMsix(offset: u32): u32 {
  if (isTable(offset)) return load<u32>(MSIX_TABLE + (offset - controller.msixTable));
  return load<u32>(MSIX_PENDING + (offset - controller.msixPending));
}

/** The array is read only. A vector that is unmasked may have a message to send. */
export function writeMsix(offset: u32, value: u32): void {
  if (!isTable(offset)) return;
  const at = offset - controller.msixTable;
  const place = at & (ENTRY_BYTES - 1);
  const bits = place == CONTROL ? MASK_BIT : place == 0 ? ADDRESS_BITS : u32.MAX_VALUE;
  store<u32>(MSIX_TABLE + at, value & bits);
  if (place == CONTROL && (value & MASK_BIT) == 0) controller.messagesDue = 1;
}

/** Function Mask: while it is set, every vector is as if masked. */
export function maskFunction(value: u32): void {
  store<u32>(BUS_FUNCTION_MASK, value & 1);
  if ((value & 1) == 0) controller.messagesDue = 1;
}

/** Whether a message of the vector may not be sent now. */
export function isHeld(vector: u32): bool {
  if (load<u32>(BUS_FUNCTION_MASK) != 0) return true;
  return (load<u32>(MSIX_TABLE + vector * ENTRY_BYTES, CONTROL) & MASK_BIT) != 0;
}

export function isPending(vector: u32): bool {
  return ((load<u8>(MSIX_PENDING + (vector >> 3)) >> (vector & 7)) & 1) != 0;
}

export function setPending(vector: u32, isWaiting: bool): void {
  const place = MSIX_PENDING + (vector >> 3);
  const bit: u32 = 1 << (vector & 7);
  const others = load<u8>(place) & ~(bit as u8);
  store<u8>(place, others | (isWaiting ? (bit as u8) : 0));
}

function isTable(offset: u32): bool {
  const table = controller.msixTable;
  return table != 0 && offset >= table && offset - table < controller.vectors << ENTRY_SHIFT;
}

/** The array has whole quadwords. */
function isArray(offset: u32): bool {
  const array = controller.msixPending;
  const bytes = ((controller.vectors + 63) >> 6) << 3;
  return array != 0 && offset >= array && offset - array < bytes;
}
