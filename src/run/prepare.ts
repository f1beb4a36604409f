// What is done once before the first block, so that no command pays for it: memory that writes would be the first
// to touch.

import type { ByteRange } from "../embedded/media.ts";
import { EmbeddedTransport } from "../embedded/transport.ts";
import { formatBytes } from "../ground/units.ts";
import { type Workload, writes } from "../measurement/workload.ts";
import type { NamespaceData } from "../nvme/identify.ts";
import type { Transport } from "../transport/transport.ts";

/** What ends sooner need not be spoken of. */
export const MOMENT_MS = 500;

/** What an AbortSignal is here, for users whose TypeScript has no type for it. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

export interface PrepareOptions {
  /** An AbortSignal; ends it early. */
  readonly signal?: StopSignal | undefined;
  /** Told what takes more than a moment. */
  readonly onPreparing?: ((what: string) => void) | undefined;
  /** Told of a wait after the measurement, for commands that are still in flight, when it takes more than a moment. */
  readonly onWaiting?: ((what: string) => void) | undefined;
}

/**
 * Gets the device ready for all that these workloads may write.
 * @throws PhasebitError ENVIRONMENT when there is not enough memory.
 */
export async function prepareWrites(
  transport: Transport,
  namespace: NamespaceData,
  workloads: readonly Workload[],
  { signal, onPreparing }: PrepareOptions,
): Promise<void> {
  const range = writtenRange(workloads, namespace.blocks * namespace.blockBytes);
  if (range === null || !(transport instanceof EmbeddedTransport)) return;
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
