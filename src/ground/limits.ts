// What this process may have at most: shells (`ulimit`) and batch systems limit it. V8 takes gigabytes of address space
// for each memory of WebAssembly, nearly all of which stays without memory behind it, and ends the process in pages of its
// own where it gets none.
import { readFileSync } from "node:fs";
import { PhasebitError } from "./errors.ts";
import { formatBytes } from "./units.ts";

/** What is limited, with how it is raised. */
const KINDS = {
  addressSpace: {
    row: "Max address space",
    raise: "ulimit -v unlimited",
    amount: (bytes: number) => `${formatBytes(bytes)} of address space (little of it memory)`,
    limit: formatBytes,
  },
  data: {
    row: "Max data size",
    raise: "ulimit -d unlimited",
    amount: (bytes: number) => `${formatBytes(bytes)} of private memory, reserved or used`,
    limit: formatBytes,
  },
  files: {
    row: "Max open files",
    raise: "ulimit -n 1024",
    amount: (count: number) => `up to ${count} open files`,
    limit: String,
  },
} as const;

/** An amount of each that is needed, in bytes and descriptors. */
export type Needed = { readonly [K in keyof typeof KINDS]?: number };

/** What V8 keeps free for the code that it compiles counts as private memory from Node.js 24 on. */
const CODE_RANGE = Number(process.versions.node.split(".")[0]) >= 24 ? 512 * 2 ** 20 : 0;

/**
 * Without these the command line loads its own code only by luck, or V8 ends the process in the middle. Below 0.75 GiB of
 * address space (from Node.js 24 on 1.1 GiB) or 60 MiB of private memory beside the code range Node.js itself does not
 * start, and says so in pages of its own.
 */
export const LEAST: Required<Needed> = {
  addressSpace: 1.5 * 2 ** 30,
  data: CODE_RANGE + 256 * 2 ** 20,
  files: 256,
};

/**
 * What runs without their jobs were seen to take on Node.js 20, rounded up: two linear memories, one of them the
 * rehearsal's, and the descriptors of a program that is loaded.
 */
export const RUN_NEEDS = { addressSpace: 22 * 2 ** 30, files: 128 } as const satisfies Needed;

/** The limits of this process; infinite where there is none, or none can be read. */
export function ownLimits(): Required<Needed> {
  try {
    return parseLimits(readFileSync("/proc/self/limits", "latin1"));
  } catch {
    return parseLimits("");
  }
}

/** "Max open files            1024                 524288               files": the soft limit counts. */
export function parseLimits(table: string): Required<Needed> {
  const soft = ({ row }: { readonly row: string }): number => {
    const text = new RegExp(`^${row} +(\\d+) `, "m").exec(table)?.[1];
    return text === undefined ? Number.POSITIVE_INFINITY : Number(text);
  };
  return {
    addressSpace: soft(KINDS.addressSpace),
    data: soft(KINDS.data),
    files: soft(KINDS.files),
  };
}

/**
 * The first limit that is too low, in words.
 * @param of what takes it: "a run"
 */
export function missingLimit(
  needed: Needed,
  of: string,
  limits: Required<Needed> = ownLimits(),
): string | undefined {
  for (const [name, kind] of Object.entries(KINDS)) {
    const amount = needed[name as keyof Needed] ?? 0;
    const limit = limits[name as keyof Needed];
    if (amount <= limit) continue;
    const words = `${of} takes ${kind.amount(amount)}, and the limit is ${kind.limit(limit)}`;
    return `${words}: raise it, as with ${kind.raise}`;
  }
  return undefined;
}

/** @throws PhasebitError ENVIRONMENT when this process may have less than it needs; `of` is what takes it */
export function requireLimits(needed: Needed, of: string, limits?: Required<Needed>): void {
  const missing = missingLimit(needed, of, limits);
  if (missing !== undefined) throw new PhasebitError("ENVIRONMENT", missing, { what: "limit" });
}

/**
 * Starts a thread or several, `of` what they are.
 * @throws PhasebitError ENVIRONMENT when the system gives none
 */
export function startingThreads<T>(of: string, start: () => T): T {
  try {
    return start();
  } catch (cause) {
    throw new PhasebitError(
      "ENVIRONMENT",
      `start ${of}: ${(cause as Error).message}; there may be no more threads for this user: use fewer jobs, or ` +
        "raise the limit, as with ulimit -u unlimited",
      { cause, what: "threads" },
    );
  }
}
