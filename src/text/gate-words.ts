// What became of the conditions of a measurement, in words.
import { groupName } from "../analysis/diff-cells.ts";
import { boundValue, formatGate, type Gate, type Operator } from "../analysis/gate.ts";
import type { MeasuredJudgement } from "../analysis/measured-judge.ts";
import type { JudgedCondition } from "../results/save.ts";
import type { Verdict } from "./verdicts.ts";

/** "FAILED: read.p99 > 200us: 312us". */
export function measuredJudgementText(judgement: MeasuredJudgement): string {
  const { gate, group, outcome } = judgement;
  const condition = formatGate({ ...gate, group: groupName(group) });
  return `${outcome === "failed" ? "FAILED" : outcome}: ${condition}: ${reasonText(judgement)}`;
}

/** The same as data. */
export function measuredEntry({ gate, group, outcome, value }: MeasuredJudgement): JudgedCondition {
  return { condition: formatGate(gate), group: groupName(group), outcome, value };
}

/** A warning; what it says in words stands elsewhere. */
export interface Doubt {
  readonly kind: string;
}

/** When it is strict, doubts fail, all in one line: "FAILED: --strict: doubts: host-busy, cpus-shared". */
export function doubtVerdicts(doubts: readonly Doubt[]): Verdict[] {
  if (doubts.length === 0) return [];
  return [{ outcome: "failed", text: `FAILED: --strict: ${doubtsText(doubts)}` }];
}

/** "doubts: host-busy, cpus-shared". */
export function doubtsText(doubts: readonly Doubt[]): string {
  const kinds = [...new Set(doubts.map(({ kind }) => kind))];
  return `${kinds.length === 1 ? "a doubt" : "doubts"}: ${kinds.join(", ")}`;
}

/** What the three digits of most figures leave open. */
const CLOSE = 0.005;

function reasonText({ gate, figure, outcome, value, tooFewIos }: MeasuredJudgement): string {
  if (value === null) {
    if (tooFewIos === null) return "it was not measured";
    const count = (ios: number): string => ios.toLocaleString("en-US");
    return `${figure.name} needs ${count(tooFewIos.needed)} I/Os, there are ${count(tooFewIos.got)}`;
  }
  const advice = outcome === "failed" && wantsTheBetter(gate, figure.better) ? turned(gate) : "";
  return `${valueText(value, gate, figure)}${advice}`;
}

/** Told apart from the bound also where three digits do not. */
function valueText(
  value: number,
  { bound }: Gate,
  { format, unit }: MeasuredJudgement["figure"],
): string {
  const limit = boundValue(bound);
  if (value === limit || Math.abs(value - limit) > CLOSE * limit) return format(value);
  const exact = Number(value.toPrecision(12)).toLocaleString("en-US", { maximumFractionDigits: 3 });
  return `${exact}${unit === "ns" ? "ns" : ""}`;
}

/** "p99 < 200us" names what one hopes for, and is met by every good device. */
function wantsTheBetter({ operator, bound }: Gate, better: "higher" | "lower"): boolean {
  if (operator === "==") return bound.number === 0 && better === "lower";
  return operator.startsWith(better === "lower" ? "<" : ">");
}

const opposites: Readonly<Record<Operator, Operator>> = {
  ">": "<",
  ">=": "<",
  "<": ">",
  "<=": ">",
  "==": "!=",
  "!=": "==",
};

function turned(gate: Gate): string {
  const opposite = formatGate({ ...gate, operator: opposites[gate.operator] });
  return `; a condition names what fails: perhaps "${opposite}"`;
}
