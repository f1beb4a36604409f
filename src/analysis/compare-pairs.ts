// Each two modes of a comparison, in all metrics, over the rounds in which both ran.
import { comparePairs, type PairResult } from "../statistics/pairs.ts";
import { metrics } from "./compare-metrics.ts";
import type { MeasuredMode } from "./compare-modes.ts";

/** One figure of mode `a` beside the same of mode `b`; nulls where it cannot be compared. */
export interface Comparison {
  readonly a: string;
  readonly b: string;
  readonly metric: string;
  readonly difference: PairResult["difference"] | null;
  readonly ratio: PairResult["ratio"];
  readonly ci95: PairResult["ci95"];
  readonly verdict: PairResult["verdict"];
}

/** Two modes in all metrics. */
export interface Pair {
  readonly a: string;
  readonly b: string;
  /** Rounds in which both ran. */
  readonly rounds: number;
  readonly comparisons: readonly Comparison[];
}

/** The resamples repeat with it: the same blocks give the same intervals. */
export const SEED = 1;

/** Every pair of modes once, earlier mode first. */
export function pairsOf(modes: readonly MeasuredMode[]): Pair[] {
  return modes.flatMap((a, index) => modes.slice(index + 1).map((b) => pairOf(a, b)));
}

function pairOf(a: MeasuredMode, b: MeasuredMode): Pair {
  const rounds = sharedRounds(a, b);
  const series = metrics.map(({ of }) => ({
    a: rounds.map((round) => of(round.a)),
    b: rounds.map((round) => of(round.b)),
  }));
  const comparable = series.map((values) => (rounds.length > 0 ? whole(values) : null));
  const figures = comparable.filter((values) => values !== null);
  const results = figures.length > 0 ? comparePairs(figures, SEED).values() : [].values();
  const comparisons = metrics.map(({ metric }, index) => {
    const result = comparable[index] ? results.next().value : undefined;
    const names = { a: a.name, b: b.name, metric };
    return {
      ...names,
      ...(result ?? { difference: null, ratio: null, ci95: null, verdict: null }),
    };
  });
  return { a: a.name, b: b.name, rounds: rounds.length, comparisons };
}

function sharedRounds(a: MeasuredMode, b: MeasuredMode) {
  const others = new Map(
    b.blocks.filter(({ isWhole }) => isWhole).map(({ block, figures }) => [block.round, figures]),
  );
  return a.blocks.flatMap(({ block, figures, isWhole }) => {
    const other = others.get(block.round);
    return isWhole && other ? [{ a: figures, b: other }] : [];
  });
}

interface Values<T> {
  readonly a: readonly T[];
  readonly b: readonly T[];
}

/** Rounds whose samples carry a percentile are not a fair choice of all rounds: all of them, or none. */
function whole({ a, b }: Values<number | null>): Values<number> | null {
  const known = (value: number | null): value is number => value !== null;
  return a.every(known) && b.every(known) ? { a: a.filter(known), b: b.filter(known) } : null;
}
