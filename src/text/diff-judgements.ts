// Conditions of --fail-if and what became of them, in words.
import type { Diff, FigureDiff } from "../analysis/diff.ts";
import { groupName } from "../analysis/diff-cells.ts";
import type { Judgement } from "../analysis/diff-judge.ts";
import { formatGate } from "../analysis/gate.ts";
import { safeString } from "../ground/strings.ts";
import { tooFewText } from "./diff-notes.ts";
import { signed } from "./diff-words.ts";
import { type Doubt, doubtVerdicts } from "./gate-words.ts";
import type { Verdict } from "./verdicts.ts";

/**
 * What became of each condition, and of the doubts when they fail too.
 * @param doubts empty unless it is strict.
 */
export function diffVerdicts(
  diff: Diff,
  judgements: readonly Judgement[],
  doubts: readonly Doubt[] = [],
): Verdict[] {
  const judged = judgements.map((judgement) => {
    return { outcome: judgement.outcome, text: safeString(judgementText(judgement, diff)) };
  });
  return [...judged, ...doubtVerdicts(doubts)];
}

/** "FAILED: read.p99 > +5%: +41.1%, 95% interval +40.1% to +42.3%". */
export function judgementText(judgement: Judgement, diff: Diff): string {
  return `${outcomeText(judgement)}: ${conditionText(judgement)}: ${reasonText(judgement, diff)}`;
}

/** The outcome, set off when it fails. */
export function outcomeText({ outcome }: Judgement): string {
  return outcome === "failed" ? "FAILED" : outcome;
}

/** "read.p99 > +5%": with the group that it was judged in. */
export function conditionText({ gate, diff }: Judgement): string {
  return formatGate({ ...gate, group: groupName(diff.group) });
}

/** Why it came out so. */
export function reasonText(judgement: Judgement, whole: Diff): string {
  const { change, interval, diff, outcome, value: own } = judgement;
  if (own !== null) return diff.figure.format(own);
  if (change === null) return notJudged(diff, whole);
  const value = changeText(judgement, change);
  if (interval === null) return `${value}, without an interval: the value alone decides`;
  const range = interval.map((end) => changeText(judgement, end)).join(" to ");
  const advice = outcome === "not shown" ? ", which leaves it open: measure more" : "";
  return `${value}, 95% interval ${range}${advice}`;
}

function notJudged(diff: FigureDiff, whole: Diff): string {
  const tooFew = tooFewText(diff, whole);
  if (tooFew !== null) return tooFew;
  if (diff.a !== null && diff.b !== null) return "there is no ratio to 0; give an absolute limit";
  return "it was not measured";
}

/** In the terms of the bound: "+41.1%", "+9.91us". */
function changeText({ gate, diff }: Judgement, change: number): string {
  if (gate.bound.unit !== "%") return signed(change, diff.figure.format);
  return signed(change * 100, (percent) => `${percent.toFixed(percent < 9.995 ? 2 : 1)}%`);
}
