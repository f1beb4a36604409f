// A result as every export sees it: groups, each measured under one set of conditions (a run, a mode of a
// comparison, a point of a sweep), with its latencies by direction and queue, and over time.

import { mergeCounts } from "../measurement/latency-counts.ts";
import type { LatencyCounts, PackedLatency } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import type { Result } from "../results/result.ts";
import { largest } from "../statistics/summary.ts";
import { NS_PER_MS } from "../units.ts";
import { modeGroups, pointGroups } from "./groups-of-blocks.ts";
import { runGroup } from "./groups-of-run.ts";

export type Op = PackedLatency["op"];

/** What was measured under one set of conditions. */
export interface Group {
  /** Unique in the result, of letters, digits, dots, hyphens and underscores: "poll", "interrupt.qd8". */
  readonly name: string;
  /** The completion mode, or the side's name in a comparison, as it was given. */
  readonly mode: string;
  /** Its own: sides of a comparison may differ in all of it. */
  readonly workload: Workload;
  readonly elapsedNs: number;
  readonly work: Work;
  /** Latencies by queue and direction, those with samples. */
  readonly parts: readonly Part[];
  /** The same over time: intervals, blocks, or the point itself. */
  readonly stretches: readonly Stretch[];
  /** False when the result kept no histograms over time: the stretches are then one, the whole. */
  readonly hasTime: boolean;
}

/** What the group's jobs did, all together. */
export interface Work {
  readonly failed: number;
  readonly userNs: number;
  readonly systemNs: number;
  /** CPU time of the embedded controller's own thread; null for a real device. */
  readonly deviceCpuNs: number | null;
  readonly interrupts: number;
  /** Context switches, as far as they were counted: a sweep counts none. */
  readonly switches: number;
}

/** One queue in one direction. */
export interface Part {
  readonly op: Op;
  /** The job, which is the queue, from 0; null: all of them. */
  readonly job: number | null;
  /** Which of the merged results it is from, as its stretches say; 0 for all of a comparison or a sweep. */
  readonly source: number;
  readonly latency: LatencyCounts;
}

/** A part of the group's time. */
export interface Stretch {
  readonly source: number;
  /** Since the result's `startedMs`. */
  readonly startMs: number;
  readonly lengthMs: number;
  readonly latencies: readonly PackedLatency[];
}

/** One direction of a group: one curve. */
export interface Distribution {
  /** Unique in the result: "poll.read", "interrupt.qd8.write". */
  readonly name: string;
  readonly group: Group;
  readonly op: Op;
  readonly latency: LatencyCounts;
}

const OPS: readonly Op[] = ["read", "write", "mixed"];

/** The groups of a result, in the order in which they were asked for. */
export function groupsOf(result: Result): Group[] {
  if (result.kind === "run") return [runGroup(result.measurement)];
  if (result.kind === "compare") return modeGroups(result.measurement);
  return pointGroups(result.measurement);
}

/** The curves of the groups, those with samples. */
export function distributionsOf(groups: readonly Group[]): Distribution[] {
  return groups.flatMap((group) =>
    OPS.flatMap((op): Distribution[] => {
      const parts = group.parts.filter((part) => part.op === op);
      if (parts.length === 0) return [];
      const latency = mergeCounts(parts.map((part) => part.latency));
      return [{ name: `${group.name}.${op}`, group, op, latency }];
    }),
  );
}

/** What a group completed without error. */
export function iosOf({ parts }: Group): number {
  return parts.reduce((sum, { latency }) => sum + latency.total, 0);
}

/** From the result's `startedMs` to the end of its last stretch. */
export function endMsOf(groups: readonly Group[]): number {
  const ends = groups.flatMap(({ stretches, elapsedNs, hasTime }) =>
    hasTime ? stretches.map(({ startMs, lengthMs }) => startMs + lengthMs) : elapsedNs / NS_PER_MS,
  );
  return Math.max(0, largest(ends));
}
