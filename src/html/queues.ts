// Queue by queue: how evenly the device served them.

import { perSecond } from "../analysis/totals.ts";
import { unpackLatency } from "../measurement/latency-counts.ts";
import { LatencySum } from "../measurement/latency-sum.ts";
import type {
  JobMeasurement,
  LatencyCounts,
  MergedSource,
  PackedLatency,
  RunMeasurement,
} from "../measurement/measurement.ts";
import { safeString } from "../text.ts";
import { queueKey } from "./columns.ts";
import { latencyNs } from "./latency-figures.ts";
import { shortPaths } from "./names.ts";
import type { QueueData } from "./report-data.ts";

/** IOPS over time by `queueKey`; null where none were kept. */
export type QueueRates = ReadonlyMap<string, readonly number[]> | null;

/** The queues of a run in one direction. */
export function queuesOfRun(
  { jobs, merged }: RunMeasurement,
  op: "read" | "write",
  rates: QueueRates,
): QueueData[] {
  const places = placesOf(merged);
  return jobs.map((job, index) => ({
    // merged results may each have a job 0
    job: merged.length > 0 ? index : job.job,
    name: `${places[job.source] ?? ""}q${job.sqid}`,
    cpu: job.cpu,
    ...figuresOf(job[op], job.elapsedNs),
    series: seriesOf(rates, job),
  }));
}

function seriesOf(rates: QueueRates, { source, job }: JobMeasurement): readonly number[] {
  if (rates === null) return [];
  // a queue that never completed anything is not among the rates
  const [any = []] = rates.values();
  return rates.get(queueKey(source, job)) ?? any.map(() => 0);
}

/** "bench-1 " for each source: its host, or its file where hosts do not tell the sources apart. */
function placesOf(merged: readonly MergedSource[]): string[] {
  const hosts = merged.map(({ host }) => host.hostname);
  const isEnough = new Set(hosts).size === hosts.length;
  const names = isEnough ? hosts : shortPaths(merged.map(({ file }) => file));
  return names.map((name) => `${safeString(name)} `);
}

/** The queues of blocks that together took `elapsedNs`; none where the latencies do not tell them apart. */
export function queuesOfBlocks(
  blocks: readonly { readonly latencies: readonly PackedLatency[] }[],
  elapsedNs: number,
  rates: QueueRates,
): QueueData[] {
  const packed = blocks.flatMap(({ latencies }) => latencies);
  const byJob = new Map<number, PackedLatency[]>();
  for (const each of packed) {
    if (each.job === null) return [];
    const own = byJob.get(each.job) ?? [];
    byJob.set(each.job, own);
    own.push(each);
  }
  const sum = new LatencySum();
  return [...byJob]
    .sort(([a], [b]) => a - b)
    .map(([job, own]) => {
      for (const each of own) sum.add(unpackLatency(each));
      const series = rates?.get(queueKey(0, job)) ?? [];
      // queue identifiers begin at 1, and 0 is the admin queue's
      return { job, name: `q${job + 1}`, cpu: null, ...figuresOf(sum.take(), elapsedNs), series };
    });
}

function figuresOf(latencies: LatencyCounts, elapsedNs: number) {
  const { p50, p99, max } = latencyNs(latencies);
  const { total: ios } = latencies;
  return { ios, iops: elapsedNs > 0 ? perSecond(ios, elapsedNs) : null, p50, p99, max };
}
