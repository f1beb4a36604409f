// A result as cells: what it measured of one mode or setting in one direction. Cells of two sides with the same
// group are compared with each other.
import { type Group, groupsOf } from "../measurement/groups.ts";
import { latencyIn, mergeCounts } from "../measurement/latency-counts.ts";
import type { Block, Direction } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import { directionsOf } from "../measurement/workload-names.ts";
import { measuredModes } from "./compare-modes.ts";
import {
  diffFigures,
  directionFigures,
  type Figure,
  type Sample,
  sharedFigures,
} from "./diff-figures.ts";
import { type DiffResult, isChosen } from "./diff-sides.ts";

/** What the figures of a table are of. */
export interface CellGroup {
  /** The setting's name; null for the only one, or where it was chosen. */
  readonly mode: string | null;
  readonly direction: DirectionGroup;
}

/** "both": all directions together, where they are not told apart or share something. */
export type DirectionGroup = Direction | "both";

/** One group of one result. */
export interface Cell {
  readonly group: CellGroup;
  readonly figures: readonly Figure[];
  /** All that was measured of it. */
  readonly whole: Sample;
  /** By round, those that were measured in full; empty where there are no rounds. */
  readonly rounds: ReadonlyMap<number, Sample>;
  /** What it was measured in. */
  readonly measured: Group;
}

/** The cells of a result; of the chosen mode or point only, when there is one. */
export function cellsOf({ measurement }: DiffResult, chosen: string | null): Cell[] {
  const whole = measurement.rounds === null ? null : wholeBlocks(measurement);
  const groups = groupsOf(measurement)
    .filter(({ setting }) => isChosen(setting, chosen))
    .map((group) => {
      const blocks = group.blocks.filter((block) => whole === null || whole.has(block));
      return { group, blocks };
    })
    .filter(({ blocks }) => blocks.length > 0);
  // results of old do not tell reads from writes of a block
  const isTold = groups.every(({ blocks }) =>
    blocks.every(({ latencies }) => latencies.every(({ op }) => op !== "mixed")),
  );
  return groups.flatMap(({ group, blocks }) =>
    directionGroups(group.workload, isTold).map((figures) => cellOf(group, blocks, figures)),
  );
}

/** "poll.read", "read", "interrupt.qd8.write": what heads a table, and what a condition may begin with. */
export function groupName({ mode, direction }: CellGroup): string {
  return mode === null ? direction : `${mode}.${direction}`;
}

/** A group that a setting will have cells of, before anything is measured. */
export interface ExpectedGroup {
  readonly group: CellGroup;
  readonly figures: readonly Figure[];
}

/** The groups of a setting of that name; the only one has none. */
export function expectedGroups(name: string, workload: Workload): ExpectedGroup[] {
  const mode = name === "" ? null : name;
  return directionGroups(workload, true).map(({ direction, figures }) => {
    return { group: { mode, direction }, figures };
  });
}

function wholeBlocks(measurement: DiffResult["measurement"]): ReadonlySet<Block> {
  const blocks = measuredModes(measurement).flatMap((mode) => mode.blocks);
  return new Set(blocks.filter(({ isWhole }) => isWhole).map(({ block }) => block));
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

function cellOf(
  measured: Group,
  blocks: readonly Block[],
  { direction, figures }: FiguresIn,
): Cell {
  const { setting, workload } = measured;
  const samples = blocks.map((block) => sampleOf(block, direction, workload.bs));
  const rounds = blocks.flatMap(({ round }, index) =>
    round === null ? [] : [[round, samples[index]!] as const],
  );
  return {
    group: { mode: setting.name === "" ? null : setting.name, direction },
    figures,
    whole: joined(samples),
    rounds: new Map(rounds),
    measured,
  };
}

function sampleOf(block: Block, direction: DirectionGroup, bs: number): Sample {
  const { elapsedNs, latencies, work } = block;
  const { completed, userNs, systemNs, waits } = work;
  return {
    latency: latencyIn(latencies, direction === "both" ? undefined : direction),
    elapsedNs,
    bs,
    spent: { completed, cpuNs: userNs + systemNs, interrupts: waits.interrupts },
  };
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
