// The ratio beside two means: of the means themselves, so that one row never says two things.
import type { PairResult } from "./pairs.ts";
import { mean } from "./summary.ts";
import type { TwoSamples } from "./two-samples.ts";

/**
 * The result with b / a as the ratio of the means. Its interval comes from logarithms, and so lies around the
 * ratio of the geometric means: it stays where it holds the ratio of the means too. Where one disturbed value
 * pulls the two so far apart that one says higher and the other lower, no difference is shown.
 * @param result b beside a, its ratio that of the geometric means.
 */
export function withMeansRatio(result: PairResult, { a, b }: TwoSamples): PairResult {
  const [from, to] = [mean(a), mean(b)];
  const ratio = from > 0 && to > 0 ? to / from : null;
  const { ci95, ratio: geometric, difference } = result;
  const held = ratio === null ? null : holding(ci95?.ratio ?? null, ratio);
  const isTorn = held === null && geometric !== null && (geometric - 1) * difference < 0;
  return {
    ...result,
    ratio,
    ci95: ci95 && { ...ci95, ratio: held },
    verdict: isTorn && result.verdict !== null ? "no difference shown" : result.verdict,
  };
}

/** Sums in another order end in other digits. */
const ROUNDING = 1e-9;

function holding(interval: readonly [number, number] | null, ratio: number) {
  if (interval === null) return null;
  const [low, high] = interval;
  const isHeld = low <= ratio * (1 + ROUNDING) && ratio <= high * (1 + ROUNDING);
  return isHeld ? interval : null;
}
