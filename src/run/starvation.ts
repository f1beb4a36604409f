// Whether the host kept a thread from running, and who ran instead. The same rules for every completion mode: what a
// thread that was ready to run had to wait, as the scheduler counts it.
import type { Starver, Warning } from "../measurement/measurement.ts";
import { allShares, longShares, type Share, type Shares } from "./delays.ts";
import type { HostLoad } from "./host-load.ts";

/** To be woken costs some microseconds on a quiet machine too: so much of each turn's wait is nobody's fault. */
const WAKE_NS = 10_000;
/** Of all the time, and of an interval: below it are the kernel's own threads and timers. */
const LARGEST_SHARE = 0.03;
const LARGEST_INTERVAL_SHARE = 0.1;
/** Shorter intervals are judged together: a turn of the kernel's own fills them. */
const SHORTEST_INTERVAL_NS = 250_000_000;
/** Less than one turn of another thread is told by nothing. */
const LEAST_NS = 6_000_000;

/** What the doubts about a block's host are drawn from. */
export interface HostEvidence {
  /** Of the threads, interval by interval. */
  readonly shares: readonly Shares[];
  /** Of the block; null while it runs. */
  readonly load: HostLoad | null;
  /** The CPU that each job is pinned to. */
  readonly cpus: readonly (number | null)[];
}

/** Each thread that was starved. Empty: the host is cleared. */
export function starvations(evidence: HostEvidence): Warning[] {
  const total = allShares(evidence.shares);
  const intervals = longShares(evidence.shares, SHORTEST_INTERVAL_NS);
  const jobs = total.jobs.flatMap((share, job): Warning[] => {
    const found = starvation(
      share,
      intervals.map(({ jobs }) => jobs[job] ?? null),
    );
    if (found === undefined) return [];
    return [{ kind: "job-starved", job, ...found, by: starverOf(job, share!, total, evidence) }];
  });
  const found = starvation(
    total.device,
    intervals.map(({ device }) => device),
  );
  if (found === undefined) return jobs;
  const by = starverOf(null, total.device!, total, evidence);
  return [...jobs, { kind: "device-starved", ...found, by }];
}

/** Shares in percent of the time that it waited, where they are too large. */
function starvation(
  share: Share | null,
  intervals: readonly (Share | null)[],
): { readonly percent: number; readonly worstPercent: number } | undefined {
  if (share === null) return undefined;
  const shares = intervals.flatMap((interval) => {
    return interval !== null && waitedTooLong(interval) ? [waitShare(interval)] : [];
  });
  const worst = Math.max(0, ...shares);
  const isStarved = waitedTooLong(share) && waitShare(share) > LARGEST_SHARE;
  if (!isStarved && worst <= LARGEST_INTERVAL_SHARE) return undefined;
  const all = waitShare(share);
  return { percent: percent(all), worstPercent: percent(Math.max(all, worst)) };
}

function waitedTooLong(share: Share): boolean {
  return excessNs(share) > LEAST_NS;
}

/** What it waited beyond what waking up takes. */
function excessNs({ waitedNs, turns }: Share): number {
  return Math.max(0, waitedNs - turns * WAKE_NS);
}

function waitShare(share: Share): number {
  return share.lengthNs > 0 ? Math.min(1, excessNs(share) / share.lengthNs) : 0;
}

function percent(share: number): number {
  return Number((share * 100).toPrecision(2));
}

/** Who ran meanwhile. @param job null: the embedded controller, whose thread may run anywhere */
function starverOf(
  job: number | null,
  share: Share,
  total: Shares,
  { load, cpus }: HostEvidence,
): Starver {
  if (load === null) return "unknown";
  const enough = excessNs(share) / 2;
  if (load.throttledNs > enough) return "quota";
  const cpu = job === null ? null : (cpus[job] ?? null);
  const others = [...load.cpus].filter(([number]) => cpu === null || number === cpu);
  const busyNs = others.reduce((sum, [, { busyNs }]) => sum + busyNs, 0);
  // of one CPU only its own jobs are known, of all CPUs the whole process: what is foreign is foreign to both
  const pinnedNs = total.jobs.reduce((sum, other, index) => {
    return sum + (cpus[index] === cpu ? (other?.ranNs ?? 0) : 0);
  }, 0);
  const allBusyNs = [...load.cpus.values()].reduce((sum, { busyNs }) => sum + busyNs, 0);
  const foreignNs = Math.min(
    allBusyNs - load.ownNs,
    cpu === null ? Number.POSITIVE_INFINITY : busyNs - pinnedNs,
  );
  return foreignNs > enough ? "others" : "own";
}

/** Interrupts that were lost, or came for nothing: the device's doing only where the host is cleared. */
export function interruptDoubts(lost: number, spurious: number, isCleared: boolean): Warning[] {
  if (lost + spurious === 0) return [];
  if (!isCleared) return [{ kind: "interrupts-unclear", lost, spurious }];
  const counted = [
    { kind: "lost-interrupts", count: lost },
    { kind: "spurious-interrupts", count: spurious },
  ] as const;
  return counted.filter(({ count }) => count > 0);
}
