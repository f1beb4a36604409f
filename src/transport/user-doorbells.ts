// The doorbells of a vfio-user server: pages of its file, mapped into the linear memory.
import { BUS_PEER_LOST } from "../../assembly/layout.ts";
import { DOORBELLS, PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { type NativeError, native } from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import { RegionFlag } from "../vfio-user/protocol.ts";
import type { RegionInfo } from "../vfio-user/region-info.ts";

/** Doorbells of all queues there can be, at the usual stride, and more than BARs usually have. */
const MOST_DOORBELL_BYTES = 1 << 20;
/** Of those that are rung by message: all are looked at in each turn. */
const MOST_RUNG_BYTES = 1 << 16;
const ACCESS_READS_AND_WRITES = 3;

/** How a server's doorbells are reached. */
export interface DoorbellPlan {
  readonly bytes: number;
  /** Else each ring is a message and its answer. */
  readonly isMapped: boolean;
}

/**
 * Doorbells that may be mapped: whole pages from the first on; or how many there may be, where the server lends none.
 * @throws PhasebitError DEVICE when BAR0 has none, or may not be written
 */
export function planDoorbells(
  address: string,
  info: RegionInfo,
  fds: readonly number[],
): DoorbellPlan {
  const { areas, bytes: size, flags } = info;
  if (size < DOORBELLS + PAGE_BYTES || (flags & RegionFlag.WRITE) === 0) {
    throw unusable(address, `BAR0 has ${size} bytes, too few for registers and doorbells to write`);
  }
  const area = areas.find((one) => one.offset <= DOORBELLS && DOORBELLS < one.offset + one.bytes);
  const end = area === undefined || fds.length === 0 ? DOORBELLS : area.offset + area.bytes;
  const mapped = wholePages(end - DOORBELLS);
  if (mapped > 0) return { bytes: Math.min(mapped, MOST_DOORBELL_BYTES), isMapped: true };
  return { bytes: Math.min(wholePages(size - DOORBELLS), MOST_RUNG_BYTES), isMapped: false };
}

const wholePages = (bytes: number): number => Math.floor(bytes / PAGE_BYTES) * PAGE_BYTES;

/** @throws PhasebitError DEVICE when they cannot be mapped: the server's file is not what it says */
export function mapDoorbells(
  address: string,
  memory: LinearMemory,
  { fdOffset }: RegionInfo,
  fd: number,
): void {
  const { bytes, doorbells } = memory;
  const at = fdOffset + DOORBELLS;
  try {
    memory.keep(
      native().mapDescriptor(
        ...([bytes, doorbells.pointer, doorbells.bytes, fd, at] as const),
        ...([ACCESS_READS_AND_WRITES, BUS_PEER_LOST] as const),
      ),
    );
  } catch (cause) {
    memory.close();
    throw unusable(address, `its doorbells: ${(cause as NativeError).message}`, cause);
  }
}

export function unusable(address: string, why: string, cause?: unknown): PhasebitError {
  return new PhasebitError("DEVICE", `open ${address}: ${why}`, { cause });
}
