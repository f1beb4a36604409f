// The linear memory of an embedded controller whose host is another process: the doorbells are a file, BARs that are memory
// another one, and nearly all the rest is room for what that host lends.
import { DOORBELLS } from "../../assembly/spec/registers.ts";
import { type Mapping, native } from "../compiled/native.ts";
import type { LinearMemory, MemoryPlan } from "../memory/linear-memory.ts";
import type { windowsOf } from "./device.ts";

/** Of a linear memory of 4 GiB, what the device's own memory, media and the host's memory have between them. */
const SERVED_BYTES = 3.75 * 2 ** 30;

/** Nearly all of what the device itself leaves is for the memory of its host. */
export function servedPlan({
  barBytes = 0,
  mediaBytes = [],
}: ReturnType<typeof windowsOf>): Partial<MemoryPlan> {
  const taken = barBytes + mediaBytes.reduce((sum, bytes) => sum + bytes, 0);
  const peerBytes = SERVED_BYTES - taken;
  return { host: DOORBELLS, commands: 0, completions: 0, data: 0, peerBytes };
}

/**
 * Pages of a file in the place of the doorbells, and in that of the host memory before them, which is unused here: a
 * doorbell has the offset in the file that it has in BAR 0.
 */
export function doorbellFile(memory: LinearMemory): Mapping {
  const { pointer, bytes } = memory.doorbells;
  const first = pointer - DOORBELLS;
  return memory.keep(native().mapMemory(memory.bytes, first, bytes + DOORBELLS, false));
}

/** Pages of a file in the place of BARs that are memory. */
export function barFile(memory: LinearMemory): Mapping {
  const { pointer, bytes } = memory.bars;
  return memory.keep(native().mapMemory(memory.bytes, pointer, bytes, false));
}
