// What the kernel's scheduler says of a thread: the only account of who had a CPU and who waited for one that holds
// in every completion mode. A thread that polls and one that sleeps look alike in it.
import { readFileSync, readlinkSync } from "node:fs";

/** Since the thread began, as /proc/PID/task/TID/schedstat has it. */
export interface ThreadTimes {
  readonly ranNs: number;
  /** It was ready to run, and others ran. What it waits for just now is added when it is over. */
  readonly waitedNs: number;
  /** How often it got a CPU. */
  readonly turns: number;
}

/** The calling thread's number; 0 where the kernel does not say. */
export function ownThread(): number {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").at(-1)) || 0;
  } catch {
    return 0;
  }
}

/** What the scheduler says of a thread of this process; null when it says nothing, or there is none. */
export function threadTimes(tid: number): ThreadTimes | null {
  if (tid === 0) return null;
  try {
    return parseThreadTimes(readFileSync(`/proc/self/task/${tid}/schedstat`, "latin1"));
  } catch {
    return null;
  }
}

/** "1016532 55352 12": ns that it ran, ns that it waited, turns. */
export function parseThreadTimes(text: string): ThreadTimes | null {
  const found = /^(\d+) (\d+) (\d+)\n?$/.exec(text);
  if (found === null) return null;
  const [ranNs, waitedNs, turns] = found.slice(1).map(Number) as [number, number, number];
  return { ranNs, waitedNs, turns };
}

/** What a thread needs of a stretch to do in it all that it had to do: hundreds of commands of an embedded controller. */
const ENOUGH_NS = 100_000;

/**
 * For how long a thread was kept from running: stretches in which it waited for a CPU and hardly had one. A thread that
 * polls waits for most of the time on a shared CPU, and has its turn all the same, every few milliseconds.
 */
export class Deprivation {
  #seen: ThreadTimes = { ranNs: 0, waitedNs: 0, turns: 0 };
  #keptNs = 0;

  /** @param now what the scheduler says now; the stretch since the last call ends. @returns ns in all so far */
  until(now: ThreadTimes): number {
    if (now.ranNs - this.#seen.ranNs < ENOUGH_NS)
      this.#keptNs += now.waitedNs - this.#seen.waitedNs;
    this.#seen = now;
    return this.#keptNs;
  }
}
