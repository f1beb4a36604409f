// Two modes, figure by figure, over the rounds in which both ran: how far apart, between which limits, and
// whether that is a difference at all.
import { strict as assert } from "node:assert";
import { meanInterval } from "./bootstrap.ts";
import { Random, Repeatable } from "./random.ts";
import { FEWEST_FOR_VERDICT, signFlipPValues } from "./sign-flip.ts";
import { mean } from "./summary.ts";
import { type Estimate, type Verdict, verdictOf } from "./verdict.ts";

/** One figure of two modes: `a[round]` and `b[round]` were measured side by side. */
export interface PairedFigure {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

export interface PairResult extends Estimate {
  /** What a is, beside b; null for fewer than seven rounds. */
  readonly verdict: Verdict | null;
}

/**
 * Compares two modes in all figures at once. A verdict asks for two things: the sign-flip test over all
 * figures together rejects, and the figure's own intervals exclude equality.
 * @param figures at least one round, the same number in all.
 */
export function comparePairs(figures: readonly PairedFigure[], seed = 1): PairResult[] {
  const rounds = figures[0]?.a.length ?? 0;
  assert(figures.every(({ a, b }) => rounds > 0 && a.length === rounds && b.length === rounds));
  const differences = figures.map(({ a, b }) => a.map((value, round) => value - b[round]!));
  const pValues = rounds < FEWEST_FOR_VERDICT ? [] : signFlipPValues(differences, new Random(seed));
  // each figure is resampled alike
  const draws = new Repeatable(seed);
  return figures.map((figure, index) => {
    const estimate = estimateOf(figure, differences[index]!, draws);
    const pValue = pValues[index];
    return { ...estimate, verdict: pValue === undefined ? null : verdictOf(estimate, pValue) };
  });
}

function estimateOf(
  { a, b }: PairedFigure,
  differences: readonly number[],
  draws: Repeatable,
): Estimate {
  // Logarithms make a/b and b/a two ways to say the same.
  const positive = a.every((value) => value > 0) && b.every((value) => value > 0);
  const logRatios = positive ? a.map((value, round) => Math.log(value / b[round]!)) : null;
  const difference = meanInterval(differences, draws.fromStart());
  const logRatio = logRatios && meanInterval(logRatios, draws.fromStart());
  return {
    difference: mean(differences),
    ratio: logRatios && Math.exp(mean(logRatios)),
    ci95: difference && {
      difference,
      ratio: logRatio && [Math.exp(logRatio[0]), Math.exp(logRatio[1])],
    },
  };
}
