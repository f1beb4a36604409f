// Queue by queue: how evenly the device served them.
import { perSecond } from "../analysis/totals.ts";
import { safeString } from "../ground/strings.ts";
import { grouped } from "../measurement/grouped.ts";
import type { Group } from "../measurement/groups.ts";
import { inTime, mergeCounts } from "../measurement/latency-counts.ts";
import type { Direction, Job, LatencyCounts, MergedSource } from "../measurement/measurement.ts";
import { latencyNs } from "./digits.ts";
import { shortPaths } from "./group-names.ts";
import type { QueueData } from "./report-data.ts";

/** IOPS over time by job; null where none were kept. */
export type QueueRates = ReadonlyMap<number, readonly number[]> | null;

/** The queues of a group in one direction, or in all; none where the latencies do not tell them apart. */
export function queuesOf(
  { parts, jobs, elapsedNs }: Group,
  direction: Direction | undefined,
  merged: readonly MergedSource[],
  rates: QueueRates,
): QueueData[] {
  const own = parts.filter(({ op }) => direction === undefined || op === direction);
  if (own.some(({ job }) => job === null)) return [];
  const places = placesOf(merged);
  const queues =
    jobs === null
      ? own.map(({ job }) => job!).map((job) => [job, unknownQueue(job, elapsedNs)] as const)
      : [...grouped(jobs, ({ job }) => `${job}`).values()].map(
          (same) => [same[0]!.job, queueOf(same, places)] as const,
        );
  return [...new Map(queues)]
    .sort(([a], [b]) => a - b)
    .map(([job, { name, cpu, elapsedNs: measuredNs }]) => {
      const latency = mergeCounts(own.filter((part) => part.job === job).map((one) => one.latency));
      const figures = figuresOf(latency, measuredNs);
      return { job, name, cpu, ...figures, series: seriesOf(rates, job) };
    });
}

interface Queue {
  readonly name: string;
  readonly cpu: number | null;
  readonly elapsedNs: number;
}

/** Queue identifiers begin at 1, and 0 is the admin queue's. */
function unknownQueue(job: number, elapsedNs: number): Queue {
  return { name: `q${job + 1}`, cpu: null, elapsedNs };
}

/** One job, block after block. */
function queueOf(same: readonly Job[], places: readonly string[]): Queue {
  const { sqid, source, cpu } = same[0]!;
  return {
    name: `${places[source] ?? ""}q${sqid}`,
    cpu: same.every((job) => job.cpu === cpu) ? cpu : null,
    elapsedNs: same.reduce((sum, job) => sum + job.elapsedNs, 0),
  };
}

function seriesOf(rates: QueueRates, job: number): readonly number[] {
  if (rates === null) return [];
  // a queue that never completed anything is not among the rates
  const [any = []] = rates.values();
  return rates.get(job) ?? any.map(() => 0);
}

/** "bench-1 " for each source: its host, or its file where hosts do not tell the sources apart. */
function placesOf(merged: readonly MergedSource[]): string[] {
  const hosts = merged.map(({ host }) => host.hostname);
  const isEnough = new Set(hosts).size === hosts.length;
  const names = isEnough ? hosts : shortPaths(merged.map(({ file }) => file));
  return names.map((name) => `${safeString(name)} `);
}

function figuresOf(latencies: LatencyCounts, elapsedNs: number) {
  const { p50, p99, max } = latencyNs(latencies);
  const { total: ios } = latencies;
  return {
    ios,
    iops: elapsedNs > 0 ? perSecond(inTime(latencies), elapsedNs) : null,
    p50,
    p99,
    max,
  };
}
