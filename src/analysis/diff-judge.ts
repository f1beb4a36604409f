// What becomes of a condition: whether b lies beyond its limit, and whether the data can tell.
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import type { Interval } from "../statistics/bootstrap.ts";
import type { Diff, FigureDiff } from "./diff.ts";
import { groupName } from "./diff-cells.ts";
import { formatGate, type Gate, limitValue } from "./diff-gate.ts";

/**
 * - ok: not beyond the limit
 * - failed: beyond it, and the interval shows a difference in that direction, or there is none to ask
 * - not shown: beyond it, and the interval shows none
 * - not judged: there is no figure to judge
 */
export type Outcome = "ok" | "failed" | "not shown" | "not judged";

/** A condition in one group. */
export interface Judgement {
  readonly gate: Gate;
  readonly diff: FigureDiff;
  readonly outcome: Outcome;
  /** In the limit's terms: a share of a for "%", else ns or a number. */
  readonly change: number | null;
  readonly interval: Interval | null;
}

/**
 * Judges every condition in each group that it is about.
 * @param isStrict a difference beyond the limit fails also when the interval shows none.
 * @throws PhasebitError USAGE for a condition about a group or a figure that is not there.
 */
export function judge(diff: Diff, gates: readonly Gate[], isStrict = false): Judgement[] {
  return gates.flatMap((gate) => {
    const about = diff.figures.filter((figure) => isAbout(gate, figure));
    if (about.length === 0) throw aboutNothing(gate, diff);
    return about.map((figure) => judgement(gate, figure, isStrict));
  });
}

/** A group is meant by its name or some parts of it: "interrupt.qd8.read" by "interrupt" and "qd8.read" too. */
function isAbout({ group, figure }: Gate, diff: FigureDiff): boolean {
  if (diff.figure.name !== figure) return false;
  return group === null || `.${groupName(diff.group)}.`.includes(`.${group}.`);
}

function aboutNothing(gate: Gate, { figures }: Diff): Error {
  const groups = [...new Set(figures.map(({ group }) => groupName(group)))];
  return usage(
    `--fail-if "${safeString(formatGate(gate))}": there is no such figure; ` +
      `the groups are ${safeString(groups.join(", "))}`,
  );
}

function judgement(gate: Gate, diff: FigureDiff, isStrict: boolean): Judgement {
  const isShare = gate.limit.unit === "%";
  const change = isShare ? shareOf(diff) : diff.difference;
  const interval = isShare ? shareInterval(diff) : (diff.ci95?.difference ?? null);
  if (change === null) return { gate, diff, outcome: "not judged", change, interval };
  return { gate, diff, outcome: outcomeOf(gate, change, interval, isStrict), change, interval };
}

/** By how much of a they differ, of the values as they are shown; null where nothing is a share of 0. */
function shareOf({ a, b }: FigureDiff): number | null {
  if (a === null || b === null) return null;
  if (a > 0) return b / a - 1;
  return b === a ? 0 : null;
}

/** Without an interval of the ratio, that of the difference is taken as shares of a. */
function shareInterval({ a, ci95 }: FigureDiff): Interval | null {
  if (ci95 === null) return null;
  if (ci95.ratio) return [ci95.ratio[0] - 1, ci95.ratio[1] - 1];
  return a !== null && a > 0 ? [ci95.difference[0] / a, ci95.difference[1] / a] : null;
}

function outcomeOf(
  { side, limit }: Gate,
  change: number,
  interval: Interval | null,
  isStrict: boolean,
): Outcome {
  // Whatever falls is looked at upside down.
  const sign = side === ">" ? 1 : -1;
  const bound = sign * limitValue(limit);
  if (sign * change <= bound) return "ok";
  if (interval === null || isStrict) return "failed";
  const nearest = side === ">" ? interval[0] : -interval[1];
  // A limit below 0 demands an improvement: then what counts is that there is less of it.
  return nearest > Math.min(0, bound) ? "failed" : "not shown";
}
