// All that the page knows of a measurement that lasts. Events may come twice (a reconnect replays what was missed)
// and from another measurement (a new run on the same port): both leave a state that is right.
import type {
  EndEvent,
  LiveEvent,
  PreparingEvent,
  SampleEvent,
  StartEvent,
  WaitingEvent,
  WarningEvent,
} from "../../live/events.ts";
import { Course, type LiveColumn } from "./course.ts";

/** More things than these have no curves of their own: the oldest go. */
const MOST_THINGS = 16;

export class LiveState {
  #start: StartEvent | undefined;
  #preparing: PreparingEvent | undefined;
  #waiting: WaitingEvent | undefined;
  #sample: SampleEvent | undefined;
  #end: EndEvent | undefined;
  #course = new Course();
  readonly #latest = new Map<string, SampleEvent>();
  readonly #warnings = new Map<string, WarningEvent>();

  get start(): StartEvent | undefined {
    return this.#start;
  }

  /** What keeps the first sample from coming. */
  get preparing(): PreparingEvent | undefined {
    return this.#preparing;
  }

  /** What keeps the block that was measured from ending. */
  get waiting(): WaitingEvent | undefined {
    return this.#waiting;
  }

  /** The latest, ramps included. */
  get sample(): SampleEvent | undefined {
    return this.#sample;
  }

  get end(): EndEvent | undefined {
    return this.#end;
  }

  get warnings(): readonly WarningEvent[] {
    return [...this.#warnings.values()];
  }

  get columns(): readonly LiveColumn[] {
    return this.#course.columns;
  }

  /** The latest sample of each mode or point, in the order in which they came first. */
  get latest(): ReadonlyMap<string, SampleEvent> {
    return this.#latest;
  }

  take(event: LiveEvent): void {
    if (event.event === "start") this.#begin(event);
    else if (event.event === "preparing") this.#preparing = event;
    else if (event.event === "waiting") this.#waiting = event;
    else if (event.event === "sample") this.#measure(event);
    else if (event.event === "warning") this.#warnings.set(`${event.kind} ${event.job}`, event);
    else if (event.event === "end") this.#end = event;
  }

  #begin(event: StartEvent): void {
    if (this.#start && this.#start.startedMs !== event.startedMs) {
      this.#preparing = undefined;
      this.#waiting = undefined;
      this.#sample = undefined;
      this.#end = undefined;
      this.#course = new Course();
      this.#latest.clear();
      this.#warnings.clear();
    }
    this.#start = event;
  }

  #measure(event: SampleEvent): void {
    const endS = this.#secondsAt(event);
    if (this.#sample && endS <= this.#secondsAt(this.#sample)) return;
    if (event.block.number !== this.#sample?.block.number) this.#waiting = undefined;
    this.#sample = event;
    if (event.elapsedMs < 0) return;
    this.#course.add(event, endS);
    const { name } = event.block;
    const before = this.#latest.get(name);
    this.#latest.set(name, withCurve(event, before));
    const [oldest] = this.#latest.keys();
    if (this.#latest.size > MOST_THINGS && oldest !== undefined) this.#latest.delete(oldest);
  }

  /** Since the measurement began, as if every block were as long as it should be. */
  #secondsAt({ block, elapsedMs }: SampleEvent): number {
    const { runtimeMs = 0, rampTimeMs = 0 } = this.#start ?? {};
    const before = (block.number - 1) * (rampTimeMs + runtimeMs);
    return (before + rampTimeMs + elapsedMs) / 1000;
  }
}

/** A sample that was replayed has no percentile curve; the one before it stays until there is another. */
function withCurve(event: SampleEvent, before: SampleEvent | undefined): SampleEvent {
  if (event.total.percentiles.length > 0 || !before) return event;
  return { ...event, total: { ...event.total, percentiles: before.total.percentiles } };
}
