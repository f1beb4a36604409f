// What a comparison says, in a sentence: no more than its intervals allow.

import { formatRatios } from "../ground/ratios.ts";
import { grouped } from "../measurement/grouped.ts";
import { FEWEST_FOR_VERDICT } from "../statistics/sign-flip.ts";
import type { PairData, VerdictData, VerdictPart } from "./report-data.ts";
import { comparisonsOf, type Standing, standingsOf } from "./standings.ts";

/** Figures that the sentence is about, and what the best of them has. */
const TOLD = [
  { title: "IOPS", most: "the most IOPS" },
  { title: "p99", most: "the lowest p99" },
  { title: "CPU per I/O", most: "the least CPU per I/O" },
] as const;

/** Those of two settings, whose sentence has room for one more. */
const TOLD_OF_TWO = ["IOPS", "p50", "p99", "CPU per I/O"];

type Parts = readonly VerdictPart[];

/** @param rounds in which two of the settings ran, the most of any two */
export function comparisonVerdict(pairs: readonly PairData[], rounds: number): VerdictData {
  const basis = `${rounds === 1 ? "1 round" : `${rounds} rounds`}, interleaved; ranges are 95% intervals`;
  if (rounds < FEWEST_FOR_VERDICT) {
    const why =
      `${rounds === 1 ? "1 round was" : `${rounds} rounds were`} measured in full, too few to show a difference: ` +
      `it takes ${FEWEST_FOR_VERDICT}.`;
    return { about: null, sentence: [why], basis: "more with --rounds" };
  }
  const each = comparisonsOf(pairs).map((own) => sentenceOf(own, standingsOf(own)));
  return { about: null, sentence: [...joined(each, "; "), "."], basis };
}

function sentenceOf(pairs: readonly PairData[], standings: readonly Standing[]): Parts {
  const [{ all } = { all: [] }] = standings;
  if (all.length === 0) return ["nothing could be compared"];
  if (all.length === 2) return ofTwo(pairs, all[0]!, all[1]!);
  return ofMany(standings, all);
}

/** "poll has 1.19 to 1.33 times interrupt's IOPS and 0.63 to 0.72 times its p99; no difference shown in p50". */
function ofTwo(pairs: readonly PairData[], a: string, b: string): Parts {
  const told = TOLD_OF_TWO.flatMap(
    (title) => pairs.find((pair) => pair.title === title && pair.verdict !== null) ?? [],
  );
  const shown = told.filter(isShown);
  const others = told.filter((pair) => !isShown(pair)).map(({ title }) => title);
  const between = [" between ", { group: a }, " and ", { group: b }];
  if (shown.length === 0) return [`no difference shown in ${listed(others, "or")}`, ...between];
  const clauses = shown.map((pair, index): Parts => {
    return index === 0
      ? [`${times(pair)} `, { group: b }, `'s ${pair.title}`]
      : [`${times(pair)} its ${pair.title}`];
  });
  const rest = others.length > 0 ? [`; no difference shown in ${listed(others, "or")}`] : [];
  return [{ group: a }, " has ", ...joined(clauses, ", ", " and "), ...rest];
}

function isShown({ verdict, ratioCi95 }: PairData): boolean {
  return (verdict === "lower" || verdict === "higher") && ratioCi95 !== null;
}

function times({ ratioCi95 }: PairData): string {
  return `${formatRatios(ratioCi95!)} times`;
}

/** A figure with what the sentence calls the best of it. */
interface Told extends Standing {
  readonly most: string;
}

/** "poll has the most IOPS, 1.05 to 1.33 times the others'; no difference shown in p99", by the first figure of each. */
function ofMany(standings: readonly Standing[], all: readonly string[]): Parts {
  const told = TOLD.flatMap(({ title, most }): Told[] => {
    const standing = standings.find((own) => own.title === title);
    return standing === undefined ? [] : [{ ...standing, most }];
  });
  const alike = grouped(told, ({ best, unbeaten }) => JSON.stringify([best, unbeaten]));
  const clauses = [...alike.values()].map((same): Parts => {
    const [{ best, unbeaten }] = same as [Told];
    const titles = same.map(({ title }) => title);
    if (best !== null) return hasBest(best, same);
    if (unbeaten.length === all.length) return [`no difference shown in ${listed(titles, "or")}`];
    return areUnbeaten(unbeaten, titles);
  });
  return joined(clauses, "; ");
}

/** "poll has the most IOPS, 1.05 to 1.33 times the others', and the lowest p99". */
function hasBest(best: string, same: readonly Told[]): Parts {
  const clauses = same.map(({ most, ratios }) =>
    ratios === null ? most : `${most}, ${formatRatios(ratios)} times the others'`,
  );
  return [{ group: best }, ` has ${clauses.join(", and ")}`];
}

/** "poll and adaptive are unbeaten in IOPS and p99, with no difference shown between them". */
function areUnbeaten(unbeaten: readonly string[], titles: readonly string[]): Parts {
  const names = unbeaten.map((group): Parts => [{ group }]);
  const figures = listed(titles, "and");
  const text =
    unbeaten.length === 1
      ? ` is unbeaten in ${figures}, but not shown to be better than all others`
      : ` are unbeaten in ${figures}, with no difference shown between them`;
  return [...joined(names, ", ", " and "), text];
}

function joined(all: readonly Parts[], separator: string, last = separator): VerdictPart[] {
  return all.flatMap((parts, index) => {
    if (index === 0) return parts;
    return [index === all.length - 1 ? last : separator, ...parts];
  });
}

/** "p50", "p50 or p99", "IOPS, p50 or p99". */
function listed(names: readonly string[], word: "and" | "or"): string {
  if (names.length < 2) return names.join();
  return `${names.slice(0, -1).join(", ")} ${word} ${names.at(-1)}`;
}
