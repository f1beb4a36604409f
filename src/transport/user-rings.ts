// Doorbells of a server that lends no pages for them: plain memory in their place, and a message for each one that was rung.
import { DOORBELLS } from "../../assembly/spec/registers.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";

/** What no doorbell is rung with: they have 16 bits. */
const QUIET = 0xffff_ffff;

export class RingMessages {
  readonly #words: Uint32Array;
  readonly #write: (offset: number, value: number) => void;

  /** @param write a register of BAR0 */
  constructor({ u32, doorbells }: LinearMemory, write: (offset: number, value: number) => void) {
    const first = doorbells.pointer / 4;
    this.#words = u32.subarray(first, first + doorbells.bytes / 4).fill(QUIET);
    this.#write = write;
  }

  /** Those that were rung since the last time, the lowest first. */
  send(): void {
    for (let at = 0; at < this.#words.length; at++) {
      const value = this.#words[at]!;
      if (value === QUIET) continue;
      this.#words[at] = QUIET;
      this.#write(DOORBELLS + at * 4, value);
    }
  }
}
