// Two sets of runs that have nothing in common but the workload: how far apart their means lie, and between
// which limits. The symmetric bootstrap-t as for one mean (bootstrap.ts), with each side resampled by itself and
// the error of the difference as Welch takes it: the sides may scatter differently. docs/diff.md has the
// simulation.
import { FEWEST_FOR_INTERVAL, type Interval, RESAMPLES } from "./bootstrap.ts";
import type { Draws } from "./random.ts";
import { mean } from "./summary.ts";

/** One figure: a value for each run of either side. */
export interface TwoSamples {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

const CONFIDENCE = 0.95;

/** The error of a resample counts as at least this share of the samples': see bootstrap.ts. */
export const LEAST_ERROR = 0.3;

/**
 * A 95 % interval for the difference b - a of the means that the values were drawn around; null for fewer than
 * five on a side.
 */
export function differenceInterval({ a, b }: TwoSamples, random: Draws): Interval | null {
  if (Math.min(a.length, b.length) < FEWEST_FOR_INTERVAL) return null;
  const sides = [new Resampled(a), new Resampled(b)] as const;
  const error = Math.sqrt(sides[0].squaredError + sides[1].squaredError);
  const centre = mean(b) - mean(a);
  const reach = error * resampledReach(sides, error, random);
  return [centre - reach, centre + reach];
}

/** How many standard errors the difference of two resamples lies off, at most, in 95 of 100. */
function resampledReach(
  [a, b]: readonly [Resampled, Resampled],
  error: number,
  random: Draws,
): number {
  if (error === 0) return 0;
  const distances = new Float64Array(RESAMPLES);
  const leastError = LEAST_ERROR * error;
  for (let resample = 0; resample < distances.length; resample++) {
    a.draw(random);
    b.draw(random);
    const drawnError = Math.sqrt(a.drawnSquaredError + b.drawnSquaredError);
    distances[resample] = Math.abs(b.drawnMean - a.drawnMean) / Math.max(drawnError, leastError);
  }
  return distances.sort()[Math.ceil(CONFIDENCE * (RESAMPLES + 1)) - 1]!;
}

/** One side: its distances from their mean, and a resample of them. */
class Resampled {
  readonly #deviations: Float64Array;
  readonly squaredError: number;
  drawnMean = 0;
  drawnSquaredError = 0;

  constructor(values: readonly number[]) {
    const centre = mean(values);
    this.#deviations = Float64Array.from(values, (value) => value - centre);
    const squares = this.#deviations.reduce((sum, deviation) => sum + deviation ** 2, 0);
    this.squaredError = squares / (values.length - 1) / values.length;
  }

  draw(random: Draws): void {
    const deviations = this.#deviations;
    const count = deviations.length;
    let sum = 0;
    let squares = 0;
    for (let draw = 0; draw < count; draw++) {
      const deviation = deviations[random.below(count)]!;
      sum += deviation;
      squares += deviation * deviation;
    }
    this.drawnMean = sum / count;
    const scatter = Math.max(0, squares - (sum * sum) / count);
    this.drawnSquaredError = scatter / (count - 1) / count;
  }
}
