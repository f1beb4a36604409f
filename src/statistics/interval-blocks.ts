// One run on either side. Its intervals are no independent values: what disturbs one second often disturbs the
// next. So blocks of consecutive intervals are drawn (the moving blocks of Künsch, 1989), and each resample is
// measured in its own standard errors, as in the bootstrap-t of few values (Götze and Künsch, 1996). It knows
// the scatter within the run, and no other. docs/diff.md has the simulation that chose the length of a block.
import { RESAMPLES } from "./bootstrap.ts";
import type { PairResult } from "./pairs.ts";
import { Random } from "./random.ts";
import { stepDownPValues } from "./step-down.ts";
import { LEAST_ERROR } from "./two-samples.ts";
import { type Estimate, verdictOf } from "./verdict.ts";

/** With fewer there are fewer than three blocks, and nothing to learn from them. */
export const FEWEST_INTERVALS = 10;

const CONFIDENCE = 0.95;

/** How many intervals follow each other in a block: about ten blocks, fewer where intervals are few. */
export function blockLength(intervals: number): number {
  return Math.max(Math.round(Math.sqrt(intervals)), Math.round(intervals / 10));
}

/** How many blocks there are to choose from: one begins at each interval but the last few. */
export function blockCount(intervals: number): number {
  return intervals - blockLength(intervals) + 1;
}

/** One figure of a run as blocks give it. */
export interface BlockFigure {
  /** Of the whole run. */
  readonly value: number;
  /** Of these blocks together. */
  readonly of: (blocks: Int32Array) => number;
  /**
   * How far each block pulls the figure from its value, in any unit: for a mean the sum of the distances from
   * it, for a percentile by how much more samples than its share lie above.
   */
  readonly pull: Float64Array;
}

/** One run: its intervals' number, and its figures. */
export interface BlockRun {
  readonly intervals: number;
  readonly figures: readonly BlockFigure[];
}

/**
 * How far run b lies from run a in all figures, and which of the differences are shown: b - a and b / a.
 * @param a, b at least FEWEST_INTERVALS intervals each, and the same figures.
 */
export function compareBlocks(a: BlockRun, b: BlockRun, seed = 1): PairResult[] {
  if (a.figures.length === 0) return [];
  const random = new Random(seed);
  const [from, to] = [new ResampledRun(a, random), new ResampledRun(b, random)];
  const differences = a.figures.map((_, index) => differenceOf(from, to, index, identity));
  const pValues = stepDownPValues(
    differences.map(({ clearness }) => clearness),
    transposed(differences.map(({ drawn }) => drawn)),
  );
  return differences.map(({ estimate, reach }, index) => {
    const known = withRatio(estimate, reach, from, to, index);
    return { ...known, verdict: verdictOf(known, pValues[index]!) };
  });
}

type Scale = (value: number) => number;
const identity: Scale = (value) => value;

interface Difference {
  readonly estimate: number;
  /** Half the width of its interval. */
  readonly reach: number;
  /** In standard errors, and those of the resamples. */
  readonly clearness: number;
  readonly drawn: Float64Array;
}

function differenceOf(a: ResampledRun, b: ResampledRun, index: number, scale: Scale): Difference {
  const [from, to] = [a.figure(index, scale), b.figure(index, scale)];
  const error = Math.hypot(from.error, to.error);
  const estimate = to.value - from.value;
  const drawn = new Float64Array(RESAMPLES);
  for (let draw = 0; draw < RESAMPLES; draw++) {
    const drawnError = Math.hypot(from.drawnErrors[draw]!, to.drawnErrors[draw]!);
    const distance = Math.abs(to.deviations[draw]! - from.deviations[draw]!);
    drawn[draw] = inErrors(distance, Math.max(drawnError, LEAST_ERROR * error));
  }
  const reach = error * drawn.toSorted()[Math.ceil(CONFIDENCE * (RESAMPLES + 1)) - 1]!;
  return { estimate, reach, clearness: inErrors(Math.abs(estimate), error), drawn };
}

/** What never scatters differs beyond all doubt, or not at all. */
function inErrors(distance: number, error: number): number {
  if (distance === 0) return 0;
  return error > 0 ? distance / error : Number.MAX_VALUE;
}

function withRatio(
  difference: number,
  reach: number,
  a: ResampledRun,
  b: ResampledRun,
  index: number,
): Estimate {
  const limits = [difference - reach, difference + reach] as const;
  const [from, to] = [a.valueOf(index), b.valueOf(index)];
  if (from <= 0 || to <= 0) {
    return { difference, ratio: null, ci95: { difference: limits, ratio: null } };
  }
  // A block in which nothing was done has no logarithm, yet the whole runs have their ratio.
  if (a.leastOf(index) <= 0 || b.leastOf(index) <= 0) {
    return { difference, ratio: to / from, ci95: { difference: limits, ratio: null } };
  }
  const log = differenceOf(a, b, index, Math.log);
  const ratio = [Math.exp(log.estimate - log.reach), Math.exp(log.estimate + log.reach)] as const;
  return { difference, ratio: Math.exp(log.estimate), ci95: { difference: limits, ratio } };
}

/** Draw by draw what was kept figure by figure. */
function* transposed(columns: readonly Float64Array[]): Generator<Float64Array> {
  const row = new Float64Array(columns.length);
  for (let draw = 0; draw < RESAMPLES; draw++) {
    for (const [index, column] of columns.entries()) row[index] = column[draw]!;
    yield row;
  }
}

/** A run's figures in every resample of its blocks. */
class ResampledRun {
  readonly #run: BlockRun;
  /** Blocks in a resample. */
  readonly #drawnBlocks: number;
  /** A resample has a few intervals more or fewer than the run. */
  readonly #toWhole: number;
  readonly #values: readonly Float64Array[];
  /** The error of each resample as a share of the typical one. */
  readonly #errors: readonly Float64Array[];

  constructor(run: BlockRun, random: Random) {
    const length = blockLength(run.intervals);
    this.#run = run;
    this.#drawnBlocks = Math.round(run.intervals / length);
    this.#toWhole = Math.sqrt((this.#drawnBlocks * length) / run.intervals);
    this.#values = run.figures.map(() => new Float64Array(RESAMPLES));
    this.#errors = run.figures.map(() => new Float64Array(RESAMPLES));
    this.#drawAll(random);
  }

  #drawAll(random: Random): void {
    const { intervals, figures } = this.#run;
    const scatters = figures.map(({ pull }) => scatterOf(pull));
    const drawn = new Int32Array(this.#drawnBlocks);
    for (let draw = 0; draw < RESAMPLES; draw++) {
      for (let place = 0; place < drawn.length; place++) {
        drawn[place] = random.below(blockCount(intervals));
      }
      for (const [index, { of, pull }] of figures.entries()) {
        this.#values[index]![draw] = of(drawn);
        this.#errors[index]![draw] = drawnScatter(pull, drawn) / scatters[index]!;
      }
    }
  }

  /** A figure of the whole run. */
  valueOf(index: number): number {
    return this.#run.figures[index]!.value;
  }

  /** The least value of a figure in any resample: its logarithm may be wanted. */
  leastOf(index: number): number {
    const least = this.#values[index]!.reduce((less, value) => Math.min(less, value));
    return Math.min(least, this.valueOf(index));
  }

  /** A figure, its error and its resamples on some scale. */
  figure(index: number, scale: Scale) {
    const { value, of } = this.#run.figures[index]!;
    // Intervals at the ends are in fewer blocks, so resamples lie around another value than the run's.
    const all = Int32Array.from({ length: blockCount(this.#run.intervals) }, (_, block) => block);
    const centre = scale(of(all));
    const deviations = this.#values[index]!.map((drawn) => scale(drawn) - centre);
    const typical = Math.sqrt(
      deviations.reduce((sum, distance) => sum + distance ** 2, 0) / RESAMPLES,
    );
    const fewBlocks = Math.sqrt(this.#drawnBlocks / (this.#drawnBlocks - 1));
    return {
      value: scale(value),
      error: typical * fewBlocks * this.#toWhole,
      deviations,
      drawnErrors: this.#errors[index]!.map((share) => share * typical),
    };
  }
}

/** The standard deviation; 1 where there is none, so that it may divide. */
function scatterOf(pull: Float64Array): number {
  const centre = pull.reduce((sum, value) => sum + value, 0) / pull.length;
  const squares = pull.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return squares > 0 ? Math.sqrt(squares / pull.length) : 1;
}

/** The standard deviation that a resample shows of itself. */
function drawnScatter(pull: Float64Array, drawn: Int32Array): number {
  let sum = 0;
  let squares = 0;
  for (const block of drawn) {
    const value = pull[block]!;
    sum += value;
    squares += value * value;
  }
  const count = drawn.length;
  return Math.sqrt(Math.max(0, squares - (sum * sum) / count) / (count - 1));
}
