// One run on either side: the values are those of its intervals, and the intervals are drawn in blocks.

import { inTime } from "../measurement/latency-counts.ts";
import {
  type BlockFigure,
  blockLength,
  compareBlocks,
  FEWEST_INTERVALS,
} from "../statistics/interval-blocks.ts";
import { neighbourLikeness } from "../statistics/likeness.ts";
import type { PairResult } from "../statistics/pairs.ts";
import type { Figure, Sample } from "./diff-figures.ts";
import { intervalSamples } from "./diff-intervals.ts";
import type { Match } from "./diff-match.ts";
import { type Compared, type Observations, SEED, type Values } from "./diff-values.ts";
import { movingBlockFigures } from "./moving-blocks.ts";
import { perSecond } from "./totals.ts";

/** Compares two runs by their intervals; figures that those do not tell by the runs' own values. */
export function ofIntervals(matches: readonly Match[]): [Observations, Compared[]] {
  const pairs = matches.flatMap((match) => {
    const sides = { a: sideOf(match, "a"), b: sideOf(match, "b") };
    return match.figures.map((figure, index) => ({ ...sides, match, figure, index }));
  });
  const count = (side: "a" | "b"): number =>
    Math.max(0, ...pairs.map((pair) => pair[side].samples.length));
  const counts = { a: count("a"), b: count("b") };
  const drawn = drawnResults(pairs, counts);
  const blocks = { a: blockLength(counts.a), b: blockLength(counts.b) };
  const likeness = { a: likenessIn(pairs, "a"), b: likenessIn(pairs, "b") };
  return [
    { of: "intervals", ...counts, blocks, likeness },
    pairs.map((pair) => ({ ...valuesOf(pair), ...resultOf(pair, drawn.get(pair)) })),
  ];
}

/** Of the direction in which it is clearest. */
function likenessIn(pairs: readonly Pair[], side: "a" | "b"): number {
  const rates = [...new Set(pairs.map((pair) => pair[side].samples))].map((samples) =>
    samples.map(({ latency, elapsedNs }) => perSecond(inTime(latency), elapsedNs)),
  );
  return Math.max(...rates.map(neighbourLikeness));
}

/** One group of one run. */
interface IntervalSide {
  readonly whole: Sample;
  readonly samples: readonly Sample[];
  /** Null where the intervals do not tell a figure, or are too few. */
  readonly figures: readonly (BlockFigure | null)[];
}

/** One figure of one group. */
interface Pair {
  readonly match: Match;
  readonly figure: Figure;
  readonly index: number;
  readonly a: IntervalSide;
  readonly b: IntervalSide;
}

function sideOf({ group, figures, ...cells }: Match, side: "a" | "b"): IntervalSide {
  const { whole, measured } = cells[side][0]!;
  const samples = intervalSamples(measured, group.direction);
  const isEnough = samples.length >= FEWEST_INTERVALS;
  return {
    whole,
    samples,
    figures: isEnough ? movingBlockFigures(samples, figures, whole) : figures.map(() => null),
  };
}

/** All figures that the intervals of both tell, compared together. */
function drawnResults(
  pairs: readonly Pair[],
  counts: { readonly a: number; readonly b: number },
): Map<Pair, PairResult> {
  const figures = pairs.flatMap((pair) => {
    const [a, b] = [pair.a.figures[pair.index], pair.b.figures[pair.index]];
    return a && b ? [{ pair, a, b }] : [];
  });
  const results = compareBlocks(
    { intervals: counts.a, figures: figures.map(({ a }) => a) },
    { intervals: counts.b, figures: figures.map(({ b }) => b) },
    SEED,
  );
  return new Map(figures.map(({ pair }, index) => [pair, results[index]!]));
}

function valuesOf({ match, figure, a, b }: Pair): Values {
  return {
    match,
    figure,
    a: a.samples.map(figure.of),
    b: b.samples.map(figure.of),
    fewestIos: Math.min(a.whole.latency.total, b.whole.latency.total),
    shown: { a: figure.of(a.whole), b: figure.of(b.whole) },
  };
}

function resultOf(
  { figure, a, b }: Pair,
  drawn: PairResult | undefined,
): Pick<Compared, "result" | "noInterval"> {
  if (drawn) return { result: drawn, noInterval: null };
  const [from, to] = [figure.of(a.whole), figure.of(b.whole)];
  if (from === null || to === null) return { result: null, noInterval: null };
  const ratio = from > 0 && to > 0 ? to / from : null;
  const result = { difference: to - from, ratio, ci95: null, verdict: null };
  const fewest = Math.min(a.samples.length, b.samples.length);
  if (fewest === 0) return { result, noInterval: "no histograms" };
  return { result, noInterval: fewest < FEWEST_INTERVALS ? "few" : "whole run" };
}
