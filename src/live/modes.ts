// How a measurement can be watched. A plain list that imports nothing: the command line's help needs it.

export const liveModes = ["auto", "terminal", "line", "ndjson", "http", "off"] as const;
export type LiveMode = (typeof liveModes)[number];

/** What the command line said. */
export interface LiveFlags {
  readonly live: LiveMode;
  /** Of `http`: a port, or one that is free. */
  readonly livePort?: string;
}
