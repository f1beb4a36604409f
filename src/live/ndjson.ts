// The stream as lines of JSON, for a program that watches.
import type { Writable } from "node:stream";
import type { LiveEvent, Sink } from "./events.ts";

/** A reader that lags so far behind gets no more samples until it has caught up. */
const MOST_WAITING = 1024 ** 2;

export class NdjsonSink implements Sink {
  readonly #stream: Pick<Writable, "write" | "writableLength">;

  constructor(stream: Pick<Writable, "write" | "writableLength">) {
    this.#stream = stream;
  }

  show(event: LiveEvent): void {
    if (event.event === "sample" && this.#stream.writableLength > MOST_WAITING) return;
    this.#stream.write(`${JSON.stringify(event)}\n`);
  }

  measured(): void {}

  async close(): Promise<void> {}
}
