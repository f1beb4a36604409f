// What becomes of a condition: whether b lies beyond its limit, and whether the data can tell.
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import type { Interval } from "../statistics/bootstrap.ts";
import type { Diff, FigureDiff } from "./diff.ts";
import { type CellGroup, groupName } from "./diff-cells.ts";
import { boundValue, formatGate, type Gate, isBeyond } from "./gate.ts";

/**
 * - ok: not beyond the bound
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
  /** In the bound's terms: a share of a for "%", else ns or a number; null of what a side itself has. */
  readonly change: number | null;
  readonly interval: Interval | null;
  /** What the gate's side has; null for a change. */
  readonly value: number | null;
}

/**
 * Judges every condition in each group that it is about.
 * @param isStrict a difference beyond the bound fails also when the interval shows none.
 * @throws PhasebitError USAGE for a condition about a group or a figure that is not there.
 */
export function judge(diff: Diff, gates: readonly Gate[], isStrict = false): Judgement[] {
  return gates.flatMap((gate) => {
    const about = diff.figures.filter(({ group, figure }) => isAbout(gate, group, figure.name));
    if (about.length === 0) throw aboutNothing(gate, groupsIn(diff));
    return about.map((figure) => judgement(gate, figure, isStrict));
  });
}

/** A group is meant by its name or some parts of it: "interrupt.qd8.read" by "interrupt" and "qd8.read" too. */
export function isAbout({ group, figure }: Gate, cells: CellGroup, name: string): boolean {
  if (name !== figure) return false;
  const whole = `.${groupName(cells)}.`.toLowerCase();
  return group === null || whole.includes(`.${group.toLowerCase()}.`);
}

/** For a condition about what is not there. */
export function aboutNothing(gate: Gate, groups: readonly CellGroup[]): Error {
  const names = [...new Set(groups.map(groupName))];
  return usage(
    `--fail-if "${safeString(formatGate(gate))}": there is no such figure; ` +
      `the groups are ${safeString(names.join(", "))}`,
  );
}

function groupsIn({ figures }: Diff): CellGroup[] {
  return figures.map(({ group }) => group);
}

function judgement(gate: Gate, diff: FigureDiff, isStrict: boolean): Judgement {
  if (gate.side !== null) return judgementOfSide(gate, diff, diff[gate.side]);
  const isShare = gate.bound.unit === "%";
  const change = isShare ? shareOf(diff) : diff.difference;
  const interval = isShare ? shareInterval(diff) : (diff.ci95?.difference ?? null);
  const outcome = change === null ? "not judged" : outcomeOf(gate, change, interval, isStrict);
  return { gate, diff, outcome, change, interval, value: null };
}

/** Of one side by itself the value decides. */
function judgementOfSide(gate: Gate, diff: FigureDiff, value: number | null): Judgement {
  const beyond = value !== null && isBeyond(value, gate.operator, boundValue(gate.bound));
  const outcome = value === null ? "not judged" : beyond ? "failed" : "ok";
  return { gate, diff, outcome, change: null, interval: null, value };
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
  { operator, bound }: Gate,
  change: number,
  interval: Interval | null,
  isStrict: boolean,
): Outcome {
  // Whatever falls is looked at upside down.
  const sign = operator === ">" ? 1 : -1;
  const limit = sign * boundValue(bound);
  if (sign * change <= limit) return "ok";
  if (interval === null || isStrict) return "failed";
  const nearest = operator === ">" ? interval[0] : -interval[1];
  // A limit below 0 demands an improvement: then what counts is that there is less of it.
  return nearest > Math.min(0, limit) ? "failed" : "not shown";
}
