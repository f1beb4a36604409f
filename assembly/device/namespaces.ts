// Namespaces are added after power on and stay. Their medium is a part of the linear memory, or
// nothing: the null medium checks every address and moves no data, for measurements of the hot
// path.
import { HEAP } from "../layout.ts";
import { makeBlank } from "./blank.ts";
import { LARGEST_LBA_SHIFT, Medium, MOST_BLOCKS_POWER, SMALLEST_LBA_SHIFT } from "./options.ts";
import { controller, MAX_NAMESPACES, namespaceAt } from "./state.ts";

/** So few that no sum of blocks and bytes can wrap. */
const MOST_BLOCKS: u64 = (1 as u64) << MOST_BLOCKS_POWER;

/**
 * Adds a namespace of `blocks` blocks of `1 << lbaShift` bytes; `medium` is a Medium, `pointer` is
 * where a WINDOW or RAM lies. Returns its NSID, or 0 when the arguments make no sense or there are enough.
 */
export function addNamespace(blocks: u64, lbaShift: u32, medium: u32, pointer: u32): u32 {
  if (controller.namespaces >= MAX_NAMESPACES) return 0;
  if (lbaShift < (SMALLEST_LBA_SHIFT as u32) || lbaShift > (LARGEST_LBA_SHIFT as u32)) return 0;
  if (blocks == 0 || blocks > MOST_BLOCKS) return 0;
  if (medium > (Medium.RAM as u32)) return 0;
  const windowed = medium != (Medium.NULL as u32);
  if (windowed && !fits(pointer, blocks << (lbaShift as u64))) return 0;
  const nsid = ++controller.namespaces;
  const namespace = namespaceAt(nsid);
  namespace.blocks = blocks;
  namespace.lbaShift = lbaShift;
  namespace.pointer = windowed ? pointer : 0;
  if (medium == (Medium.RAM as u32)) makeBlank(pointer, blocks << (lbaShift as u64));
  return nsid;
}

function fits(pointer: u32, bytes: u64): bool {
  return pointer >= (HEAP as u32) && (pointer as u64) + bytes <= (memory.size() as u64) << 16;
}
