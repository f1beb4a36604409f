// What a diff says beside its figures: what its values are of, and what its marks and dashes mean.
import type { Diff, FigureDiff, SideWarning } from "../analysis/diff.ts";
import { kindNames, kindOf } from "../analysis/diff-sides.ts";
import { FEWEST_FOR_INTERVAL } from "../statistics/bootstrap.ts";
import { FEWEST_INTERVALS } from "../statistics/interval-blocks.ts";
import { FEWEST_FOR_VERDICT } from "../statistics/sign-flip.ts";
import { isShown, shownFigures } from "./diff-words.ts";

/** A mark or a dash, and what it means. */
export type Note = readonly [mark: string, text: string];

/** "intervals: 60 of a and 60 of b", and what they do not tell. */
export function observationWords({ observations, a }: Diff): string[] {
  const { of: kind } = observations;
  const counts = `${observations.a} of a and ${observations.b} of b`;
  if (kind === "results") return [`${kindNames[kindOf(a)].several}: ${counts}`];
  if (kind === "paired rounds") return [`${observations.a} rounds, in which both ran side by side`];
  if (kind === "rounds") {
    return [
      `rounds: ${counts}`,
      "one comparison a side knows the scatter within it, not that between comparisons",
    ];
  }
  const { blocks } = observations;
  const lengths = blocks.a === blocks.b ? `${blocks.a}` : `${blocks.a} and ${blocks.b}`;
  const isDrawn = Math.min(observations.a, observations.b) >= FEWEST_INTERVALS;
  return [
    `intervals: ${counts}${isDrawn ? `, drawn in blocks of ${lengths}` : ""}`,
    "one run a side knows the scatter within the run, not that between runs",
  ];
}

/** What must be said first: a part of what was asked for. */
export function isPartial({ warning }: SideWarning): boolean {
  return warning.kind === "partial";
}

/** "a", "a and b", "b (3 of 10 results)". */
export function whoseText({ sides, results }: SideWarning, diff: Diff): string {
  const all = diff[sides[0]!].results.length;
  return `${sides.join(" and ")}${all > 1 ? ` (${results} of ${all} results)` : ""}`;
}

/** "p99.99 needs 100,000 I/Os in each run, the fewest has 23,000"; null when it has them. */
export function tooFewText({ tooFewIos, figure }: FigureDiff, diff: Diff): string | null {
  if (tooFewIos === null) return null;
  const count = (ios: number): string => ios.toLocaleString("en-US");
  const { needed, fewest } = tooFewIos;
  return (
    `${figure.title} needs ${count(needed)} I/Os in each ${observationName(diff)}, ` +
    `the fewest has ${count(fewest)}`
  );
}

function observationName({ observations, a }: Diff): string {
  const { of: kind } = observations;
  if (kind === "rounds" || kind === "paired rounds") return "round";
  return kindNames[kindOf(a)].part;
}

/** Marks and dashes explained. */
export function notes(diff: Diff): Note[] {
  const shown = shownFigures(diff.figures);
  const missing = shown.find(({ tooFewIos }) => tooFewIos !== null);
  const text = missing ? tooFewText(missing, diff) : null;
  const measured = shown.filter(({ a, b }) => a !== null && b !== null);
  return [
    ["*", markText(diff)],
    ...alikeNotes(diff),
    ...(text === null ? [] : [["-", text] as const]),
    ...listed(
      "no interval of",
      measured,
      ({ noInterval }) => noInterval === "whole run",
      "a run has one value",
    ),
    ...listed(
      "no interval of",
      measured,
      ({ noInterval }) => noInterval === "no histograms",
      "the result has no histograms of intervals",
    ),
    ...listed(
      "no ratio of",
      measured,
      ({ noRatioInterval, ratio }) => noRatioInterval === "zero" && ratio === null,
      "one side is 0",
    ),
    ...listed(
      "no interval for the ratio of",
      measured,
      ({ noRatioInterval, ratio }) => noRatioInterval === "zero" && ratio !== null,
      "some of the values are 0; the JSON has the interval of b - a",
    ),
    ...listed(
      "no interval for the ratio of",
      measured,
      ({ noRatioInterval }) => noRatioInterval === "means apart",
      "a disturbed value pulls arithmetic and geometric mean apart; the JSON has the interval of b - a",
    ),
    ...listed(
      "no effect size of",
      measured,
      ({ ci95, effect }) => ci95 !== null && effect === null,
      "some intervals have too few I/Os",
    ),
  ];
}

/** Limits are then too narrow: docs/diff.md has by how much. */
const TOO_ALIKE = 0.5;

function alikeNotes({ observations }: Diff): Note[] {
  if (observations.of !== "intervals") return [];
  const { likeness } = observations;
  const sides = (["a", "b"] as const).filter((side) => likeness[side] > TOO_ALIKE);
  if (sides.length === 0) return [];
  const text =
    `the intervals of ${sides.join(" and ")} are like those before them: what is slower than a block is ` +
    "not seen, and the 95% intervals are too narrow; compare several runs";
  return [["-", text]];
}

function listed(
  what: string,
  figures: readonly FigureDiff[],
  isMeant: (diff: FigureDiff) => boolean,
  why: string,
): Note[] {
  const titles = [...new Set(figures.filter(isMeant).map(({ figure }) => figure.title))];
  return titles.length > 0 ? [["-", `${what} ${titles.join(", ")}: ${why}`]] : [];
}

function markText({ figures, observations }: Diff): string {
  if (figures.some(isShown)) return "a difference is shown, with all figures taken together";
  if (figures.some(({ verdict }) => verdict !== null))
    return "no difference is shown in any figure";
  switch (observations.of) {
    case "intervals":
      return (
        `no interval, and no difference shown: it takes ${FEWEST_INTERVALS} intervals a side ` +
        `(--runtime, --log-hist-msec), or ${FEWEST_FOR_INTERVAL} runs a side`
      );
    case "paired rounds":
      return `no difference is shown with fewer than ${FEWEST_FOR_VERDICT} rounds`;
    default: {
      const what = observations.of === "rounds" ? "rounds" : "results";
      return `no interval, and no difference shown: it takes ${FEWEST_FOR_INTERVAL} ${what} a side`;
    }
  }
}
