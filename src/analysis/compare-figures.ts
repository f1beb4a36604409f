// The figures of a mode: of one block, or of all its blocks together.

import { mergeCounts } from "../measurement/latency-counts.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";
import type { ComparisonBlock } from "../run/comparison.ts";
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

/** What the blocks gave together; percentiles are those of all their samples. */
export function figuresOf(blocks: readonly ComparisonBlock[]): ModeFigures {
  const sum = (of: (block: ComparisonBlock) => number): number =>
    blocks.reduce((total, block) => total + of(block), 0);
  const completed = sum((block) => block.completed);
  const elapsedNs = sum((block) => block.elapsedNs);
  const perIo = (of: (block: ComparisonBlock) => number): number | null =>
    completed > 0 ? sum(of) / completed : null;
  const latency = mergeCounts(blocks.map((block) => block.latency));
  const hasDeviceCpu = blocks.every(({ deviceCpuNs }) => deviceCpuNs !== null);
  return {
    iops: elapsedNs > 0 ? perSecond(latency.total, elapsedNs) : null,
    latNs: latencyFigures(latency),
    cpuNsPerIo: { user: perIo(({ userNs }) => userNs), system: perIo(({ systemNs }) => systemNs) },
    switchesPerIo: {
      voluntary: perIo(({ voluntarySwitches }) => voluntarySwitches),
      involuntary: perIo(({ involuntarySwitches }) => involuntarySwitches),
    },
    interruptsPerIo: perIo(({ audit }) => audit.interrupts),
    wakeupsPerIo: perIo(({ audit }) => audit.wakeups),
    spurious: sum(({ audit }) => audit.spurious),
    lost: sum(({ audit }) => audit.lost),
    deviceCpuNsPerIo: hasDeviceCpu ? perIo(({ deviceCpuNs }) => deviceCpuNs ?? 0) : null,
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
