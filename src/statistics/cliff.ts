// Cliff's delta: how far two sets of values overlap, whatever their units and however they are distributed.

export type EffectSize = "negligible" | "small" | "medium" | "large";

/** Up to these absolute values, as Romano and others (2006) name them; above the last it is large. */
const sizes: readonly (readonly [number, EffectSize])[] = [
  [0.147, "negligible"],
  [0.33, "small"],
  [0.474, "medium"],
];

/**
 * The probability that a value of `b` exceeds one of `a`, less the probability of the opposite: 1 when all
 * of b lie above all of a, 0 when they are mixed evenly, -1 when all lie below. NaN for no values.
 */
export function cliffsDelta(a: readonly number[], b: readonly number[]): number {
  let above = 0;
  for (const x of a) for (const y of b) above += Math.sign(y - x);
  return above / (a.length * b.length);
}

/** The usual word for a delta. */
export function effectSize(delta: number): EffectSize {
  return sizes.find(([limit]) => Math.abs(delta) < limit)?.[1] ?? "large";
}
