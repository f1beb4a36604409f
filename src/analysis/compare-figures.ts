// The figures of a setting: of one block, or of several together.

import { inTime, mergeCounts } from "../measurement/latency-counts.ts";
import type { Block, LatencyCounts } from "../measurement/measurement.ts";
import { sumOrNull, workSum } from "../measurement/work.ts";
import { carriedNs, meanNs } from "./histogram.ts";
import { perSecond } from "./totals.ts";

/** Null is what the samples cannot carry, or what was not there to be measured. */
export interface ModeFigures {
  readonly iops: number | null;
  readonly latNs: LatencyFigures;
  readonly cpuNsPerIo: { readonly user: number | null; readonly system: number | null };
  readonly switchesPerIo: {
    readonly voluntary: number | null;
    readonly involuntary: number | null;
  };
  readonly interruptsPerIo: number | null;
  readonly wakeupsPerIo: number | null;
  /** Wake-ups without a completion, and completions without an interrupt: counts. */
  readonly spurious: number;
  readonly lost: number;
  readonly deviceCpuNsPerIo: number | null;
}

/** Percentiles that the samples cannot carry are null. */
export interface LatencyFigures {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly p9999: number | null;
  readonly max: number | null;
}

/** A block and the latencies that count. */
export interface Counted {
  readonly block: Block;
  readonly latency: LatencyCounts;
}

/** What the blocks gave together; percentiles are those of all their samples. */
export function figuresOf(counted: readonly Counted[]): ModeFigures {
  const work = workSum(counted.map(({ block }) => block.work));
  const elapsedNs = counted.reduce((sum, { block }) => sum + block.elapsedNs, 0);
  const latency = mergeCounts(counted.map((one) => one.latency));
  const deviceCpuNs = sumOrNull(counted.map(({ block }) => block.deviceCpuNs));
  const perIo = (value: number | null): number | null =>
    value !== null && work.completed > 0 ? value / work.completed : null;
  return {
    iops: elapsedNs > 0 ? perSecond(inTime(latency), elapsedNs) : null,
    latNs: latencyFigures(latency),
    cpuNsPerIo: { user: perIo(work.userNs), system: perIo(work.systemNs) },
    switchesPerIo: {
      voluntary: perIo(work.voluntarySwitches),
      involuntary: perIo(work.involuntarySwitches),
    },
    interruptsPerIo: perIo(work.waits.interrupts),
    wakeupsPerIo: perIo(work.waits.wakeups),
    spurious: work.waits.spurious,
    lost: work.waits.lost,
    deviceCpuNsPerIo: perIo(deviceCpuNs),
  };
}

/** Mean, percentiles and maximum. */
export function latencyFigures(latency: LatencyCounts): LatencyFigures {
  const carried = (percentile: number) => carriedNs(latency, percentile);
  return {
    mean: latency.total > 0 ? meanNs(latency) : null,
    p50: carried(50),
    p90: carried(90),
    p99: carried(99),
    p999: carried(99.9),
    p9999: carried(99.99),
    max: carried(100),
  };
}
