// What happens on the main thread while the jobs run: it samples the shared counters, cuts the run into
// intervals, feeds the live view and looks after the controller. No message crosses meanwhile.

import { JobPhase } from "../../assembly/layout.ts";
import { emptyCounts, mergeCounts, packLatency } from "../measurement/latency-counts.ts";
import type { Interval, LatencyCounts, RunDelay, Warning } from "../measurement/measurement.ts";
import { DelayMeter, type Shares, type Threads } from "./delays.ts";
import { Gauge } from "./gauge.ts";
import type { JobView } from "./job-view.ts";
import { interruptDoubts, starvations } from "./starvation.ts";
import { type Stops, StopWatch } from "./stops.ts";

/** With somebody looking. */
const SAMPLE_MS = 250;
const SHORTEST_SAMPLE_MS = 10;
/** Longest time between two looks at the controller. */
const CHECK_MS = 1000;
/** A wait for what is in flight that is shorter need not be spoken of. */
const MOMENT_NS = 500_000_000n;

/** A moment of a block, for live views. */
export interface Sample {
  /** Since the ramp ended; below 0 during the ramp, when nothing else is measured. */
  readonly elapsedMs: number;
  /** Length of the stretch that ended now. */
  readonly periodMs: number;
  /** Latencies of the stretch, all jobs and directions. */
  readonly latency: LatencyCounts;
  /** The same since the ramp ended. */
  readonly total: LatencyCounts;
  readonly queues: readonly QueueSample[];
  /** What has to be doubted already: counts of failed, rejected, lost. */
  readonly doubts: readonly Warning[];
}

/** One job's stretch, both directions. */
export interface QueueSample {
  readonly job: number;
  readonly latency: LatencyCounts;
}

/** What a monitor takes beside its jobs. */
export interface MonitorOptions {
  readonly rampTimeMs: number;
  /** How long the jobs measure. */
  readonly runtimeMs: number;
  /** Length of an interval. */
  readonly logHistMs: number;
  /** The time, by the jobs' clock. */
  readonly nowNs: () => bigint;
  /** The threads of the jobs and of the embedded controller. */
  readonly threads: () => Threads;
  /** Looks after the controller, at every tick. */
  readonly check: () => void;
  /** Told once when commands that are still in flight are waited for, and how many. */
  readonly onWaiting?: ((commands: number) => void) | undefined;
  readonly onSample?: ((sample: Sample) => void) | undefined;
}

/** Samples `jobs` from `start` to `stop`. */
export class Monitor {
  readonly intervals: Interval[] = [];
  readonly #jobs: readonly JobView[];
  readonly #options: MonitorOptions;
  readonly #gauges: { readonly interval: Gauge[]; readonly sample: Gauge[] };
  #timer: NodeJS.Timeout | undefined;
  /** When the first job left the ramp, and when the last interval and the last sample ended. */
  #startedNs: bigint | undefined;
  #intervalNs = 0n;
  #sampleNs = 0n;
  /** When the next interval is due: a late one does not put off those after it. */
  #intervalDueNs = 0n;
  #rampEndNs = 0n;
  readonly #meter: DelayMeter;
  readonly #shares: Shares[] = [];
  /** Since when all jobs submit nothing more. */
  #drainingNs: bigint | undefined;
  #isWaitTold = false;
  readonly #stopWatch: StopWatch;

  constructor(jobs: readonly JobView[], options: MonitorOptions) {
    this.#jobs = jobs;
    this.#options = options;
    this.#meter = new DelayMeter(options.threads);
    this.#stopWatch = new StopWatch(options.nowNs);
    this.#gauges = {
      interval: jobs.map((job) => new Gauge(job)),
      sample: options.onSample ? jobs.map((job) => new Gauge(job)) : [],
    };
  }

  start(): void {
    const nowNs = this.#options.nowNs();
    this.#rampEndNs = nowNs + BigInt(Math.round(this.#options.rampTimeMs * 1e6));
    this.#meter.begin(nowNs);
    this.#stopWatch.begin();
    this.#arm();
  }

  /** Ends sampling, once; what is left of the last interval becomes a shorter one. */
  stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#stopWatch.end();
    this.#options.check();
    if (!this.#hasBegun()) return;
    const nowNs = this.#options.nowNs();
    this.#endInterval(this.#endedNs ?? nowNs, true);
    // the last totals are the whole block's; of a shorter moment no rate can be told
    const isLong = milliseconds(nowNs - this.#sampleNs) >= SHORTEST_SAMPLE_MS;
    if (this.#options.onSample && isLong) this.#sample(nowNs);
  }

  /** The next tick is when the next thing is due. */
  #arm(): void {
    const { onSample, logHistMs } = this.#options;
    const nowNs = this.#options.nowNs();
    // the last look of a ramp is where the first interval's run delay counts from
    const rampMs = milliseconds(this.#rampEndNs - nowNs) - 1;
    const waits =
      this.#startedNs === undefined
        ? [onSample ? SAMPLE_MS : CHECK_MS, logHistMs, ...(rampMs >= 1 ? [rampMs] : [])]
        : [
            onSample ? SAMPLE_MS - milliseconds(nowNs - this.#sampleNs) : CHECK_MS,
            milliseconds(this.#intervalDueNs - nowNs),
          ];
    this.#timer = setTimeout(() => this.#tick(), Math.max(1, Math.ceil(Math.min(...waits))));
  }

  #tick(): void {
    this.#look();
    // whoever looked may have stopped it
    if (this.#timer !== undefined) this.#arm();
  }

  #look(): void {
    this.#stopWatch.seen();
    this.#options.check();
    if (!this.#hasBegun()) {
      const rampNs = this.#options.nowNs();
      this.#meter.begin(rampNs);
      const elapsedMs = Math.min(-1, milliseconds(rampNs - this.#rampEndNs));
      const none = { latency: emptyCounts, total: emptyCounts, queues: [], doubts: [] };
      this.#options.onSample?.({ elapsedMs, periodMs: 0, ...none });
      return;
    }
    const nowNs = this.#options.nowNs();
    this.#tellWait(nowNs);
    if (nowNs >= this.#intervalDueNs) {
      // what is drained belongs to the last interval, which ends when nothing more was submitted
      const isLast = this.#isNearEnd(nowNs) || this.#jobs.some(({ endedNs }) => endedNs !== null);
      if (!isLast) this.#endInterval(nowNs, false);
      while (this.#intervalDueNs <= nowNs) this.#intervalDueNs += this.#lengthNs;
    }
    const isSampleDue = milliseconds(nowNs - this.#sampleNs) >= SAMPLE_MS;
    if (this.#options.onSample && isSampleDue) this.#sample(nowNs);
  }

  #tellWait(nowNs: bigint): void {
    if (this.#isWaitTold || this.#jobs.some(({ phase }) => phase < JobPhase.DRAINING)) return;
    this.#drainingNs ??= nowNs;
    const commands = this.#jobs.reduce((sum, job) => sum + job.outstanding, 0);
    if (nowNs - this.#drainingNs < MOMENT_NS || commands === 0) return;
    this.#isWaitTold = true;
    this.#options.onWaiting?.(commands);
  }

  /** Once all jobs have left the ramp, intervals count from the first of them. */
  #hasBegun(): boolean {
    if (this.#startedNs !== undefined) return true;
    const started = this.#jobs.flatMap((job) => job.startedNs ?? []);
    if (started.length < this.#jobs.length) return false;
    this.#startedNs = started.reduce((first, ns) => (ns < first ? ns : first));
    this.#intervalNs = this.#startedNs;
    this.#sampleNs = this.#startedNs;
    this.#intervalDueNs = this.#startedNs + this.#lengthNs;
    return true;
  }

  /** When the last of the jobs submitted its last command; null before. */
  get #endedNs(): bigint | null {
    const ended = this.#jobs.flatMap((job) => job.endedNs ?? []);
    if (ended.length < this.#jobs.length) return null;
    return ended.reduce((last, ns) => (ns > last ? ns : last));
  }

  #endInterval(nowNs: bigint, isLast: boolean): void {
    const latencies = this.#gauges.interval.flatMap((gauge, job) =>
      gauge.directions().map(({ op, latency }) => packLatency(latency, { op, job })),
    );
    const lengthMs = milliseconds(nowNs - this.#intervalNs);
    const shares = this.#meter.end(isLast ? this.#options.nowNs() : nowNs);
    this.#shares.push(shares);
    // a last moment without I/O is no interval
    if (isLast && latencies.length === 0 && lengthMs < this.#options.logHistMs / 10) return;
    const endMs = milliseconds(nowNs - this.#startedNs!);
    this.intervals.push({ source: 0, endMs, lengthMs, latencies, runDelay: runDelayOf(shares) });
    this.#intervalNs = nowNs;
  }

  /** What is left of the run would be no interval: it stays in the one that runs. */
  #isNearEnd(nowNs: bigint): boolean {
    const leftMs = this.#options.runtimeMs - milliseconds(nowNs - this.#startedNs!);
    return Math.abs(leftMs) < this.#options.logHistMs / 2;
  }

  /** What the scheduler did with the threads, interval by interval, what came after the last one too. */
  get shares(): readonly Shares[] {
    return this.#shares;
  }

  /** How often the process stood still since `start`. */
  get stops(): Stops {
    return this.#stopWatch.stops;
  }

  get #lengthNs(): bigint {
    return BigInt(this.#options.logHistMs) * 1_000_000n;
  }

  #sample(nowNs: bigint): void {
    const queues = this.#gauges.sample.map((gauge, job) => ({
      job,
      latency: mergeCounts(gauge.directions().map(({ latency }) => latency)),
    }));
    this.#options.onSample?.({
      elapsedMs: milliseconds((this.#endedNs ?? nowNs) - this.#startedNs!),
      periodMs: milliseconds(nowNs - this.#sampleNs),
      latency: mergeCounts(queues.map(({ latency }) => latency)),
      total: mergeCounts(this.#jobs.flatMap((job) => [job.latency("read"), job.latency("write")])),
      queues,
      doubts: this.#doubts(),
    });
    this.#sampleNs = nowNs;
  }

  #doubts(): Warning[] {
    const sum = (of: (job: JobView) => number): number =>
      this.#jobs.reduce((total, job) => total + of(job), 0);
    const counted = [
      { kind: "io-errors", count: sum(({ counters }) => counters.failed) },
      { kind: "rejected-completions", count: sum(({ counters }) => counters.rejected) },
    ] as const;
    // as of the last interval
    const starved = starvations({ shares: this.#shares, load: null, cpus: [] });
    const [lost, spurious] = [sum(({ waits }) => waits.lost), sum(({ waits }) => waits.spurious)];
    return [
      ...counted.filter(({ count }) => count > 0),
      ...interruptDoubts(lost, spurious, starved.length + this.stops.count === 0),
      ...starved,
    ];
  }
}

/** Null where the kernel says nothing of them. */
function runDelayOf({ jobs, device }: Shares): RunDelay | null {
  const known = jobs.flatMap((share, job) =>
    share === null ? [] : [{ job, waitedNs: share.waitedNs }],
  );
  if (known.length < jobs.length) return null;
  return { jobs: known, deviceNs: device?.waitedNs ?? null };
}

function milliseconds(ns: bigint): number {
  return Number(ns) / 1e6;
}
