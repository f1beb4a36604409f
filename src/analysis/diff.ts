// Two results, or two sets of them, figure by figure: the document, the text and the Markdown are renderings of
// this.
import { PhasebitError, usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import type { Measurement, Warning } from "../measurement/measurement.ts";
import { weightOf } from "../measurement/worst-first.ts";
import { cliffsDelta, type EffectSize, effectSize } from "../statistics/cliff.ts";
import type { PairResult } from "../statistics/pairs.ts";
import type { CellGroup } from "./diff-cells.ts";
import { type Difference, differencesOf, subjectOf } from "./diff-conditions.ts";
import { type Confounding, confoundings } from "./diff-confounded.ts";
import type { Figure } from "./diff-figures.ts";
import { type Matching, matchSides } from "./diff-match.ts";
import { observe } from "./diff-observations.ts";
import { kindNames, kindOf, type Side } from "./diff-sides.ts";
import type { Compared, Observations } from "./diff-values.ts";
import { samplesNeeded } from "./histogram.ts";

/** One figure of both sides; null is what could not be had. */
export interface FigureDiff {
  readonly group: CellGroup;
  readonly figure: Figure;
  readonly a: number | null;
  readonly b: number | null;
  /** b - a and b / a. */
  readonly difference: PairResult["difference"] | null;
  readonly ratio: PairResult["ratio"];
  readonly ci95: PairResult["ci95"];
  /** What b is, beside a. */
  readonly verdict: PairResult["verdict"];
  readonly effect: { readonly cliffsDelta: number; readonly size: EffectSize } | null;
  /** Why there is no interval. */
  readonly noInterval: Compared["noInterval"];
  /**
   * Why there is an interval of the difference alone: something was 0, or a disturbed value pulls the ratio of
   * the means away from that of the geometric means.
   */
  readonly noRatioInterval: "zero" | "means apart" | null;
  /** I/Os that each observation needs for this percentile, and the fewest that one has; null when they do. */
  readonly tooFewIos: { readonly needed: number; readonly fewest: number } | null;
}

export interface Diff {
  readonly a: Side;
  readonly b: Side;
  /** What is compared: the one condition in which they differ, or the modes that were chosen. */
  readonly subject: Pick<Difference, "name" | "a" | "b"> | null;
  readonly observations: Observations;
  readonly differences: readonly Difference[];
  readonly unmatched: Matching["unmatched"];
  /** Files whose measurement is on both sides, by whatever name. */
  readonly onBothSides: readonly string[];
  readonly figures: readonly FigureDiff[];
  readonly warnings: readonly SideWarning[];
  /** What else may have made the difference. */
  readonly confounded: readonly Confounding[];
}

/** A doubt about some of a side's results, in the words of one of them. */
export interface SideWarning {
  /** Both where they have it in the same words. */
  readonly sides: readonly SideName[];
  readonly warning: Warning;
  /** Results of a side that have one of the kind. */
  readonly results: number;
}

export type SideName = "a" | "b";

/**
 * Compares two sides.
 * @param despiteDifferences also when they did other I/O.
 * @throws PhasebitError USAGE for sides that have nothing in common, REFUSED for different workloads.
 */
export function diffSides(a: Side, b: Side, despiteDifferences = false): Diff {
  requireOneKind(a, b);
  const differences = differencesOf(a, b);
  if (!despiteDifferences) requireOneWorkload(differences);
  const { matches, unmatched } = matchSides(a, b);
  if (matches.length === 0) throw nothingInCommon(a, b, unmatched);
  const [observations, compared] = observe(a, b, matches);
  const subject = chosenSubject(a, b) ?? subjectOf(differences);
  return {
    a,
    b,
    subject,
    observations,
    differences,
    unmatched,
    onBothSides: a.chosen === b.chosen ? sharedFiles(a, b) : [],
    figures: compared.map(figureDiff),
    warnings: worstSidesFirst(united(warningsOf("a", a), warningsOf("b", b))),
    confounded: confoundings(a, b, differences, subject),
  };
}

function figureDiff(compared: Compared): FigureDiff {
  const { match, figure, shown, result, fewestIos, noInterval } = compared;
  const { percentile } = figure;
  const needed = percentile === undefined ? 0 : samplesNeeded(percentile);
  return {
    group: match.group,
    figure,
    ...shown,
    difference: result?.difference ?? null,
    ratio: result?.ratio ?? null,
    ci95: result?.ci95 ?? null,
    verdict: result?.verdict ?? null,
    effect: result?.ci95 ? effectOf(compared) : null,
    noInterval,
    noRatioInterval: noRatioIntervalOf(compared),
    tooFewIos: fewestIos < needed ? { needed, fewest: fewestIos } : null,
  };
}

function noRatioIntervalOf({ a, b, result }: Compared): FigureDiff["noRatioInterval"] {
  if (!result?.ci95 || result.ci95.ratio) return null;
  const isPositive = [...a, ...b].every((value) => value !== null && value > 0);
  return isPositive ? "means apart" : "zero";
}

function effectOf({ a, b }: Compared): FigureDiff["effect"] {
  const known = (value: number | null): value is number => value !== null;
  if (!a.every(known) || !b.every(known)) return null;
  const delta = cliffsDelta(a.filter(known), b.filter(known));
  return { cliffsDelta: delta, size: effectSize(delta) };
}

/** Both sides chose a mode or a point, and not the same. */
function chosenSubject(a: Side, b: Side): Diff["subject"] {
  if (a.chosen === null || b.chosen === null || a.chosen === b.chosen) return null;
  const name = kindOf(a) === "sweep" ? "point" : "mode";
  return { name, a: [a.chosen], b: [b.chosen] };
}

function sharedFiles(a: Side, b: Side): string[] {
  const identity = ({ startedMs, host, argv }: Measurement): string =>
    JSON.stringify([startedMs, host.hostname, argv]);
  const inA = new Set(a.results.map(({ measurement }) => identity(measurement)));
  return b.results
    .filter(({ measurement }) => inA.has(identity(measurement)))
    .map(({ file }) => file);
}

/** Two modes of one comparison have the same doubts. */
function united(a: readonly SideWarning[], b: readonly SideWarning[]): SideWarning[] {
  const words = ({ warning, results }: SideWarning): string => JSON.stringify([warning, results]);
  const inA = new Set(a.map(words));
  const inB = new Set(b.map(words));
  const both = ["a", "b"] as const;
  return [
    ...a.map((own) => (inB.has(words(own)) ? { ...own, sides: both } : own)),
    ...b.filter((own) => !inA.has(words(own))),
  ];
}

function worstSidesFirst(all: readonly SideWarning[]): SideWarning[] {
  return all.toSorted((a, b) => weightOf(a.warning) - weightOf(b.warning));
}

function warningsOf(side: SideName, { results }: Side): SideWarning[] {
  const byKind = new Map<Warning["kind"], { warning: Warning; results: number }>();
  for (const { measurement } of results) {
    const kinds = new Map(measurement.warnings.map((warning) => [warning.kind, warning]));
    for (const [kind, warning] of kinds) {
      const known = byKind.get(kind);
      byKind.set(kind, { warning: known?.warning ?? warning, results: (known?.results ?? 0) + 1 });
    }
  }
  return [...byKind.values()].map((found) => ({ sides: [side], ...found }));
}

function requireOneKind(a: Side, b: Side): void {
  const all = [...a.results, ...b.results];
  const first = all[0]!;
  const kind = kindOf(a);
  const other = all.find(({ measurement }) => measurement.kind !== kind);
  if (!other) return;
  throw usage(
    `${safeString(first.file)} is ${kindNames[kind].one} and ${safeString(other.file)} is ` +
      `${kindNames[other.measurement.kind].one}; compare results of one kind`,
  );
}

function requireOneWorkload(differences: readonly Difference[]): void {
  const other = differences.filter(({ isWorkload }) => isWorkload);
  if (other.length === 0) return;
  const list = other.map(
    ({ name, a, b }) => `${name} ${a.join(" and ")} in a, ${b.join(" and ")} in b`,
  );
  throw new PhasebitError(
    "REFUSED",
    `the results are not of the same workload: ${safeString(list.join("; "))}. Compare results of one workload, ` +
      "or add --despite-differences",
  );
}

function nothingInCommon(a: Side, b: Side, unmatched: Matching["unmatched"]): PhasebitError {
  const empty = [
    ...(unmatched.a.length === 0 ? [a] : []),
    ...(unmatched.b.length === 0 ? [b] : []),
  ];
  if (empty.length > 0) return usage(empty.map(nothingMeasured).join("; "));
  const listed = (names: readonly string[]): string => safeString(names.join(", "));
  const choice = kindOf(a) === "run" ? "" : "; choose one on each side with FILE#NAME";
  return usage(
    `${safeString(a.name)} and ${safeString(b.name)} have nothing in common: a has ${listed(unmatched.a)}, ` +
      `b has ${listed(unmatched.b)}${choice}`,
  );
}

function nothingMeasured({ name, results }: Side): string {
  const isInterrupted = results.some(({ measurement }) => measurement.interrupted);
  return `${safeString(name)}: nothing was measured${isInterrupted ? ", it was interrupted" : ""}`;
}
