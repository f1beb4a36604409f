// How long the threads of a block waited for a CPU, stretch by stretch.
import { lookAt } from "../ground/process.ts";
import { type ThreadTimes, threadTimes } from "../ground/scheduler.ts";

/** What the scheduler did with a thread in a stretch of time. */
export interface Share extends ThreadTimes {
  readonly lengthNs: number;
}

/**
 * Of each job, and of the embedded controller, or of the process that plays the device: what all of its threads ran, and
 * what the one waited that waited the longest. Null where the kernel does not say, or there is no such thread.
 */
export interface Shares {
  readonly jobs: readonly (Share | null)[];
  readonly device: Share | null;
}

/** The threads' numbers; 0 where there is none. */
export interface Threads {
  readonly jobs: readonly number[];
  readonly device: number;
  /** The process that plays the device; 0 where there is none. */
  readonly deviceProcess: number;
}

/** The threads of a device, by their numbers. */
type DeviceReading = ReadonlyMap<string, ThreadTimes>;

interface Reading {
  readonly atNs: bigint;
  readonly jobs: readonly (ThreadTimes | null)[];
  readonly device: DeviceReading;
}

/** Reads the threads' accounts at the ends of stretches. Two meters may measure different stretches. */
export class DelayMeter {
  readonly #threads: () => Threads;
  readonly #read: (tid: number) => ThreadTimes | null;
  readonly #readProcess: (pid: number) => DeviceReading | null;
  #last: Reading | undefined;

  /** @param threads is asked at each reading, for threads begin when they like */
  constructor(
    threads: () => Threads,
    read = threadTimes,
    readProcess: (pid: number) => DeviceReading | null = lookAt,
  ) {
    this.#threads = threads;
    this.#read = read;
    this.#readProcess = readProcess;
  }

  /** A stretch begins. */
  begin(nowNs: bigint): void {
    this.#last = this.#reading(nowNs);
  }

  /** The stretch ends, and the next begins. */
  end(nowNs: bigint): Shares {
    const before = this.#last;
    const now = this.#reading(nowNs);
    this.#last = now;
    const lengthNs = before === undefined ? 0 : Number(nowNs - before.atNs);
    return {
      jobs: now.jobs.map((times, job) => share(before?.jobs[job], times, lengthNs)),
      device: deviceShare(before?.device, now.device, lengthNs),
    };
  }

  #reading(atNs: bigint): Reading {
    const { jobs, device, deviceProcess } = this.#threads();
    return {
      atNs,
      jobs: jobs.map((tid) => this.#read(tid)),
      device: this.#deviceReading(device, deviceProcess),
    };
  }

  #deviceReading(tid: number, pid: number): DeviceReading {
    const own = this.#read(tid);
    if (own !== null) return new Map([[`${tid}`, own]]);
    return (pid === 0 ? null : this.#readProcess(pid)) ?? new Map();
  }
}

function deviceShare(
  before: DeviceReading | undefined,
  after: DeviceReading,
  lengthNs: number,
): Share | null {
  const shares = [...after].flatMap(
    ([tid, times]) => share(before?.get(tid), times, lengthNs) ?? [],
  );
  const [longest] = shares.toSorted((a, b) => b.waitedNs - a.waitedNs);
  if (longest === undefined) return null;
  return { ...longest, ranNs: shares.reduce((sum, { ranNs }) => sum + ranNs, 0) };
}

function share(
  before: ThreadTimes | null | undefined,
  after: ThreadTimes | null,
  lengthNs: number,
): Share | null {
  if (!before || after === null) return null;
  return {
    lengthNs,
    ranNs: after.ranNs - before.ranNs,
    waitedNs: after.waitedNs - before.waitedNs,
    turns: after.turns - before.turns,
  };
}

const nothing: Shares = { jobs: [], device: null };

/** Stretches that follow each other as one. */
export function allShares(stretches: readonly Shares[]): Shares {
  return stretches.length === 0 ? nothing : stretches.reduce(together);
}

/** Stretches that follow each other, joined where they are shorter than `leastNs`. */
export function longShares(stretches: readonly Shares[], leastNs: number): Shares[] {
  const long: Shares[] = [];
  for (const stretch of stretches) {
    const last = long.at(-1);
    if (last === undefined || lengthOf(last) >= leastNs) long.push(stretch);
    else long[long.length - 1] = together(last, stretch);
  }
  return long;
}

function lengthOf({ jobs, device }: Shares): number {
  return [...jobs, device].find((share) => share !== null)?.lengthNs ?? 0;
}

function together(a: Shares, b: Shares): Shares {
  return {
    jobs: a.jobs.map((own, job) => sum(own, b.jobs[job] ?? null)),
    device: sum(a.device, b.device),
  };
}

function sum(a: Share | null, b: Share | null): Share | null {
  if (a === null || b === null) return null;
  return {
    lengthNs: a.lengthNs + b.lengthNs,
    ranNs: a.ranNs + b.ranNs,
    waitedNs: a.waitedNs + b.waitedNs,
    turns: a.turns + b.turns,
  };
}
