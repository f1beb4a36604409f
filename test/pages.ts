// Which pages of a part of the linear memory the kernel has made, from /proc/self/pagemap: tests of what is touched
// when, which no clock decides.
import { closeSync, openSync, readSync } from "node:fs";
import { native } from "../src/compiled/native.ts";
import type { Span } from "../src/memory/arena.ts";

const PAGE = 4096;
const ENTRY_BYTES = 8;
/** Bit 63 of an entry: the page is present. */
const PRESENT = 0x80;

/** Pointers of the pages that are present. */
export function presentPages(memory: Uint8Array, { pointer, bytes }: Span): number[] {
  const first = Number(native().addressOf(memory) + BigInt(pointer)) / PAGE;
  const entries = Buffer.alloc((bytes / PAGE) * ENTRY_BYTES);
  const file = openSync("/proc/self/pagemap", "r");
  try {
    const read = readSync(file, entries, 0, entries.length, first * ENTRY_BYTES);
    if (read !== entries.length) throw new Error(`pagemap: ${read} of ${entries.length} bytes`);
  } finally {
    closeSync(file);
  }
  return Array.from({ length: bytes / PAGE }, (_, page) => page).flatMap((page) =>
    (entries[page * ENTRY_BYTES + 7]! & PRESENT) === 0 ? [] : [pointer + page * PAGE],
  );
}
