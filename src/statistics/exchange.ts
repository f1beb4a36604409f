// The test behind a verdict about two sets of runs. Were both sides the same, any run could as well have been
// on the other side. So the difference as measured is compared with those of all other ways to deal the same
// runs out to the two sides: no assumption about their distribution.
import { strict as assert } from "node:assert";
import type { Random } from "./random.ts";
import { stepDownPValues } from "./step-down.ts";
import { LEAST_ERROR, type TwoSamples } from "./two-samples.ts";

/** More ways are not gone through; then this many are drawn. */
const MOST_EXACT = 2 ** 14;

/**
 * For each figure the probability, were there no difference in any of them, that some figure would show one
 * as clear.
 * @param figures the same runs in all, in the same order; at least two on each side.
 */
export function exchangePValues(figures: readonly TwoSamples[], random: Random): number[] {
  const [first] = figures;
  if (!first) return [];
  const [a, b] = [first.a.length, first.b.length];
  assert(figures.every((figure) => figure.a.length === a && figure.b.length === b));
  const tests = figures.map((figure) => new ExchangeTest(figure));
  const own = Int32Array.from({ length: a }, (_, run) => run);
  const seen = tests.map((test) => test.clearness(own));
  return stepDownPValues(seen, drawn(tests, deals(a + b, a, random)));
}

function* drawn(
  tests: readonly ExchangeTest[],
  ways: Iterable<Int32Array>,
): Generator<Float64Array> {
  const clearness = new Float64Array(tests.length);
  for (const dealt of ways) {
    for (let index = 0; index < tests.length; index++) {
      clearness[index] = tests[index]!.clearness(dealt);
    }
    yield clearness;
  }
}

/** One figure of all runs, and how far apart a deal of them to two sides lies. */
class ExchangeTest {
  /** As distances from their mean, which keeps the digits. */
  readonly #values: Float64Array;
  readonly #squares: number;
  readonly #a: number;
  readonly #b: number;
  /** Of the squared error, as in the intervals: values in steps would make the clearness endless. */
  readonly #leastSquare: number;

  constructor({ a, b }: TwoSamples) {
    const all = [...a, ...b];
    const centre = all.reduce((sum, value) => sum + value, 0) / all.length;
    this.#values = Float64Array.from(all, (value) => value - centre);
    this.#squares = this.#values.reduce((sum, value) => sum + value ** 2, 0);
    [this.#a, this.#b] = [a.length, b.length];
    const variance = this.#squares / (all.length - 1);
    this.#leastSquare = LEAST_ERROR ** 2 * variance * (1 / a.length + 1 / b.length);
  }

  /** The distance of the two means in standard errors when side a gets these runs; 0 without any scatter. */
  clearness(dealt: Int32Array): number {
    let sum = 0;
    let squares = 0;
    const values = this.#values;
    for (let place = 0; place < dealt.length; place++) {
      const value = values[dealt[place]!]!;
      sum += value;
      squares += value * value;
    }
    const distance = Math.abs(sum / this.#a + sum / this.#b);
    const error =
      squaredError(squares, sum, this.#a) + squaredError(this.#squares - squares, sum, this.#b);
    const bounded = Math.max(error, this.#leastSquare);
    return bounded > 0 ? distance / Math.sqrt(bounded) : 0;
  }
}

/** Of a mean of `count` values. */
function squaredError(squares: number, sum: number, count: number): number {
  return Math.max(0, squares - (sum * sum) / count) / (count - 1) / count;
}

/** Ways to deal `runs` so that side a gets `a` of them, without the way they came. The list is reused. */
function deals(runs: number, a: number, random: Random): Generator<Int32Array> {
  return waysToChoose(runs, a) <= MOST_EXACT ? everyDeal(runs, a) : randomDeals(runs, a, random);
}

/** From one choice of `a` in ascending order to the next. The first, 0 to a - 1, is how the runs came. */
function* everyDeal(runs: number, a: number): Generator<Int32Array> {
  const dealt = Int32Array.from({ length: a }, (_, index) => index);
  for (;;) {
    let last = a - 1;
    while (last >= 0 && dealt[last] === runs - a + last) last--;
    if (last < 0) return;
    const next = dealt[last]! + 1;
    for (let index = last; index < a; index++) dealt[index] = next + index - last;
    yield dealt;
  }
}

function* randomDeals(runs: number, a: number, random: Random): Generator<Int32Array> {
  const all = Int32Array.from({ length: runs }, (_, run) => run);
  const dealt = all.subarray(0, a);
  for (let draw = 0; draw < MOST_EXACT; draw++) {
    for (let place = 0; place < a; place++) {
      const other = place + random.below(runs - place);
      [all[place], all[other]] = [all[other]!, all[place]!];
    }
    yield dealt;
  }
}

function waysToChoose(of: number, count: number): number {
  let ways = 1;
  for (let step = 1; step <= count; step++) ways *= (of - count + step) / step;
  return ways;
}
