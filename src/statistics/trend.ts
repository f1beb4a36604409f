// Drift: a straight line through what one mode gave over time, and whether it is more than scatter.
import { strict as assert } from "node:assert";
import type { Random } from "./random.ts";
import { mean } from "./summary.ts";

/** A least-squares line. */
export interface Trend {
  readonly slope: number;
  /** The line's value at the mean of the times, which is the mean of the values. */
  readonly centre: number;
}

/** The line through `values` at `times`; level when there are fewer than two times. */
export function linearTrend(times: readonly number[], values: readonly number[]): Trend {
  assert(times.length === values.length && times.length > 0);
  const moment = mean(times);
  const spread = times.reduce((sum, time) => sum + (time - moment) ** 2, 0);
  const product = times.reduce((sum, time, index) => sum + (time - moment) * values[index]!, 0);
  return { slope: spread > 0 ? product / spread : 0, centre: mean(values) };
}

const ORDERS = 1999;

/**
 * The probability that the same values in a random order rise or fall at least as steeply: values that
 * only scatter could have come in any order.
 */
export function trendPValue(
  times: readonly number[],
  values: readonly number[],
  random: Random,
): number {
  // A billionth less: the same sum in another order differs in its last digits.
  const steepness = Math.abs(linearTrend(times, values).slope) * (1 - 1e-9);
  let asSteep = 1;
  for (let order = 0; order < ORDERS; order++) {
    if (Math.abs(linearTrend(times, random.shuffled(values)).slope) >= steepness) asSteep++;
  }
  return asSteep / (ORDERS + 1);
}
