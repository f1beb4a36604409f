// A measurement with somebody looking on: opens where the stream goes before anything is measured, and ends the
// stream however the measurement ends.

import { exitCodeOf, exitCodes } from "../ground/errors.ts";
import type { Measurement } from "../measurement/measurement.ts";
import type { Sample } from "../run/monitor.ts";
import { wordsOf } from "../text/failure-words.ts";
import type { EndEvent, Sink } from "./events.ts";
import { openSink, type SinkFlags } from "./open.ts";
import { type Block, type LivePlan, LiveStream } from "./stream.ts";

/** What a measurement tells while it lasts. */
export class Live {
  readonly #stream: LiveStream;
  readonly #sink: Sink | null;
  #interrupted = false;
  #isEnded = false;

  /** @param sink null where nobody looks */
  constructor(plan: LivePlan, sink: Sink | null) {
    this.#stream = new LiveStream(plan);
    this.#sink = sink;
    sink?.show(this.#stream.start(Date.now()));
  }

  /** Somebody looks: samples are wanted. */
  get isWatched(): boolean {
    return this.#sink !== null;
  }

  /** Where nobody looks it is worth a line: a measurement that is late looks like one that hangs. */
  preparing(text: string): void {
    if (this.#sink === null) process.stderr.write(`${text}\n`);
    else this.#sink.show({ event: "preparing", text });
  }

  /** After the measurement, or one of its blocks. */
  waiting(text: string): void {
    if (this.#sink === null) process.stderr.write(`${text}\n`);
    else this.#sink.show({ event: "waiting", text });
  }

  sample(sample: Sample, block?: Block): void {
    for (const event of this.#stream.sample(sample, block)) this.#sink?.show(event);
  }

  /** All is measured; what is printed next is the report. */
  measured({ warnings, interrupted }: Pick<Measurement, "warnings" | "interrupted">): void {
    this.#interrupted = interrupted;
    for (const event of this.#stream.warnings(warnings)) this.#sink?.show(event);
    this.#sink?.measured();
  }

  /** The last word, once. */
  end(outcome: Pick<EndEvent, "files" | "exitCode" | "error">): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#sink?.measured();
    const interrupted = this.#interrupted || outcome.exitCode === exitCodes.INTERRUPTED;
    this.#sink?.show(this.#stream.end({ ...outcome, interrupted }));
  }
}

/**
 * Does `work`, which measures, prints and saves, and tells of it as the flags want.
 * @param work returns the files that it saved.
 * @throws PhasebitError USAGE or ENVIRONMENT before anything is measured, when the flags cannot be followed;
 * else what `work` throws.
 */
export async function whileLive(
  flags: SinkFlags,
  plan: LivePlan,
  work: (live: Live) => Promise<readonly string[]>,
): Promise<void> {
  const sink = await openSink(flags, plan);
  const live = new Live(plan, sink);
  // a second Ctrl-C ends the process in the middle of it
  const onExit = (exitCode: number): void => live.end({ files: [], exitCode });
  process.once("exit", onExit);
  try {
    const files = await work(live);
    live.end({ files, exitCode: Number(process.exitCode ?? 0) });
  } catch (error) {
    const why = wordsOf(error);
    live.end({ files: [], exitCode: exitCodeOf(error), error: why });
    throw error;
  } finally {
    process.off("exit", onExit);
    await sink?.close();
  }
}
