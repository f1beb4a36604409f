// The clock of a thread, of which there is one. V8 calls a JavaScript function from Wasm, and a native one from
// JavaScript, without its generic entries as long as the call in the function has only ever met one native function: a
// second clock behind the same literal makes every reading of either cost half as much again (docs/measuring.md). So
// a thread that runs block after block keeps its clock, and has it aimed at the place of the next.
import { type ClockScale, native } from "./native.ts";

/** The two ways to the clock. */
export interface ThreadClock {
  /** The native function itself, for JavaScript. */
  readonly read: () => void;
  /** The import of a Wasm module. */
  readonly imported: () => void;
}

let clock: ThreadClock | undefined;

/** This thread's clock, which stores the time at `pointer` from now on, and no longer where it did before. */
export function threadClock(
  memory: Uint8Array,
  pointer: number,
  scale: ClockScale | null,
): ThreadClock {
  if (clock === undefined) clock = made(native().clock(memory, pointer, scale));
  else native().aimClock(clock.read, memory, pointer, scale);
  return clock;
}

function made(read: () => void): ThreadClock {
  return {
    read,
    imported: () => {
      read();
    },
  };
}
