// What another process does while it is waited for: whether the host let it run, as far as /proc shows it to us.
import { readdirSync, readFileSync } from "node:fs";
import { parseThreadTimes, type ThreadTimes } from "./scheduler.ts";
import { formatMs } from "./units.ts";

/** A look is a few reads for each thread. */
const LEAST_BETWEEN_MS = 10;
/** What a thread needs of a stretch to do in it what it is asked for; see Deprivation. */
const ENOUGH_NS = 100_000;

/** A thread at a look. */
export interface ThreadLook extends ThreadTimes {
  /** As /proc/PID/stat has it: R, S, D, T, t, Z. */
  readonly state: string;
}

/** A process's threads by their numbers; null where it is not to be seen. */
export type Look = ReadonlyMap<string, ThreadLook> | null;

/** What /proc says of a process; null for one that is none, has ended, or is hidden from us. */
export function lookAt(pid: number): Look {
  if (pid === 0) return null;
  try {
    const folder = `/proc/${pid}/task`;
    const threads = readdirSync(folder).flatMap((tid) => {
      const look = threadAt(`${folder}/${tid}`);
      return look === null ? [] : [[tid, look] as const];
    });
    return threads.length === 0 ? null : new Map(threads);
  } catch {
    return null;
  }
}

/** null for one that has ended meanwhile. */
function threadAt(folder: string): ThreadLook | null {
  try {
    const times = parseThreadTimes(readFileSync(`${folder}/schedstat`, "latin1"));
    const stat = readFileSync(`${folder}/stat`, "latin1");
    // "17 (a name) with anything) S 1 …"
    const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
    return times === null ? null : { ...times, state };
  } catch {
    return null;
  }
}

/** Follows one process. Nothing is known of it where its number is 0, or another's. */
export class ProcessWatch {
  readonly pid: number;
  readonly #look: () => Look;
  /** One that was never seen may be there all the same. */
  readonly #isVisible: boolean;
  #seen: Look;
  #seenMs = performance.now();
  #keptMs = 0;
  #waitedMs = 0;
  #ranMs = 0;

  /** @param look what there is to see, for tests */
  constructor(pid: number, look: () => Look = () => lookAt(pid)) {
    this.pid = pid;
    this.#look = look;
    this.#seen = look();
    this.#isVisible = this.#seen !== null;
  }

  /** For how long, in ms since the beginning, one of its threads was ready, and had no CPU to speak of. */
  keptMs(): number {
    this.#follow();
    return this.#keptMs;
  }

  /** The same of all that its threads waited for a CPU, whether they had one in between or not. */
  waitedMs(): number {
    this.#follow();
    return this.#waitedMs;
  }

  #follow(): void {
    const nowMs = performance.now();
    const passedMs = nowMs - this.#seenMs;
    if (passedMs < LEAST_BETWEEN_MS) return;
    const before = this.#seen;
    this.#seen = this.#look();
    this.#seenMs = nowMs;
    let [keptMs, longestMs] = [0, 0];
    for (const [tid, now] of this.#seen ?? []) {
      const former = before?.get(tid);
      if (former === undefined) continue;
      const ranNs = now.ranNs - former.ranNs;
      const waitedMs = Math.min(waitedOf(former, now, passedMs), passedMs);
      longestMs = Math.max(longestMs, waitedMs);
      if (ranNs < ENOUGH_NS) keptMs = Math.max(keptMs, waitedMs);
      this.#ranMs += ranNs / 1e6;
    }
    this.#keptMs += keptMs;
    this.#waitedMs += longestMs;
  }

  /** Whether it has ended, as far as it could ever be seen. */
  hasEnded(): boolean {
    if (!this.#isVisible) return false;
    const threads = [...(this.#look()?.values() ?? [])];
    return threads.every(({ state }) => state === "Z" || state === "X");
  }

  /** What it did since the beginning, and does now, in words that go on after "no answer for 5 s: ". */
  words(): string {
    const of = `process ${this.pid}`;
    if (this.pid === 0)
      return "what its process does is not known: it is not of this PID namespace";
    if (this.hasEnded()) return `${of} has ended`;
    const threads = [...(this.#seen?.values() ?? [])];
    if (threads.length === 0) return `what ${of} does is not known`;
    const states = threads.map(({ state }) => state);
    if (states.every((state) => state === "T" || state === "t")) {
      return `${of} is stopped; kill -CONT ${this.pid} lets it go on`;
    }
    const had = `ran for ${formatMs(this.#ranMs)}`;
    const kept = `was ready and had no CPU for ${formatMs(this.#keptMs)}`;
    const isBlocked = states.includes("D") ? ", and is blocked in the kernel" : "";
    return `meanwhile ${of} ${had}, ${kept}, and slept otherwise${isBlocked}`;
  }
}

/** What a thread waits for just now, the scheduler adds when it is over. */
function waitedOf(former: ThreadLook, now: ThreadLook, passedMs: number): number {
  if (now.state === "R" && now.ranNs === former.ranNs) return passedMs;
  return (now.waitedNs - former.waitedNs) / 1e6;
}
