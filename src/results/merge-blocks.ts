// Comparisons as one: their rounds follow each other. Sweeps as one: equal settings are added up.

import { grouped } from "../measurement/grouped.ts";
import { mergeCounts, packLatency, unpackLatency } from "../measurement/latency-counts.ts";
import type { PackedLatency } from "../measurement/measurement.ts";
import { unitedWarnings } from "../measurement/united-warnings.ts";
import type { Workload } from "../measurement/workload.ts";
import type {
  ComparedMode,
  ComparisonMeasurement,
  InterruptAudit,
  SweepMeasurement,
  SweepPoint,
} from "../run/comparison.ts";
import { largest, smallest } from "../statistics/summary.ts";
import { aboutOf, type Part, requireOneWorkload, unlike } from "./merge-about.ts";
import { sumOrNull } from "./merge-runs.ts";
import { commonWorkload, differences, modeDifferences, sweptWorkload } from "./merge-workload.ts";

/**
 * Comparisons of the same modes: rounds and positions are numbered on, and a round stays a round, so that
 * what its blocks have in common still cancels. Jobs keep their numbers: they are queues of the blocks.
 * @throws PhasebitError USAGE for different modes or workloads.
 */
export function mergeComparisons(
  parts: readonly Part<ComparisonMeasurement>[],
  argv: readonly string[],
): ComparisonMeasurement {
  requireSameModes(parts);
  requireOneWorkload(parts, (a, b) => modeDifferences(a.modes, b.modes));
  const comparisons = parts.map(({ measurement }) => measurement);
  let rounds = 0;
  let position = 0;
  const blocks = comparisons.flatMap((comparison) => {
    const numbered = comparison.blocks.map((block) => ({
      ...block,
      round: block.round + rounds,
      position: block.position + position,
    }));
    rounds += comparison.rounds;
    position += 1 + Math.max(-1, largest(comparison.blocks.map((block) => block.position)));
    return numbered;
  });
  return { ...together(parts, argv), modes: commonModes(comparisons), rounds, blocks };
}

/**
 * Sweeps: points of equal settings are added up, so their rates are means over all the time; others follow
 * in order.
 * @throws PhasebitError USAGE for different workloads.
 */
export function mergeSweeps(
  parts: readonly Part<SweepMeasurement>[],
  argv: readonly string[],
): SweepMeasurement {
  const points = parts.flatMap(({ measurement }) => measurement.points);
  requireOneWorkload(parts, (a, b) =>
    differences(sweptWorkload(a.workload, points), sweptWorkload(b.workload, points)),
  );
  const bySetting = grouped(points, ({ mode, iodepth, coalescing }) =>
    JSON.stringify([mode, iodepth, coalescing?.threshold, coalescing?.time]),
  );
  return { ...together(parts, argv), points: [...bySetting.values()].map(pointSum) };
}

function requireSameModes(parts: readonly Part<ComparisonMeasurement>[]): void {
  const [first, ...others] = parts as [Part<ComparisonMeasurement>];
  const key = ({ measurement }: Part<ComparisonMeasurement>): string =>
    JSON.stringify(measurement.modes.map(({ name, options }) => `${name} ${options}`).sort());
  const listed = ({ measurement }: Part<ComparisonMeasurement>): string =>
    measurement.modes.map(({ name }) => name).join(",");
  for (const other of others) {
    if (key(other) === key(first)) continue;
    const names =
      listed(other) === listed(first) ? "their options" : `${listed(first)} and ${listed(other)}`;
    throw unlike(first, other, `their modes (${names})`);
  }
}

/** The first's, with what may differ united. */
function commonModes(comparisons: readonly ComparisonMeasurement[]): ComparedMode[] {
  return comparisons[0]!.modes.map((mode) => {
    const same = comparisons.flatMap(({ modes }) => modes.filter(({ name }) => name === mode.name));
    return { ...mode, workload: unitedWorkload(same.map(({ workload }) => workload)) };
  });
}

/** Jobs are queues of blocks, and are not added. */
function unitedWorkload(workloads: readonly Workload[]): Workload {
  return commonWorkload(workloads, largest(workloads.map(({ numjobs }) => numjobs)));
}

function together<M extends ComparisonMeasurement | SweepMeasurement>(
  parts: readonly Part<M>[],
  argv: readonly string[],
) {
  const workloads = parts.map(({ measurement }): Workload => measurement.workload);
  return {
    ...aboutOf(parts, argv),
    workload: unitedWorkload(workloads),
    warnings: unitedWarnings(parts.map(({ measurement }) => measurement.warnings)),
  };
}

function pointSum(points: readonly SweepPoint[]): SweepPoint {
  const [first] = points as [SweepPoint];
  if (points.length === 1) return first;
  const sum = (of: (point: SweepPoint) => number): number =>
    points.reduce((total, point) => total + of(point), 0);
  const audited = (of: keyof InterruptAudit): number => sum(({ audit }) => audit[of]);
  return {
    ...first,
    startedMs: smallest(points.map(({ startedMs }) => startedMs)),
    elapsedNs: sum(({ elapsedNs }) => elapsedNs),
    latency: mergeCounts(points.map(({ latency }) => latency)),
    latencies: latencySums(points.flatMap(({ latencies }) => latencies)),
    completed: sum(({ completed }) => completed),
    failed: sum(({ failed }) => failed),
    userNs: sum(({ userNs }) => userNs),
    systemNs: sum(({ systemNs }) => systemNs),
    audit: {
      interrupts: audited("interrupts"),
      wakeups: audited("wakeups"),
      spurious: audited("spurious"),
      lost: audited("lost"),
    },
    deviceCpuNs: sumOrNull(points.map(({ deviceCpuNs }) => deviceCpuNs)),
  };
}

/** By job and direction, in the order in which they first come. */
function latencySums(latencies: readonly PackedLatency[]): PackedLatency[] {
  const groups = grouped(latencies, ({ op, job }) => `${op} ${job}`);
  return [...groups.values()].map((group) => {
    const [first] = group as [PackedLatency];
    return group.length === 1 ? first : packLatency(mergeCounts(group.map(unpackLatency)), first);
  });
}
