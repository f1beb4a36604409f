// What is written when nobody says what: pseudo-random bytes from the seed, which no device compresses.
import type { Span } from "../memory/arena.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";

/** Fills a region with xorshift32's stream (Marsaglia, 2003). */
export function fillBuffers(memory: LinearMemory, region: Span, seed: bigint): void {
  let state = Number(BigInt.asUintN(32, seed * 0x9e3779b9n)) || 1;
  const first = region.pointer / 4;
  for (let word = first; word < first + region.bytes / 4; word++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    memory.u32[word] = state;
  }
}
