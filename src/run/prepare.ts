// What is done once before the first block, so that no command pays for it: memory that writes would be the first
// to touch.
import type { Controller } from "../nvme/controller.ts";
import type { NamespaceData } from "../nvme/identify.ts";
import type { ByteRange } from "../transport/transport.ts";
import { formatBytes } from "../units.ts";
import { type Workload, writes } from "./workload.ts";

/** Preparing that ends sooner need not be spoken of. */
const MOMENT_MS = 500;

export interface PrepareOptions {
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
  /** Told what takes more than a moment. */
  readonly onPreparing?: ((what: string) => void) | undefined;
}

/**
 * Gets the device ready for all that these workloads may write.
 * @throws PhasebitError ENVIRONMENT when there is not enough memory.
 */
export async function prepareWrites(
  { transport }: Controller,
  namespace: NamespaceData,
  workloads: readonly Workload[],
  { signal, onPreparing }: PrepareOptions,
): Promise<void> {
  const range = writtenRange(workloads, namespace.blocks * namespace.blockBytes);
  if (range === null || transport.prepareWrites === undefined) return;
  const what = `preparing ${formatBytes(range.bytes)} of the medium`;
  const timer = setTimeout(() => onPreparing?.(what), MOMENT_MS);
  try {
    await transport.prepareWrites(namespace.nsid, range, signal);
  } finally {
    clearTimeout(timer);
  }
}

/** From the first to the last byte that one of them may write; null when none writes. */
export function writtenRange(workloads: readonly Workload[], capacity: number): ByteRange | null {
  const written = workloads.filter(writes);
  if (written.length === 0) return null;
  const offset = Math.min(...written.map((workload) => workload.offset));
  const ends = written.map((workload) => workload.offset + (workload.size ?? capacity));
  return { offset, bytes: Math.min(capacity, Math.max(...ends)) - offset };
}
