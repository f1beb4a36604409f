// Which settings of a comparison are shown to be better than which, figure by figure: that decides what a verdict may
// say and which figures are bold.
import type { PairData } from "./report-data.ts";

/** The settings of one comparison in one figure. Settings are known by the ids of their groups. */
export interface Standing {
  /** The pairs' title: "IOPS", "p99". */
  readonly title: string;
  /** Shown to be better than every other; null where none is. */
  readonly best: string | null;
  /** Those that no other is shown to be better than, in the report's order; all of them where nothing is shown. */
  readonly unbeaten: readonly string[];
  /** All that were compared. */
  readonly all: readonly string[];
  /** The best as a multiple of the others: what the intervals of all its pairs cover; null without a best. */
  readonly ratios: readonly [number, number] | null;
}

/** Of these, more is better. */
const MORE_IS_BETTER = new Set(["IOPS"]);

/** In which figures each group is shown to be the best, by its id. @param pairs of all comparisons */
export function bestsOf(pairs: readonly PairData[]): ReadonlyMap<string, readonly string[]> {
  const standings = comparisonsOf(pairs).flatMap(standingsOf);
  const bests = new Map<string, string[]>();
  for (const { best, title } of standings) {
    if (best !== null) bests.set(best, [...(bests.get(best) ?? []), title]);
  }
  return bests;
}

/** The pairs of each comparison: every setting of it stands beside every other. */
export function comparisonsOf(pairs: readonly PairData[]): PairData[][] {
  const places = new Map<string, number>();
  const comparisons: PairData[][] = [];
  for (const pair of pairs) {
    const place = places.get(pair.a) ?? places.get(pair.b) ?? comparisons.length;
    places.set(pair.a, place).set(pair.b, place);
    comparisons[place] = [...(comparisons[place] ?? []), pair];
  }
  return comparisons;
}

/** Every figure in which all settings of a comparison could be compared. @param pairs of one comparison */
export function standingsOf(pairs: readonly PairData[]): Standing[] {
  const known = new Set(pairs.flatMap(({ a, b, verdict }) => (verdict === null ? [] : [a, b])));
  // one that never ran is beside the others, not against them
  const ran = pairs.filter(({ a, b }) => known.has(a) && known.has(b));
  const all = [...new Set(ran.flatMap(({ a, b }) => [a, b]))];
  return [...new Set(ran.map(({ title }) => title))].flatMap((title) => {
    const own = ran.filter((pair) => pair.title === title);
    return own.every(({ verdict }) => verdict !== null) ? [standingOf(title, own, all)] : [];
  });
}

function standingOf(title: string, pairs: readonly PairData[], all: readonly string[]): Standing {
  const winners = pairs.map(winnerOf);
  const losses = new Set(pairs.flatMap(({ a, b }, at) => loser(winners[at], a, b)));
  const best = all.find(
    (id) => winners.filter((winner) => winner === id).length === all.length - 1,
  );
  const own = pairs.filter(({ a, b }) => a === best || b === best);
  return {
    title,
    best: best ?? null,
    unbeaten: all.filter((id) => !losses.has(id)),
    all,
    ratios: best === undefined ? null : spanOf(own.map((pair) => ratiosOf(pair, best))),
  };
}

/** The better one of a pair, where there is one. */
function winnerOf({ a, b, title, verdict }: PairData): string | null {
  if (verdict !== "higher" && verdict !== "lower") return null;
  return (verdict === "higher") === MORE_IS_BETTER.has(title) ? a : b;
}

function loser(winner: string | null | undefined, a: string, b: string): string[] {
  if (winner === null || winner === undefined) return [];
  return [winner === a ? b : a];
}

type Ratios = readonly [number, number];

/** Of the one named `first` to the other. */
function ratiosOf({ a, ratioCi95 }: PairData, first: string): Ratios | null {
  if (ratioCi95 === null) return null;
  const [low, high] = ratioCi95;
  if (a === first) return ratioCi95;
  return low > 0 ? [1 / high, 1 / low] : null;
}

/** From the lowest end to the highest; null where one of them is not known. */
function spanOf(all: readonly (Ratios | null)[]): Ratios | null {
  const known = all.filter((ratios) => ratios !== null);
  if (known.length < all.length || known.length === 0) return null;
  return [Math.min(...known.map(([low]) => low)), Math.max(...known.map(([, high]) => high))];
}
