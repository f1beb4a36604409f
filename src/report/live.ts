// The line that a terminal shows while a run lasts. Nothing goes to a pipe: progress is not data.
import type { Writable } from "node:stream";
import { formatClock, formatCount, formatMiBps, formatNs } from "../units.ts";
import { sparkline } from "./columns.ts";

/** A moment of a run; latencies and rates are those of the last sampling period. */
export interface LiveSample {
  /** Since the ramp ended; below 0 during the ramp. */
  readonly elapsedMs: number;
  readonly iops: number;
  readonly p50Ns: number;
  readonly p99Ns: number;
}

/** What the line shows: a sample, and what it is a part of. */
export interface LiveSnapshot extends LiveSample {
  readonly runtimeMs: number;
  /** Bytes of one I/O. */
  readonly bs: number;
  /** IOPS of the samples so far, the latest last. */
  readonly history: readonly number[];
  /** What is being measured, when it changes: "poll 3/20". */
  readonly label?: string | undefined;
}

/** At most four lines a second: the eye follows no more, and the terminal costs CPU time. */
const PERIOD_MS = 240;
const BARS = 16;

/** One line of at most `columns` - 1 characters; what matters least is left out first. */
export function liveLine(snapshot: LiveSnapshot, columns: number): string {
  const { elapsedMs, runtimeMs, iops, bs, p50Ns, p99Ns, label = "" } = snapshot;
  if (elapsedMs < 0) return joined([`ramp, ${formatClock(-elapsedMs)} left`], columns);
  const percent = Math.min(100, Math.floor((elapsedMs * 100) / runtimeMs));
  // A sample without I/O has no latency; the columns stay where they are.
  const latency = (ns: number) => (iops > 0 ? formatNs(ns) : "-");
  const rate = `${formatCount(Math.round(iops))} IOPS`;
  return joined(
    [
      label,
      `${percent}%`.padStart(4),
      rate.padStart(11),
      `${formatMiBps(iops * bs)} MiB/s`.padStart(11),
      `p50 ${latency(p50Ns).padEnd(6)}  p99 ${latency(p99Ns).padEnd(6)}`,
      `${formatClock(Math.max(0, runtimeMs - elapsedMs))} left`,
      sparkline(snapshot.history.slice(-BARS), BARS),
    ],
    columns,
  );
}

/** As many whole parts as there is room for: a full line would scroll the terminal. */
function joined(parts: readonly string[], columns: number): string {
  let line = "";
  for (const part of parts) {
    const longer = line === "" ? part : `${line}  ${part}`;
    if (longer.length >= columns) break;
    line = longer;
  }
  return line;
}

/** Where the line goes: stderr, or a test's stand-in. */
export interface LiveStream extends Pick<Writable, "write"> {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Shows samples of a run in one line that is written over and over. */
export class Live {
  readonly #stream: LiveStream;
  readonly #workload: { readonly runtimeMs: number; readonly bs: number };
  readonly #nowMs: () => number;
  readonly #history: number[] = [];
  #shownMs = Number.NEGATIVE_INFINITY;

  constructor(
    stream: LiveStream,
    workload: { readonly runtimeMs: number; readonly bs: number },
    nowMs: () => number = () => performance.now(),
  ) {
    this.#stream = stream;
    this.#workload = workload;
    this.#nowMs = nowMs;
  }

  /** Somebody looks: samples are wanted. */
  get isWatched(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Shows the sample, unless the last one is too fresh or nobody looks. */
  show(sample: LiveSample, label?: string): void {
    if (!this.#stream.isTTY) return;
    if (sample.elapsedMs >= 0) this.#history.push(sample.iops);
    if (this.#history.length > BARS) this.#history.shift();
    if (this.#nowMs() - this.#shownMs < PERIOD_MS) return;
    this.#shownMs = this.#nowMs();
    const { runtimeMs, bs } = this.#workload;
    const snapshot = { ...sample, runtimeMs, bs, history: this.#history, label };
    this.#stream.write(`\r\x1b[2K${liveLine(snapshot, this.#stream.columns ?? 80)}`);
  }

  /** Clears the line, so that the report starts on an empty one. */
  end(): void {
    if (this.#shownMs === Number.NEGATIVE_INFINITY) return;
    this.#stream.write("\r\x1b[2K");
    this.#shownMs = Number.NEGATIVE_INFINITY;
  }
}
