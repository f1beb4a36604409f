// Drift: what a mode's figures did from the first round to the last, and whether that is more than what
// is said about the difference between two modes.
import type { Warning } from "../measurement/measurement.ts";
import { Random } from "../statistics/random.ts";
import { linearTrend, trendPValue } from "../statistics/trend.ts";
import { driftMetrics, metrics } from "./compare-metrics.ts";
import type { MeasuredMode } from "./compare-modes.ts";
import type { Pair } from "./compare-pairs.ts";

/** One figure of a mode over time, as a straight line. */
export interface Drift {
  readonly mode: string;
  readonly metric: string;
  /** The line's rise from the first block of the mode to its last. */
  readonly change: number;
  /**
   * The same as a share of the first block: of the straight line through the logarithms, which never falls by more
   * than all there is; null where a block has 0.
   */
  readonly relative: number | null;
  /** Scatter alone would hardly look like this. */
  readonly clear: boolean;
}

/** A dozen lines are shown together, and seldom should one of them be called clear by chance. */
const CLEAR_LEVEL = 0.01;
const SEED = 1;

/** The drift of every figure that all of the mode's whole blocks have. */
export function driftsOf({ name, blocks }: MeasuredMode): Drift[] {
  const whole = blocks.filter(({ isWhole }) => isWhole);
  if (whole.length < 2) return [];
  const times = whole.map(({ block }) => block.position);
  return metrics.flatMap(({ metric, of }) => {
    const values = whole.map(({ figures }) => of(figures)).filter((value) => value !== null);
    if (values.length < whole.length) return [];
    const change = changeOver(times, values);
    return {
      mode: name,
      metric,
      change,
      relative: relativeChange(times, values),
      clear: trendPValue(times, values, new Random(SEED)) <= CLEAR_LEVEL,
    };
  });
}

/** What a straight line does from the first time to the last. */
function changeOver(times: readonly number[], values: readonly number[]): number {
  return linearTrend(times, values).slope * (Math.max(...times) - Math.min(...times));
}

function relativeChange(times: readonly number[], values: readonly number[]): number | null {
  if (values.some((value) => value <= 0)) return null;
  return Math.expm1(changeOver(times, values.map(Math.log)));
}

/** One warning when the clear drift of a figure exceeds the difference of some pair in it. */
export function driftWarnings(pairs: readonly Pair[], drifts: readonly Drift[]): Warning[] {
  const shown = driftMetrics.map(({ metric, title }) => {
    const clear = drifts.filter((drift) => drift.metric === metric && drift.clear);
    return { title, clear, exceeded: pairs.filter((pair) => exceeds(clear, pair, metric)) };
  });
  const doubtful = shown.filter(({ exceeded }) => exceeded.length > 0);
  const worst = doubtful
    .flatMap(({ title, clear }) => clear.map((drift) => ({ ...drift, figure: title })))
    .toSorted((x, y) => Math.abs(y.relative ?? 0) - Math.abs(x.relative ?? 0))[0];
  if (!worst) return [];
  const exceeded = pairs.filter((pair) => doubtful.some((entry) => entry.exceeded.includes(pair)));
  return [
    {
      kind: "drift-larger-than-difference",
      figures: doubtful.map(({ title }) => title),
      pairs: exceeded.map(({ a, b }) => ({ a, b })),
      worst: { figure: worst.figure, mode: worst.mode, percent: (worst.relative ?? 0) * 100 },
    },
  ];
}

function exceeds(clear: readonly Drift[], { a, b, comparisons }: Pair, metric: string): boolean {
  const difference = comparisons.find((comparison) => comparison.metric === metric)?.difference;
  if (difference === null || difference === undefined) return false;
  return clear.some(
    ({ mode, change }) => (mode === a || mode === b) && Math.abs(change) > Math.abs(difference),
  );
}
