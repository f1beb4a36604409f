// Ctrl-C and its relatives: the first asks for a clean stop that keeps what was measured, another one ends the process
// at once and leaves the device to the kernel.
import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** A shell that ends sends SIGHUP twice, a terminal's Ctrl-C may come with its wrapper's: that is one wish. */
const ONE_WISH_MS = 500;

/** What a process is asked by signals. No clock, no process: times in, what to do out. */
export class Wishes {
  #firstMs: number | undefined;

  /** @param nowMs on a clock that is not set. @returns what to do now. */
  take(nowMs: number): "stop" | "nothing" | "end" {
    if (this.#firstMs === undefined) {
      this.#firstMs = nowMs;
      return "stop";
    }
    return nowMs - this.#firstMs < ONE_WISH_MS ? "nothing" : "end";
  }
}

/**
 * Runs `work` with a signal that aborts on the first SIGINT, SIGTERM or SIGHUP. From here to the end of the process none
 * of them alone ends it: what was measured is saved first.
 */
export async function untilSignalled<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const wishes = new Wishes();
  const onSignal = (name: NodeJS.Signals): void => {
    const wish = wishes.take(performance.now());
    if (wish === "stop") stop.abort();
    if (wish === "end") endBy(name, onSignal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return work(stop.signal);
}

/** Ends the process by the signal itself, after its last words; Node would wait for threads that wait for the device. */
function endBy(name: NodeJS.Signals, onSignal: NodeJS.SignalsListener): void {
  for (const signal of SIGNALS) process.off(signal, onSignal);
  process.once("exit", () => process.kill(process.pid, name));
  process.exit(128 + constants.signals[name]);
}
