// The values of a figure on both sides, and what is known of their difference.
import type { PairResult } from "../statistics/pairs.ts";
import type { Figure } from "./diff-figures.ts";
import type { Match } from "./diff-match.ts";

/** What the values are of, and how many there are. */
export type Observations =
  | { readonly of: "results"; readonly a: number; readonly b: number }
  /** Of two comparisons: independent of each other. */
  | { readonly of: "rounds"; readonly a: number; readonly b: number }
  /** Of one comparison: side by side. */
  | { readonly of: "paired rounds"; readonly a: number; readonly b: number }
  /**
   * Of two runs; `blocks` are the lengths of the blocks they are drawn in, `likeness` is how much the rate of an
   * interval is like that of the one before, from -1 to 1.
   */
  | {
      readonly of: "intervals";
      readonly a: number;
      readonly b: number;
      readonly blocks: { readonly a: number; readonly b: number };
      readonly likeness: { readonly a: number; readonly b: number };
    };

/** One figure of one group, and its values on either side; null is what could not be had. */
export interface Values {
  readonly match: Match;
  readonly figure: Figure;
  readonly a: readonly (number | null)[];
  readonly b: readonly (number | null)[];
  /** I/Os of the observation that has the fewest. */
  readonly fewestIos: number;
  /** What is shown of either side: the mean, or the figure of the whole run. */
  readonly shown: { readonly a: number | null; readonly b: number | null };
}

/** Values with what is known of their difference. */
export interface Compared extends Values {
  readonly result: PairResult | null;
  /** Why there is no interval: too few observations, or one that only the whole run has. */
  readonly noInterval: "few" | "whole run" | "no histograms" | null;
}

/** The resamples repeat with it. */
export const SEED = 1;
