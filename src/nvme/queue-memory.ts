// Where a queue is to lie: in fresh memory of the host's, in a region of the caller's, or in memory of the controller's own.
import { badValue } from "../ground/errors.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import { Region } from "../memory/region.ts";

export type QueueKind = "commands" | "completions";

/** What hands out memory for queues: `device.memory`, `device.cmb`. */
export interface MemorySource {
  allocate(bytes: number, options: { readonly kind: QueueKind }): Region;
}

/** A region, or what hands one out. */
export type QueueMemory = Region | MemorySource;

/** A queue's memory. */
export interface Placed {
  readonly region: Region;
  /** It was handed out for this queue, and goes back with it. */
  readonly isOwn: boolean;
}

/**
 * Memory of `bytes` for a queue, zeroed.
 * @throws PhasebitError USAGE for memory of another device, too few bytes, and what begins within a dword.
 */
export function queueMemory(
  memory: LinearMemory,
  given: QueueMemory | undefined,
  bytes: number,
  kind: QueueKind,
): Placed {
  if (given instanceof Region) return { region: suitable(memory, given, bytes), isOwn: false };
  const region = (given ?? memory).allocate(bytes, { kind });
  if (region.liesIn(memory)) return { region, isOwn: true };
  region.release();
  throw badValue("memory", region.iova, "is another device's");
}

function suitable(memory: LinearMemory, given: Region, bytes: number): Region {
  if (!given.liesIn(memory)) throw badValue("memory", given.iova, "is another device's");
  // entries are written and read as dwords, and a PRP has no lower bits either
  if (given.pointer % 4 !== 0) throw badValue("memory", given.iova, "must begin on a dword", "4.3");
  if (given.bytes >= bytes) return given.fill(0);
  throw badValue("memory", given.bytes, `bytes are too few: the queue needs ${bytes}`);
}
