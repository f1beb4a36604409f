// How much address space this process may have: shells (`ulimit -v`) and batch systems limit it, and V8 takes gigabytes
// of it for each memory of WebAssembly, nearly all of which stays without memory behind it.
import { readFileSync } from "node:fs";
import { PhasebitError } from "./errors.ts";
import { formatBytes } from "./units.ts";

/** The limit in bytes; infinite where there is none, or none can be read. */
export function addressSpaceLimit(): number {
  try {
    return parseAddressSpaceLimit(readFileSync("/proc/self/limits", "latin1"));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** "Max address space         6144000000           unlimited            bytes": the soft limit counts. */
export function parseAddressSpaceLimit(limits: string): number {
  const soft = /^Max address space +(\d+) /m.exec(limits)?.[1];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

/**
 * Beyond its limit V8 ends the process where it starts a thread, and says so in pages of its own.
 * @throws PhasebitError ENVIRONMENT when this process may have less than `bytes`; `of` is what they are for
 */
export function requireAddressSpace(bytes: number, of: string, limit = addressSpaceLimit()): void {
  if (bytes <= limit) return;
  throw new PhasebitError(
    "ENVIRONMENT",
    `${of} takes ${formatBytes(bytes)} of address space (little of it memory), and the limit is ` +
      `${formatBytes(limit)}: raise it, as with ulimit -v unlimited`,
    { what: "address space", value: limit },
  );
}
