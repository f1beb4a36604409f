// Where the stream goes.
import type { LiveEvent } from "./events.ts";

export interface Sink {
  /** Takes an event; never throws, never waits. */
  show(event: LiveEvent): void;
  /** All is measured: what comes next is for whoever reads the report. May be called twice. */
  measured(): void;
  /** After the last event; resolves when nothing of it keeps the process alive. */
  close(): Promise<void>;
}
