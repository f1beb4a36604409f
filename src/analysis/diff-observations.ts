// Which values of two sides are compared: those of several results, of the rounds of two comparisons, of the
// rounds of one, or of the intervals of two runs.
import { FEWEST_FOR_INTERVAL } from "../statistics/bootstrap.ts";
import { comparePairs, type PairResult } from "../statistics/pairs.ts";
import { compareSets } from "../statistics/sets.ts";
import { withMeansRatio } from "../statistics/shown-means.ts";
import { mean } from "../statistics/summary.ts";
import type { Cell } from "./diff-cells.ts";
import type { Sample } from "./diff-figures.ts";
import type { Match } from "./diff-match.ts";
import { ofIntervals } from "./diff-runs.ts";
import type { Side } from "./diff-sides.ts";
import { type Compared, type Observations, SEED, type Values } from "./diff-values.ts";

/** What two sides have to be compared by. */
export function observe(a: Side, b: Side, matches: readonly Match[]): [Observations, Compared[]] {
  const [one, other] = [a.results[0]!.measurement, b.results[0]!.measurement];
  if (a.results.length > 1 || b.results.length > 1) return ofResults(a, b, matches);
  const cells = matches.flatMap((match) => [...match.a, ...match.b]);
  // the only setting of a measurement has no name
  if (cells.every(({ measured }) => measured.setting.name === "")) return ofIntervals(matches);
  if (cells.every(({ rounds }) => rounds.size === 0)) return ofResults(a, b, matches);
  return one === other ? ofPairedRounds(matches) : ofRounds(matches);
}

function ofResults(a: Side, b: Side, matches: readonly Match[]): [Observations, Compared[]] {
  const values = matches.flatMap((match) =>
    valuesOf(match, match.a.map(wholeOf), match.b.map(wholeOf)),
  );
  const observations = { of: "results", a: a.results.length, b: b.results.length } as const;
  return [observations, comparedBy(values, compareSets, FEWEST_FOR_INTERVAL)];
}

const wholeOf = ({ whole }: Cell): Sample => whole;

/** Rounds in which every mode that is compared was measured in full: they are exchanged as a whole. */
function ofRounds(matches: readonly Match[]): [Observations, Compared[]] {
  const a = sharedRounds(matches.flatMap((match) => match.a));
  const b = sharedRounds(matches.flatMap((match) => match.b));
  const values = matches.flatMap((match) =>
    valuesOf(match, samplesIn(match.a[0]!, a), samplesIn(match.b[0]!, b)),
  );
  const observations = { of: "rounds", a: a.length, b: b.length } as const;
  return [observations, comparedBy(values, compareSets, FEWEST_FOR_INTERVAL)];
}

function ofPairedRounds(matches: readonly Match[]): [Observations, Compared[]] {
  const rounds = sharedRounds(matches.flatMap((match) => [...match.a, ...match.b]));
  const values = matches.flatMap((match) =>
    valuesOf(match, samplesIn(match.a[0]!, rounds), samplesIn(match.b[0]!, rounds)),
  );
  const observations = { of: "paired rounds", a: rounds.length, b: rounds.length } as const;
  // Its difference is the first less the second.
  const reversed = (figures: readonly { a: readonly number[]; b: readonly number[] }[]) =>
    comparePairs(
      figures.map((figure) => ({ a: figure.b, b: figure.a })),
      SEED,
    ).map((result, index) => withMeansRatio(result, figures[index]!));
  return [observations, comparedBy(values, reversed, FEWEST_FOR_INTERVAL)];
}

function sharedRounds(cells: readonly Cell[]): number[] {
  const [first, ...others] = cells;
  const rounds = [...(first?.rounds.keys() ?? [])];
  return rounds.filter((round) => others.every((cell) => cell.rounds.has(round)));
}

function samplesIn(cell: Cell, rounds: readonly number[]): Sample[] {
  return rounds.map((round) => cell.rounds.get(round)!);
}

function valuesOf(match: Match, a: readonly Sample[], b: readonly Sample[]): Values[] {
  const fewestIos = Math.min(...[...a, ...b].map(({ latency }) => latency.total));
  return match.figures.map((figure) => {
    const values = { a: a.map(figure.of), b: b.map(figure.of) };
    const shown = { a: meanOrNull(values.a), b: meanOrNull(values.b) };
    return { match, figure, ...values, fewestIos, shown };
  });
}

/** Observations that carry a percentile are not a fair choice of all: all of them, or none. */
function meanOrNull(values: readonly (number | null)[]): number | null {
  return values.length > 0 && values.every(isKnown) ? mean(values) : null;
}

function isKnown(value: number | null): value is number {
  return value !== null;
}

/** All figures that are known of all observations are compared together. */
function comparedBy(
  values: readonly Values[],
  compare: (figures: { a: number[]; b: number[] }[]) => PairResult[],
  fewest: number,
): Compared[] {
  const isWhole = ({ shown }: Values): boolean => shown.a !== null && shown.b !== null;
  const figures = values
    .filter(isWhole)
    .map(({ a, b }) => ({ a: a.filter(isKnown), b: b.filter(isKnown) }));
  const results = (figures.length > 0 ? compare(figures) : []).values();
  return values.map((value) => {
    const isFew = Math.min(value.a.length, value.b.length) < fewest;
    const result = isWhole(value) ? results.next().value! : null;
    return { ...value, result, noInterval: result !== null && isFew ? "few" : null };
  });
}
