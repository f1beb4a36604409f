// Garbage collections of a worker's JavaScript: each stops its thread, whatever is in flight.
import { type PerformanceEntry, PerformanceObserver, performance } from "node:perf_hooks";
import type { Collections } from "../measurement/measurement.ts";

/** Counts this thread's collections from `begin` to `end`. */
export class CollectionCounter {
  readonly #observer = new PerformanceObserver(() => {});
  #fromMs = 0;
  #toMs = 0;

  constructor() {
    this.#observer.observe({ entryTypes: ["gc"] });
  }

  begin(): void {
    this.#fromMs = performance.now();
  }

  end(): void {
    this.#toMs = performance.now();
  }

  /** V8 tells of them only once the thread has come back to its event loop. */
  async counted(): Promise<Collections> {
    await new Promise((resolve) => setImmediate(resolve));
    const entries = this.#observer.takeRecords();
    this.#observer.disconnect();
    return collectionsIn(entries, this.#fromMs, this.#toMs);
  }
}

/** Those that began between two times. */
export function collectionsIn(
  entries: readonly Pick<PerformanceEntry, "startTime" | "duration">[],
  fromMs: number,
  toMs: number,
): Collections {
  const inside = entries.filter(({ startTime }) => startTime >= fromMs && startTime < toMs);
  const ms = inside.reduce((sum, { duration }) => sum + duration, 0);
  return { count: inside.length, ns: Math.round(ms * 1e6) };
}
