// A comparison as groups, one for each mode and direction, and each two modes beside each other.
import { analyse } from "../analysis/compare-analysis.ts";
import type { MeasuredMode } from "../analysis/compare-modes.ts";
import { mergeCounts, unpackLatency } from "../measurement/latency-counts.ts";
import type { Direction } from "../measurement/measurement.ts";
import type { ComparisonBlock, ComparisonMeasurement } from "../run/comparison.ts";
import { safeString } from "../text.ts";
import { NS_PER_S } from "../units.ts";
import { queueKey, type Stretch } from "./columns.ts";
import {
  type Draft,
  type DraftPair,
  type Drafts,
  hasBothDirections,
  opOf,
  settingsOf,
} from "./draft.ts";
import { latencyNs } from "./latency-figures.ts";
import { percentileCurve } from "./percentile-curve.ts";
import { queuesOfBlocks } from "./queues.ts";
import { timelineOf } from "./timeline.ts";

/** The groups of a comparison, their charts over time in at most `most` columns, and its pairs. */
export function comparisonDrafts(measurement: ComparisonMeasurement, most: number): Drafts {
  const groups: Draft[] = [];
  const pairs: DraftPair[] = [];
  const directed = inDirections(measurement);
  const analyses = directed.map(analyse);
  for (const [index, { modes, pairs: compared }] of analyses.entries()) {
    const first = groups.length;
    const groupOfMode = (name: string) => first + modes.findIndex((mode) => mode.name === name);
    groups.push(...modes.map((mode) => groupOf(directed[index]!, mode, most)));
    for (const { a, b, comparisons } of compared) {
      const sides = { a: groupOfMode(a), b: groupOfMode(b) };
      pairs.push(...comparisons.map((comparison) => ({ ...sides, comparison })));
    }
  }
  // of both directions together, as the result's own
  const [only, other] = analyses;
  const { warnings } = other === undefined ? only! : analyse(measurement);
  return { groups, pairs, warnings };
}

/** The comparison by direction, where all its modes have both, and else as it is. */
function inDirections(measurement: ComparisonMeasurement): ComparisonMeasurement[] {
  const byMode = measurement.modes
    .map(({ name }) => measurement.blocks.filter(({ mode }) => mode === name))
    .filter((blocks) => blocks.length > 0);
  const isApart =
    byMode.length > 0 &&
    byMode.every((blocks) => hasBothDirections(blocks.flatMap(({ latencies }) => latencies)));
  return isApart
    ? [inDirection(measurement, "read"), inDirection(measurement, "write")]
    : [measurement];
}

/**
 * The comparison as if it had measured the latencies of one direction only. Figures for each I/O still
 * count the I/Os of both: CPU time and interrupts are not told apart.
 */
function inDirection(
  measurement: ComparisonMeasurement,
  direction: Direction,
): ComparisonMeasurement {
  const blocks = measurement.blocks.map((block): ComparisonBlock => {
    const latencies = block.latencies.filter(({ op }) => op === direction);
    return { ...block, latencies, latency: mergeCounts(latencies.map(unpackLatency)) };
  });
  return { ...measurement, blocks };
}

function groupOf(
  measurement: ComparisonMeasurement,
  { name, workload, figures, blocks: measured }: MeasuredMode,
  most: number,
): Draft {
  const blocks = measured.map(({ block }) => block);
  const latencies = mergeCounts(blocks.map(({ latency }) => latency));
  const elapsedNs = blocks.reduce((sum, block) => sum + block.elapsedNs, 0);
  const op = opOf(
    blocks.flatMap((block) => block.latencies),
    workload,
  );
  const timeline = timelineOf(
    blocks.map((block) => stretchOf(measurement, block)),
    most,
  );
  const settings = settingsOf(workload, name, op);
  const { user, system } = figures.cpuNsPerIo;
  const data = {
    mode: safeString(name),
    op,
    iodepth: settings.iodepth,
    numjobs: settings.numjobs,
    bs: settings.bs,
    ios: latencies.total,
    iops: figures.iops,
    bytesPerSecond: figures.iops === null ? null : figures.iops * settings.bs,
    latencyNs: latencyNs(latencies),
    cpuNsPerIo: user === null || system === null ? null : { user, system },
    deviceCpuNsPerIo: figures.deviceCpuNsPerIo,
    percentiles: percentileCurve(latencies),
    series: timeline?.series ?? null,
    heat: timeline?.heat ?? null,
    queues: queuesOfBlocks(blocks, elapsedNs, timeline?.queues ?? null),
    stages: [],
  };
  return { data, settings };
}

/** A block has its own ramp before it: between two of them there is time in which nothing was measured. */
function stretchOf({ startedMs }: ComparisonMeasurement, block: ComparisonBlock): Stretch {
  const startS = (block.startedMs - startedMs) / 1000;
  return {
    source: 0,
    startS,
    endS: startS + block.elapsedNs / NS_PER_S,
    ios: block.latencies.map(({ job, total }) => ({
      queue: job === null ? null : queueKey(0, job),
      total,
    })),
    latencies: () => [block.latency],
  };
}
