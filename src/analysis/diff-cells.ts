// A result as cells: what it measured of one mode or setting in one direction. Cells of two sides with the same
// group are compared with each other.
import { mergeCounts, unpackLatency } from "../measurement/latency-counts.ts";
import type { Direction, LatencyCounts, RunMeasurement } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import { measuredModes } from "./compare-modes.ts";
import {
  diffFigures,
  directionFigures,
  type Figure,
  type Sample,
  sharedFigures,
} from "./diff-figures.ts";
import { type DiffResult, isChosenPoint, pointName, type Stretch } from "./diff-sides.ts";

import { directionsOf, elapsedNsOf, latenciesOf, sumOf } from "./totals.ts";

/** What the figures of a table are of. */
export interface Group {
  /** The mode of a comparison or the name of a sweep's point; null for a run, or where it was chosen. */
  readonly mode: string | null;
  readonly direction: DirectionGroup;
}

/** "both": all directions together, where they are not told apart or share something. */
export type DirectionGroup = Direction | "both";

/** One group of one result. */
export interface Cell {
  readonly group: Group;
  readonly figures: readonly Figure[];
  /** All that was measured of it. */
  readonly whole: Sample;
  /** Of a comparison: by round, those that were measured in full. Empty for others. */
  readonly rounds: ReadonlyMap<number, Sample>;
}

/** The cells of a result; of the chosen mode or point only, when there is one. */
export function cellsOf(result: DiffResult, chosen: string | null): Cell[] {
  if (result.kind === "run") return runCells(result.measurement);
  const { measurement } = result;
  const stretches =
    result.kind === "compare"
      ? wholeBlocks(result.measurement, chosen)
      : chosenPoints(result.measurement, chosen);
  const isTold = stretches.every(({ stretch }) => areDirectionsTold(stretch));
  const modes = [...new Set(stretches.map(({ mode }) => mode))];
  return modes.flatMap((mode) => {
    const own = stretches.filter((stretch) => stretch.mode === mode);
    const side =
      result.kind === "compare" && result.measurement.modes.find(({ name }) => name === mode);
    const workload = side ? side.workload : measurement.workload;
    return directionGroups(workload, isTold).map((group) =>
      stretchCell({ mode, ...group }, own, workload.bs),
    );
  });
}

/** "poll.read", "read", "interrupt.qd8.write": what heads a table, and what a condition may begin with. */
export function groupName({ mode, direction }: Group): string {
  return mode === null ? direction : `${mode}.${direction}`;
}

interface FiguresIn {
  readonly direction: DirectionGroup;
  readonly figures: readonly Figure[];
}

/** A queue serves both directions of a mix: CPU time and interrupts are of neither alone. */
function directionGroups(workload: Workload, isTold: boolean): FiguresIn[] {
  const [direction, ...others] = directionsOf(workload);
  if (others.length === 0) return [{ direction: direction!, figures: diffFigures }];
  if (!isTold) return [{ direction: "both", figures: diffFigures }];
  const rates = directionFigures.filter(({ better }) => better === "higher");
  return [
    { direction: "read", figures: directionFigures },
    { direction: "write", figures: directionFigures },
    { direction: "both", figures: [...rates, ...sharedFigures] },
  ];
}

function runCells(run: RunMeasurement): Cell[] {
  const { jobs, workload } = run;
  const spent = {
    completed: sumOf(jobs, ({ completed }) => completed),
    cpuNs: sumOf(jobs, ({ usage }) => usage.userNs + usage.systemNs),
    interrupts: sumOf(jobs, ({ waits }) => waits.interrupts),
  };
  const elapsedNs = elapsedNsOf(run);
  return directionGroups(workload, true).map(({ direction, figures }) => {
    const latency =
      direction === "both"
        ? mergeCounts([latenciesOf(run, "read"), latenciesOf(run, "write")])
        : latenciesOf(run, direction);
    const whole = { latency, elapsedNs, bs: workload.bs, spent };
    return { group: { mode: null, direction }, figures, whole, rounds: new Map() };
  });
}

/** A block or a point, and what it is called. */
interface Named {
  readonly mode: string;
  readonly round: number | null;
  readonly stretch: Stretch;
}

type OfKind<K> = Extract<DiffResult, { kind: K }>["measurement"];

function wholeBlocks(comparison: OfKind<"compare">, chosen: string | null): Named[] {
  return measuredModes(comparison)
    .filter(({ name }) => chosen === null || name === chosen)
    .flatMap(({ name, blocks }) =>
      blocks
        .filter(({ isWhole }) => isWhole)
        .map(({ block }) => ({ mode: name, round: block.round, stretch: block })),
    );
}

function chosenPoints({ points }: OfKind<"sweep">, chosen: string | null): Named[] {
  return points
    .filter((point) => chosen === null || isChosenPoint(point, chosen))
    .map((point) => ({ mode: pointName(point), round: null, stretch: point }));
}

/** Results of old do not tell reads from writes of a block. */
function areDirectionsTold({ latency, latencies }: Stretch): boolean {
  const told = latencies.filter(({ op }) => op !== "mixed");
  return told.reduce((sum, { total }) => sum + total, 0) === latency.total;
}

function stretchCell(
  { mode, direction, figures }: FiguresIn & { mode: string },
  stretches: readonly Named[],
  bs: number,
): Cell {
  const samples = stretches.map(({ round, stretch }) => ({
    round,
    sample: stretchSample(stretch, direction, bs),
  }));
  const rounds = samples.flatMap(({ round, sample }) =>
    round === null ? [] : [[round, sample] as const],
  );
  return {
    group: { mode, direction },
    figures,
    whole: joined(samples.map(({ sample }) => sample)),
    rounds: new Map(rounds),
  };
}

function stretchSample(stretch: Stretch, direction: DirectionGroup, bs: number): Sample {
  const { elapsedNs, completed, userNs, systemNs, audit } = stretch;
  const spent = { completed, cpuNs: userNs + systemNs, interrupts: audit.interrupts };
  return { latency: stretchLatency(stretch, direction), elapsedNs, bs, spent };
}

function stretchLatency({ latency, latencies }: Stretch, direction: DirectionGroup): LatencyCounts {
  const own = latencies.filter(({ op }) => op === direction);
  // Of a workload with one direction the whole is known without unpacking anything.
  const isAll = direction === "both" || own.length === latencies.length;
  return isAll ? latency : mergeCounts(own.map(unpackLatency));
}

/** Several samples as one. */
function joined(samples: readonly Sample[]): Sample {
  const sum = (of: (sample: Sample) => number): number =>
    samples.reduce((total, sample) => total + of(sample), 0);
  return {
    latency: mergeCounts(samples.map(({ latency }) => latency)),
    elapsedNs: sum(({ elapsedNs }) => elapsedNs),
    bs: samples[0]?.bs ?? 0,
    spent: {
      completed: sum(({ spent }) => spent?.completed ?? 0),
      cpuNs: sum(({ spent }) => spent?.cpuNs ?? 0),
      interrupts: sum(({ spent }) => spent?.interrupts ?? 0),
    },
  };
}
