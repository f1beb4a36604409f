// A measurement as groups of a report, one for each setting and direction, before they have their place and their
// name, which depend on all the others; and each two compared settings beside each other.
import { analyse } from "../analysis/compare-analysis.ts";
import { latencyFigures } from "../analysis/compare-figures.ts";
import type { Comparison } from "../analysis/compare-pairs.ts";
import { drainedOf } from "../analysis/drained.ts";
import { perSecond } from "../analysis/totals.ts";
import { safeString } from "../ground/strings.ts";
import {
  type Group,
  groupsOf,
  hasBothDirections,
  latencyOf,
  opsOf,
  stagesOf,
} from "../measurement/groups.ts";
import { inTime } from "../measurement/latency-counts.ts";
import type { Direction, Measurement, Op, Warning } from "../measurement/measurement.ts";
import { directionsOf } from "../measurement/workload-names.ts";
import { largest } from "../statistics/summary.ts";
import { latencyNs } from "./digits.ts";
import { percentileCurve } from "./percentile-curve.ts";
import { queuesOf } from "./queues.ts";
import type { GroupData, StageData } from "./report-data.ts";
import { timelineOf } from "./timeline.ts";

/** A group, and what its name can be made of. */
export interface Draft {
  readonly data: Omit<GroupData, "id" | "result" | "name" | "best">;
  readonly group: Group;
}

/** What a measurement comes to. */
export interface Drafts {
  readonly groups: readonly Draft[];
  readonly pairs: readonly DraftPair[];
  /** Rounds in which two settings ran, the most of any two; 0 of what is no comparison. */
  readonly rounds: number;
  /** Of the measurement, and what its analysis adds. */
  readonly warnings: readonly Warning[];
}

/** A figure of two groups, which are known by their index in the drafts. */
export interface DraftPair {
  readonly a: number;
  readonly b: number;
  readonly comparison: Comparison;
}

const DIRECTIONS = ["read", "write"] as const;

/** The drafts, their charts over time in at most `most` columns. */
export function draftsOf(measurement: Measurement, most: number): Drafts {
  const groups = groupsOf(measurement);
  const draft = (group: Group, direction?: Direction) =>
    draftOf(measurement, group, direction, most);
  if (measurement.rounds !== null) return comparedDrafts(measurement, groups, draft);
  return {
    groups: groups.flatMap((group) =>
      hasBothDirections(group) ? DIRECTIONS.map((op) => draft(group, op)) : [draft(group)],
    ),
    pairs: [],
    rounds: 0,
    warnings: measurement.warnings,
  };
}

/** By direction where all settings have both, so that each has its partner. */
function comparedDrafts(
  measurement: Measurement,
  groups: readonly Group[],
  draft: (group: Group, direction?: Direction) => Draft,
): Drafts {
  const filled = groups.filter(({ blocks }) => blocks.length > 0);
  const isApart = filled.length > 0 && filled.every(hasBothDirections);
  const directions = isApart ? DIRECTIONS : [undefined];
  let rounds = 0;
  const pairs = directions.flatMap((direction, index) => {
    const { modes, pairs: compared } = analyse(measurement, direction);
    rounds = Math.max(rounds, ...compared.map((pair) => pair.rounds));
    const first = index * groups.length;
    const placeOf = (name: string) => first + modes.findIndex((mode) => mode.name === name);
    return compared.flatMap(({ a, b, comparisons }) =>
      comparisons.map((comparison) => ({ a: placeOf(a), b: placeOf(b), comparison })),
    );
  });
  return {
    groups: directions.flatMap((direction) => groups.map((group) => draft(group, direction))),
    pairs,
    rounds,
    warnings: analyse(measurement).warnings,
  };
}

function draftOf(
  { merged, rounds }: Measurement,
  group: Group,
  direction: Direction | undefined,
  most: number,
): Draft {
  const { workload, elapsedNs, work, deviceCpuNs } = group;
  const latency = latencyOf(group, direction);
  const iops = elapsedNs > 0 ? perSecond(inTime(latency), elapsedNs) : null;
  const perIo = (ns: number): number => ns / work.completed;
  const course = group.stretches.filter(({ isInterval }) => isInterval || rounds !== null);
  const timeline = latency.total > 0 ? timelineOf(course, direction, most) : null;
  const data = {
    mode: safeString(group.mode),
    op: direction ?? opOf(group),
    iodepth: workload.iodepth,
    numjobs: numjobsOf(group),
    bs: workload.bs,
    ios: latency.total,
    drained: drainedOf(group, direction),
    iops,
    bytesPerSecond: iops === null ? null : iops * workload.bs,
    latencyNs: latencyNs(latency),
    // a thread does not account for reads and writes apart
    cpuNsPerIo:
      work.completed > 0 ? { user: perIo(work.userNs), system: perIo(work.systemNs) } : null,
    deviceCpuNsPerIo: work.completed > 0 && deviceCpuNs !== null ? perIo(deviceCpuNs) : null,
    percentiles: percentileCurve(latency),
    series: timeline?.series ?? null,
    heat: timeline?.heat ?? null,
    queues: queuesOf(group, direction, merged, timeline?.queues ?? null),
    stages: stageData(group),
  };
  return { data, group };
}

/** What the latencies are of: one direction, or several that are taken together. */
function opOf(group: Group): Op {
  const [only = directionsOf(group.workload)[0]!, ...others] = opsOf(group);
  return others.length > 0 ? "mixed" : only;
}

/** As many as there were; as were asked for where that is not known. */
function numjobsOf({ blocks, workload }: Group): number {
  const most = largest(blocks.map(({ jobs }) => jobs?.length ?? 0));
  return most > 0 ? most : workload.numjobs;
}

function stageData(group: Group): StageData[] {
  return stagesOf(group).map(({ name, latency }) => {
    const { mean, p50, p99 } = latencyFigures(latency);
    return { name, mean, p50, p99 };
  });
}
