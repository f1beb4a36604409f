// A measurement as every reader shows it: groups, one for each setting, with latencies by queue and direction, and
// over time. This is the only place that gathers them.

import { NS_PER_MS } from "../ground/units.ts";
import { largest } from "../statistics/summary.ts";
import { grouped } from "./grouped.ts";
import { emptyCounts, mergeCounts, unpackLatency } from "./latency-counts.ts";
import { LatencySum } from "./latency-sum.ts";
import type {
  Block,
  DeviceIdentity,
  Job,
  LatencyCounts,
  Measurement,
  Op,
  PackedLatency,
  Setting,
  StageName,
  Work,
} from "./measurement.ts";
import { uniqueNames } from "./safe-names.ts";
import { sumOrNull, workSum } from "./work.ts";
import type { Workload } from "./workload.ts";

/** What was measured under one setting. */
export interface Group {
  /** Unique in the measurement, of letters, digits, dots, hyphens and underscores: "poll", "interrupt.qd8". */
  readonly name: string;
  /** The completion mode, or the side's name in a comparison, as it was given. */
  readonly mode: string;
  readonly setting: Setting;
  /** The setting's. */
  readonly workload: Workload;
  readonly device: DeviceIdentity;
  /** In the order they were measured. */
  readonly blocks: readonly Block[];
  /** Of all blocks together, as are `work` and `deviceCpuNs`. */
  readonly elapsedNs: number;
  readonly work: Work;
  readonly deviceCpuNs: number | null;
  /** Of all blocks; null where one of them did not keep them. */
  readonly jobs: readonly Job[] | null;
  /** Latencies by queue and direction, those with samples. */
  readonly parts: readonly Part[];
  /** The same over time: the intervals that were kept, else the blocks. */
  readonly stretches: readonly Stretch[];
  /** False where an old result kept no histograms over time: the stretch is then the whole. */
  readonly hasTime: boolean;
}

/** One queue in one direction. */
export interface Part {
  readonly op: Op;
  /** The job, which is the queue, from 0; null: all of them. */
  readonly job: number | null;
  /** Which of the merged runs it is from, as its stretches say. */
  readonly source: number;
  readonly latency: LatencyCounts;
}

/** A part of the group's time. Those of one source do not overlap. */
export interface Stretch {
  readonly source: number;
  /** Since the measurement's `startedMs`. */
  readonly startMs: number;
  readonly endMs: number;
  readonly lengthMs: number;
  /** An interval of a block, and not the block as a whole. */
  readonly isInterval: boolean;
  readonly latencies: readonly PackedLatency[];
}

/** One direction of a group: one curve. */
export interface Distribution {
  /** Unique in the measurement: "poll.read", "interrupt.qd8.write". */
  readonly name: string;
  readonly group: Group;
  readonly op: Op;
  readonly latency: LatencyCounts;
}

const OPS: readonly Op[] = ["read", "write", "mixed"];

/** The groups of a measurement, in the order of its settings. */
export function groupsOf({ workloads, blocks, devices, startedMs }: Measurement): Group[] {
  const titles = workloads.map(({ name, workload }) => name || workload.completion.mode);
  const names = uniqueNames(titles);
  const bySetting = grouped(blocks, ({ workload }) => `${workload}`);
  return workloads.map((setting, index) => {
    const { workload } = setting;
    return {
      name: names[index]!,
      mode: setting.mode || workload.completion.mode,
      setting,
      workload,
      device: devices[setting.device]!,
      ...together(bySetting.get(`${index}`) ?? [], startedMs),
    };
  });
}

/** The curves of the groups, those with samples. */
export function distributionsOf(groups: readonly Group[]): Distribution[] {
  return groups.flatMap((group) =>
    opsOf(group).map((op) => {
      return { name: `${group.name}.${op}`, group, op, latency: latencyOf(group, op) };
    }),
  );
}

/** The directions that have samples; "mixed" where an old result did not tell them apart. */
export function opsOf({ parts }: Group): Op[] {
  return OPS.filter((op) => parts.some((part) => part.op === op));
}

/** Whether reads and writes were both measured, and can be told apart. */
export function hasBothDirections(group: Group): boolean {
  const ops = opsOf(group);
  return ops.length === 2 && !ops.includes("mixed");
}

/** The latencies of all queues, of one direction or of all. */
export function latencyOf({ parts }: Group, op?: Op): LatencyCounts {
  const chosen = parts.filter((part) => op === undefined || part.op === op);
  return mergeCounts(chosen.map(({ latency }) => latency));
}

/** The latencies of one queue in one direction. */
export function queueLatency({ parts }: Group, job: number, op: Op): LatencyCounts {
  return parts.find((part) => part.job === job && part.op === op)?.latency ?? emptyCounts;
}

/** The stages of all jobs in both directions, those with samples; none unless they were measured. */
export function stagesOf({ jobs }: Group): { name: StageName; latency: LatencyCounts }[] {
  const measured = (jobs ?? []).flatMap(({ stages }) => stages ?? []);
  const names = Object.keys(measured[0] ?? {}) as StageName[];
  return names
    .map((name) => ({
      name,
      latency: mergeCounts(measured.map((stages) => unpackLatency(stages[name]))),
    }))
    .filter(({ latency }) => latency.total > 0);
}

/** From the measurement's `startedMs` to the end of the last stretch. */
export function endMsOf(groups: readonly Group[]): number {
  return Math.max(0, largest(groups.flatMap(({ stretches }) => stretches.map((one) => one.endMs))));
}

/** What a group completed without error. */
export function iosOf({ parts }: Group): number {
  return parts.reduce((sum, { latency }) => sum + latency.total, 0);
}

function together(blocks: readonly Block[], startedMs: number) {
  const parts = partsOf(blocks);
  return {
    blocks,
    elapsedNs: blocks.reduce((sum, { elapsedNs }) => sum + elapsedNs, 0),
    work: workSum(blocks.map(({ work }) => work)),
    deviceCpuNs: sumOrNull(blocks.map(({ deviceCpuNs }) => deviceCpuNs)),
    jobs: blocks.some(({ jobs }) => jobs === null) ? null : blocks.flatMap(({ jobs }) => jobs!),
    parts,
    stretches: blocks.flatMap((block) => stretchesOf(block, startedMs)),
    hasTime: blocks.every(({ intervals }) => intervals !== null),
  };
}

/** Summed over time. */
function partsOf(blocks: readonly Block[]): Part[] {
  const sum = new LatencySum();
  const packed = blocks.flatMap(({ latencies }) => latencies);
  const sources = new Map(
    blocks.flatMap(({ jobs }) => (jobs ?? []).map(({ job, source }) => [job, source] as const)),
  );
  const byPart = grouped(packed, ({ op, job }) => `${op} ${job}`);
  const parts = [...byPart.values()].map((own): Part => {
    const { op, job } = own[0]!;
    for (const one of own) sum.add(unpackLatency(one));
    return { op, job, source: sources.get(job ?? -1) ?? 0, latency: sum.take() };
  });
  return parts.filter(({ latency }) => latency.total > 0);
}

function stretchesOf(block: Block, startedMs: number): Stretch[] {
  const fromMs = block.startedMs - startedMs;
  const { intervals, latencies } = block;
  if (intervals !== null && intervals.length > 0) {
    return intervals.map(({ endMs, lengthMs, ...interval }) => ({
      ...interval,
      startMs: fromMs + endMs - lengthMs,
      endMs: fromMs + endMs,
      lengthMs,
      isInterval: true,
    }));
  }
  const lengthMs = block.elapsedNs / NS_PER_MS;
  const endMs = fromMs + lengthMs;
  return [{ source: 0, startMs: fromMs, endMs, lengthMs, isInterval: false, latencies }];
}
