// The stream as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): to any
// number of readers, who may come late and come back.
import type { LiveEvent, SampleEvent } from "./events.ts";

/** What a reader missed, at most; beyond that the older half keeps every other sample. */
const MOST_HISTORY_BYTES = 512 * 1024;
/** A reader that lags farther behind than a whole replay is not reading. */
const MOST_WAITING_BYTES = 2 * 1024 ** 2;
const RETRY_MS = 1000;

/** An open response: a ServerResponse, or a test's stand-in. */
export interface Reader {
  readonly writableLength: number;
  write(text: string): unknown;
  end(): unknown;
  destroy(): unknown;
}

/** An event as it is sent. */
interface Sent {
  readonly id: number;
  readonly text: string;
}

export class Feed {
  /** Ids of another measurement are of no use here: a reader that brings one begins anew. */
  readonly #series: string;
  readonly #readers = new Set<Reader>();
  readonly #others = new Map<string, Sent>();
  #history: Sent[] = [];
  #historyBytes = 0;
  #latest: { readonly id: number; readonly event: SampleEvent } | undefined;
  #id = 0;

  /** @param series tells this measurement's ids from others' */
  constructor(series: string) {
    this.#series = series;
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** Sends the event to all, and keeps it for those who come late. */
  push(event: LiveEvent): void {
    const id = ++this.#id;
    const text = this.#framed(id, event);
    if (event.event === "sample") this.#keep(id, event);
    else this.#others.set(keyOf(event), { id, text });
    for (const reader of this.#readers) this.#send(reader, text);
  }

  /** Sends what the reader missed since the event that it had last, and from now on all there is. */
  attach(reader: Reader, lastEventId?: string): void {
    const [series, number] = lastEventId?.split("-") ?? [];
    const had = series === this.#series ? Number(number) : 0;
    const missed = [...this.#history, ...this.#others.values(), ...this.#latestSent()]
      .filter(({ id }) => !(id <= had))
      .sort((a, b) => a.id - b.id);
    reader.write(`retry: ${RETRY_MS}\n\n${missed.map(({ text }) => text).join("")}`);
    this.#readers.add(reader);
  }

  detach(reader: Reader): void {
    this.#readers.delete(reader);
  }

  /** A comment: keeps what lies between from taking the connection for dead. */
  beat(): void {
    for (const reader of this.#readers) this.#send(reader, ":\n\n");
  }

  end(): void {
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
  }

  #send(reader: Reader, text: string): void {
    if (reader.writableLength <= MOST_WAITING_BYTES) {
      reader.write(text);
      return;
    }
    this.#readers.delete(reader);
    reader.destroy();
  }

  #framed(id: number, event: LiveEvent): string {
    return `id: ${this.#series}-${id}\ndata: ${JSON.stringify(event)}\n\n`;
  }

  #latestSent(): Sent[] {
    if (this.#latest === undefined) return [];
    const { id, event } = this.#latest;
    return [{ id, text: this.#framed(id, event) }];
  }

  /** Only the last sample of a block keeps its percentile curve, which is of the whole block. */
  #keep(id: number, event: SampleEvent): void {
    if (this.#latest !== undefined) {
      const { id: before, event: past } = this.#latest;
      const isLast = past.block.number !== event.block.number;
      const text = this.#framed(before, isLast ? past : withoutCurve(past));
      this.#history.push({ id: before, text });
      this.#historyBytes += text.length;
      if (this.#historyBytes > MOST_HISTORY_BYTES) this.#thin();
    }
    this.#latest = { id, event };
  }

  #thin(): void {
    const half = this.#history.length / 2;
    this.#history = this.#history.filter((_, index) => index > half || index % 2 === 0);
    this.#historyBytes = this.#history.reduce((sum, { text }) => sum + text.length, 0);
  }
}

function withoutCurve(event: SampleEvent): SampleEvent {
  return { ...event, total: { ...event.total, percentiles: [] } };
}

/** Later warnings of a kind (and job) replace the earlier. */
function keyOf(event: Exclude<LiveEvent, SampleEvent>): string {
  return event.event === "warning" ? `${event.kind} ${event.job}` : event.event;
}
