// What a view of the stream remembers: the start, the latest of everything, and as many samples as the widest
// terminal has columns.
import type { LiveEvent, SampleEvent, StartEvent, WarningEvent } from "./events.ts";

const MOST_SAMPLES = 240;

/** What has been said so far. */
export interface View {
  readonly start: StartEvent;
  /** Names of all that is measured, as samples have them. */
  readonly settings: readonly string[];
  /** What keeps the first sample from coming, if there is more to say than that the device is opened. */
  readonly preparing: string | undefined;
  /** What keeps the block that was measured from ending. */
  readonly waiting: string | undefined;
  /** The latest one, ramps included. */
  readonly sample: SampleEvent | undefined;
  /** Samples after ramps, the latest last. */
  readonly history: readonly SampleEvent[];
  /** The latest sample of each thing that is measured: a mode, a point; in the order of the report. */
  readonly latest: readonly SampleEvent[];
  readonly warnings: readonly WarningEvent[];
}

/** Gathers a view from the events. */
export class Viewer {
  readonly #start: StartEvent;
  readonly #history: SampleEvent[] = [];
  readonly #latest = new Map<string, SampleEvent>();
  readonly #warnings = new Map<string, WarningEvent>();
  #preparing: string | undefined;
  #waiting: string | undefined;
  #sample: SampleEvent | undefined;

  constructor(start: StartEvent) {
    this.#start = start;
  }

  take(event: LiveEvent): void {
    if (event.event === "warning") this.#warnings.set(`${event.kind} ${event.job}`, event);
    if (event.event === "preparing") this.#preparing = event.text;
    if (event.event === "waiting") this.#waiting = event.text;
    if (event.event !== "sample") return;
    // samples go on while it waits
    if (event.block.number !== this.#sample?.block.number) this.#waiting = undefined;
    this.#sample = event;
    if (event.elapsedMs < 0) return;
    this.#latest.set(this.#thing(event), event);
    this.#history.push(event);
    if (this.#history.length > MOST_SAMPLES) this.#history.shift();
  }

  get view(): View {
    return {
      start: this.#start,
      settings: (this.#start.settings ?? []).map(({ name }) => name),
      preparing: this.#preparing,
      waiting: this.#waiting,
      sample: this.#sample,
      history: this.#history,
      latest: this.#inOrder(),
      warnings: [...this.#warnings.values()],
    };
  }

  /** Modes of a comparison as the report has them, whichever came first. */
  #inOrder(): SampleEvent[] {
    const names = (this.#start.settings ?? []).map(({ name }) => name);
    const place = (event: SampleEvent) => names.indexOf(event.block.name);
    return [...this.#latest.values()].sort((a, b) => place(a) - place(b));
  }

  /** Points of a sweep may share a name; a comparison comes back to its modes. */
  #thing({ block }: SampleEvent): string {
    return this.#start.command === "sweep" ? String(block.number) : block.name;
  }
}
