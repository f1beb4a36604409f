// Modes of a comparison and points of a sweep as groups: their blocks are the stretches.

import { grouped } from "../measurement/grouped.ts";
import { unpackLatency } from "../measurement/latency-counts.ts";
import { LatencySum } from "../measurement/latency-sum.ts";
import type { PackedLatency } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import { completionModes } from "../measurement/workload-options.ts";
import type {
  ComparisonBlock,
  ComparisonMeasurement,
  SweepMeasurement,
  SweepPoint,
} from "../run/comparison.ts";
import { NS_PER_MS } from "../units.ts";
import type { Group, Part } from "./groups.ts";
import { uniqueNames } from "./names.ts";

/** A group for each mode, with all its blocks. */
export function modeGroups(comparison: ComparisonMeasurement): Group[] {
  const { modes, blocks, startedMs } = comparison;
  const byMode = grouped(blocks, ({ mode }) => mode);
  const names = uniqueNames(modes.map(({ name }) => name));
  return modes.map(({ name: mode, workload }, index) => {
    const own = byMode.get(mode) ?? [];
    return { name: names[index]!, mode, workload, ...blocksTogether(own, startedMs) };
  });
}

/** A group for each point. */
export function pointGroups({ points, workload, startedMs }: SweepMeasurement): Group[] {
  const names = uniqueNames(points.map(pointName));
  return points.map((point, index) => {
    const own = pointWorkload(workload, point);
    const { mode } = point;
    return { name: names[index]!, mode, workload: own, ...blocksTogether([point], startedMs) };
  });
}

/** What all points have in common with what the point sets. */
function pointWorkload(common: Workload, { mode, iodepth, coalescing }: SweepPoint): Workload {
  const known = completionModes.find((one) => one === mode) ?? common.completion.mode;
  const completion = { ...common.completion, mode: known };
  return { ...common, iodepth, completion, coalesce: coalescing };
}

/** "interrupt.qd8", or "interrupt.qd8.c7-10" with Interrupt Coalescing. */
function pointName({ mode, iodepth, coalescing }: SweepPoint): string {
  const name = `${mode}.qd${iodepth}`;
  return coalescing === null ? name : `${name}.c${coalescing.threshold}-${coalescing.time}`;
}

function blocksTogether(blocks: readonly (ComparisonBlock | SweepPoint)[], startedMs: number) {
  const sum = (of: (block: ComparisonBlock | SweepPoint) => number): number =>
    blocks.reduce((total, block) => total + of(block), 0);
  const hasDeviceCpu = blocks.every(({ deviceCpuNs }) => deviceCpuNs !== null);
  return {
    elapsedNs: sum(({ elapsedNs }) => elapsedNs),
    work: {
      failed: sum(({ failed }) => failed),
      userNs: sum(({ userNs }) => userNs),
      systemNs: sum(({ systemNs }) => systemNs),
      deviceCpuNs: hasDeviceCpu ? sum(({ deviceCpuNs }) => deviceCpuNs ?? 0) : null,
      interrupts: sum(({ audit }) => audit.interrupts),
      switches: sum(switchesOf),
    },
    parts: partsOf(blocks.flatMap(({ latencies }) => latencies)),
    stretches: blocks.map((block) => ({
      source: 0,
      startMs: Math.max(0, block.startedMs - startedMs),
      lengthMs: block.elapsedNs / NS_PER_MS,
      latencies: block.latencies,
    })),
    hasTime: true,
  };
}

function switchesOf(block: ComparisonBlock | SweepPoint): number {
  return "voluntarySwitches" in block ? block.voluntarySwitches + block.involuntarySwitches : 0;
}

/** Summed over time, by queue and direction. */
function partsOf(latencies: readonly PackedLatency[]): Part[] {
  const sum = new LatencySum();
  const byPart = grouped(latencies, ({ op, job }) => `${op} ${job}`);
  const parts = [...byPart.values()].map((packed): Part => {
    const { op, job } = packed[0]!;
    for (const one of packed) sum.add(unpackLatency(one));
    return { op, job, source: 0, latency: sum.take() };
  });
  return parts.filter(({ latency }) => latency.total > 0);
}
