// What a comparison says about each pair of modes. A sentence stands only where a verdict allows it, and gives
// the interval, never a single number.

import { type Metric, metrics, sentenceMetrics } from "../analysis/compare-metrics.ts";
import type { Comparison, Pair } from "../analysis/compare-pairs.ts";
import { samplesNeeded } from "../analysis/histogram.ts";
import { formatRatios } from "../ground/ratios.ts";
import { FEWEST_FOR_VERDICT } from "../statistics/sign-flip.ts";
import { largest } from "../statistics/summary.ts";
import { wrap } from "./columns.ts";
import type { Lines } from "./compare-frame.ts";

/** "poll has 0.60 to 0.64 times interrupt's p50, 5.21 to 5.30us less", and so on, pair by pair. */
export function pairSections(pairs: readonly Pair[], lines: Lines): string[][] {
  const rounds = Math.max(0, largest(pairs.map((pair) => pair.rounds)));
  if (rounds < FEWEST_FOR_VERDICT) return pairs.length > 0 ? [refusal(rounds, lines)] : [];
  return [...pairs.map((pair) => pairLines(pair, lines)), notCompared(pairs, lines)];
}

function refusal(rounds: number, { colors, columns }: Lines): string[] {
  const why =
    `${counted(rounds)} measured in full, too few to show a difference between two modes: ` +
    `it takes ${FEWEST_FOR_VERDICT} (--rounds)`;
  return wrap({ text: "pairs", style: colors.dim }, why.split(" "), " ", columns);
}

function pairLines({ a, b, rounds, comparisons }: Pair, lines: Lines): string[] {
  const heading = `${a} and ${b}, ${counted(rounds)}`.split(" ");
  const different = comparisons.filter(({ verdict }) => isDifference(verdict));
  const nothing =
    rounds < FEWEST_FOR_VERDICT ? "too few rounds" : "no difference shown in any figure";
  const sentences = sentenceMetrics.flatMap((metric) =>
    sentence(metric, comparisonIn(different, metric)),
  );
  const also = sentences.length > 0 ? "also " : "";
  const texts =
    different.length === 0
      ? [nothing]
      : [
          ...sentences,
          ...list(`${a} is ${also}lower than ${b} in`, others(different, "lower")),
          ...list(`${a} is ${also}higher than ${b} in`, others(different, "higher")),
          ...list("no difference shown in", undecided(comparisons)),
        ];
  return [
    ...wrap({ text: "pair", style: lines.colors.dim }, heading, " ", lines.columns),
    ...texts.flatMap((text) => hanging(text, lines)),
  ];
}

function counted(rounds: number): string {
  return rounds === 1 ? "1 round" : `${rounds} rounds`;
}

function isDifference(verdict: Comparison["verdict"]): boolean {
  return verdict === "lower" || verdict === "higher";
}

function comparisonIn(all: readonly Comparison[], { metric }: Metric): Comparison | undefined {
  return all.find((comparison) => comparison.metric === metric);
}

function sentence({ title, format }: Metric, comparison: Comparison | undefined): string[] {
  if (!comparison?.ci95) return [];
  const { a, b, ci95, verdict } = comparison;
  const amounts = ci95.difference.map((end) => format(Math.abs(end)));
  if (verdict === "lower") amounts.reverse();
  const amount = amountRange(amounts[0]!, amounts[1]!);
  const more = verdict === "lower" ? "less" : "more";
  if (!ci95.ratio) return [`${a} has ${amount} ${more} ${title} than ${b}`];
  return [`${a} has ${formatRatios(ci95.ratio)} times ${b}'s ${title}, ${amount} ${more}`];
}

/** "5.21 to 5.30us": a unit that both have is said once. */
function amountRange(from: string, to: string): string {
  const unit = /[a-zA-Z]*$/.exec(to)![0];
  const bare = from.endsWith(unit) ? from.slice(0, from.length - unit.length) : from;
  if (from === to) return from;
  return /[0-9]$/.test(bare) ? `${bare} to ${to}` : `${from} to ${to}`;
}

/** Figures that differ and have no sentence. */
function others(different: readonly Comparison[], verdict: Comparison["verdict"]): string[] {
  return metrics
    .filter((metric) => !sentenceMetrics.includes(metric))
    .filter((metric) => comparisonIn(different, metric)?.verdict === verdict)
    .map(({ title }) => title);
}

function undecided(comparisons: readonly Comparison[]): string[] {
  return sentenceMetrics
    .filter((metric) => comparisonIn(comparisons, metric)?.verdict === "no difference shown")
    .map(({ title }) => title);
}

function list(title: string, names: readonly string[]): string[] {
  return names.length > 0 ? [`${title} ${names.join(", ")}`] : [];
}

/** Percentiles are compared round by round, so every block must carry them. */
function notCompared(pairs: readonly Pair[], { colors, columns }: Lines): string[] {
  const uncarried = metrics.find(
    (metric) =>
      metric.percentile &&
      pairs.some(({ comparisons }) => comparisonIn(comparisons, metric)?.difference === null),
  );
  if (!uncarried?.percentile) return [];
  const needed = samplesNeeded(uncarried.percentile).toLocaleString("en-US");
  const note = `not compared: ${uncarried.title} needs ${needed} I/Os in every block`;
  return wrap({ text: "-", style: String }, note.split(" "), " ", columns).map(colors.dim);
}

/** A sentence under the pair's name; what does not fit its line is indented further. */
function hanging(text: string, { columns }: Lines): string[] {
  const wrapped = (words: string, width: number): string[] =>
    wrap({ text: "", style: String }, words.split(" "), " ", width);
  const [first, ...rest] = wrapped(text, columns);
  if (rest.length === 0) return [first!];
  const rewrapped = wrapped(rest.map((line) => line.trimStart()).join(" "), columns - 2);
  return [first!, ...rewrapped.map((line) => `  ${line}`)];
}
