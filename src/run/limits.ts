// What a device allows of a workload: checked after the device has said who it is, before the first I/O.

import { SLOT_LBA_SHIFT } from "../../assembly/layout.ts";
import { badOption, PhasebitError } from "../ground/errors.ts";
import { fioSize, formatBytes } from "../ground/units.ts";
import type { Workload } from "../measurement/workload.ts";
import type { Transport } from "../transport/transport.ts";

/** A job keeps an LBA and an opcode in 64 bits. */
const LBA_BITS = 64 - SLOT_LBA_SHIFT;

/** What a workload must keep to. */
export interface DeviceLimits {
  readonly blocks: number;
  readonly blockBytes: number;
  /** Largest transfer in bytes; null when the controller names no limit. */
  readonly maxTransferBytes: number | null;
  /** CAP.MQES + 1. */
  readonly maxQueueEntries: number;
  /** I/O queue pairs that the controller granted. */
  readonly ioQueues: number;
}

/** @throws PhasebitError USAGE when the device cannot run the workload. */
export function checkAgainstDevice(workload: Workload, device: DeviceLimits): void {
  checkBlocks(workload, device);
  checkQueues(workload, device);
  checkRange(workload, device.blocks * device.blockBytes);
  checkFurthest(workload, device);
}

function checkBlocks(workload: Workload, device: DeviceLimits): void {
  const { blockBytes } = device;
  for (const option of ["bs", "offset", "size"] as const) {
    const bytes = workload[option];
    if (bytes === null || bytes % blockBytes === 0) continue;
    throw badOption(
      option,
      fioSize(bytes),
      `must be a multiple of the namespace's block size, ${blockBytes} bytes`,
    );
  }
  // NLB of Read and Write carries 16 bits, 0's based (NVMe 1.4, section 6.9).
  const largest = Math.min(
    device.maxTransferBytes ?? Number.POSITIVE_INFINITY,
    65_536 * blockBytes,
  );
  if (workload.bs > largest) {
    throw badOption("bs", fioSize(workload.bs), `the device transfers ${fioSize(largest)} at most`);
  }
}

function checkQueues(workload: Workload, device: DeviceLimits): void {
  const deepest = device.maxQueueEntries - 1;
  if (workload.iodepth > deepest) {
    throw badOption(
      "iodepth",
      `${workload.iodepth}`,
      `the device allows ${deepest} at most: its queues have ${device.maxQueueEntries} entries, ` +
        "and one stays free so that a full queue differs from an empty one",
    );
  }
  if (workload.numjobs > device.ioQueues) {
    throw badOption(
      "numjobs",
      `${workload.numjobs}`,
      `each job needs a queue pair, and the device has ${device.ioQueues}`,
    );
  }
}

function checkRange(workload: Workload, capacity: number): void {
  const { offset, size, bs } = workload;
  const limit = `the namespace has ${capacity} bytes (${formatBytes(capacity)})`;
  if (offset >= capacity) throw badOption("offset", fioSize(offset), `lies past the end: ${limit}`);
  if (size !== null && offset + size > capacity) {
    const room = fioSize(capacity - offset);
    throw badOption(
      "size",
      fioSize(size),
      `ends past the end: ${limit}; ${room} fit from the offset on`,
    );
  }
  if ((size ?? capacity - offset) < bs) {
    throw badOption(
      "offset",
      fioSize(offset),
      `leaves no room for one I/O of ${fioSize(bs)}: ${limit}`,
    );
  }
}

function checkFurthest({ offset, size }: Workload, { blocks, blockBytes }: DeviceLimits): void {
  const bytes = size ?? blocks * blockBytes - offset;
  if ((offset + bytes) / blockBytes <= 2 ** LBA_BITS) return;
  throw badOption(
    "size",
    fioSize(bytes),
    `reaches past LBA 2^${LBA_BITS}, which no job goes beyond`,
  );
}

/** @throws PhasebitError ENVIRONMENT where a loop could not ring them. */
export function requireDoorbells({
  address,
  ringsByMessage,
}: Pick<Transport, "address" | "ringsByMessage">): void {
  if (!ringsByMessage) return;
  const why =
    "its server lets BAR0's doorbells not be mapped (SPDK: disable_mappable_bar0), so each ring is a message, and a loop " +
    "cannot send any; single commands can";
  throw new PhasebitError("ENVIRONMENT", `measure ${address}: ${why}`, { what: "doorbells" });
}
