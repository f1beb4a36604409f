// Two sets of runs, figure by figure: how far apart, between which limits, and whether that is a difference at
// all. pairs.ts does the same for what was measured side by side.
import { FEWEST_FOR_INTERVAL } from "./bootstrap.ts";
import { exchangePValues } from "./exchange.ts";
import type { PairResult } from "./pairs.ts";
import { Random, Repeatable } from "./random.ts";
import { withMeansRatio } from "./shown-means.ts";
import { mean } from "./summary.ts";
import { differenceInterval, type TwoSamples } from "./two-samples.ts";
import { type Estimate, verdictOf } from "./verdict.ts";

/**
 * How far b lies from a in all figures, and which of the differences are shown.
 * @param figures the same runs in all, at least one on either side.
 * @returns b - a and b / a of the means; without intervals and verdicts for fewer than five runs on a side.
 */
export function compareSets(figures: readonly TwoSamples[], seed = 1): PairResult[] {
  const fewest = Math.min(...figures.flatMap(({ a, b }) => [a.length, b.length]));
  const pValues = fewest < FEWEST_FOR_INTERVAL ? [] : exchangePValues(figures, new Random(seed));
  // each figure is resampled alike
  const draws = new Repeatable(seed);
  return figures.map((figure, index) => {
    const estimate = estimateOf(figure, draws);
    const pValue = pValues[index];
    const verdict = pValue === undefined ? null : verdictOf(estimate, pValue);
    return withMeansRatio({ ...estimate, verdict }, figure);
  });
}

function estimateOf({ a, b }: TwoSamples, draws: Repeatable): Estimate {
  const positive = a.every((value) => value > 0) && b.every((value) => value > 0);
  // Logarithms make a/b and b/a two ways to say the same.
  const logs = positive ? { a: a.map(Math.log), b: b.map(Math.log) } : null;
  const difference = differenceInterval({ a, b }, draws.fromStart());
  const logRatio = logs && differenceInterval(logs, draws.fromStart());
  return {
    difference: mean(b) - mean(a),
    ratio: logs && Math.exp(mean(logs.b) - mean(logs.a)),
    ci95: difference && {
      difference,
      ratio: logRatio && [Math.exp(logRatio[0]), Math.exp(logRatio[1])],
    },
  };
}
