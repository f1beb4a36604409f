// What becomes of the conditions of a measurement: they are checked against what will be measured before it is, and
// judged afterwards, so that what was not measured cannot pass.
import type { Measurement, Setting } from "../measurement/measurement.ts";
import {
  type Cell,
  type CellGroup,
  cellsOf,
  type ExpectedGroup,
  expectedGroups,
  groupName,
} from "./diff-cells.ts";
import { aboutNothing, isAbout, type Outcome } from "./diff-judge.ts";
import { boundValue, type Gate, isBeyond } from "./gate.ts";
import { samplesNeeded } from "./histogram.ts";
import { type MeasuredFigure, measuredFigure } from "./measured-gate.ts";

/** A condition in one group of what was asked for. */
export interface MeasuredJudgement {
  readonly gate: Gate;
  readonly group: CellGroup;
  readonly figure: MeasuredFigure;
  readonly outcome: Exclude<Outcome, "not shown">;
  readonly value: number | null;
  /** I/Os that the percentile needs, and those there are; null when it has them. */
  readonly tooFewIos: { readonly needed: number; readonly got: number } | null;
}

/** What will be measured. */
export type Planned = Pick<Setting, "name" | "workload">;

/** A condition, and a group that it is about. */
interface Question {
  readonly gate: Gate;
  readonly group: CellGroup;
  readonly figure: MeasuredFigure;
}

/** @throws PhasebitError USAGE for a condition about what will not be measured. */
export function requireMeasured(gates: readonly Gate[], planned: readonly Planned[]): void {
  questions(gates, planned);
}

/** Judges every condition in each group that was asked for and that it is about. */
export function judgeMeasured(
  measurement: Measurement,
  gates: readonly Gate[],
  planned: readonly Planned[],
): MeasuredJudgement[] {
  const found = cellsOf({ file: "", measurement }, null);
  const cells = new Map(found.map((cell) => [groupName(cell.group), cell]));
  return questions(gates, planned).map((question) =>
    judgement(question, cells.get(groupName(question.group))),
  );
}

function questions(gates: readonly Gate[], planned: readonly Planned[]): Question[] {
  const groups = planned.flatMap(({ name, workload }) => expectedGroups(name, workload));
  return gates.flatMap((gate) => {
    const figure = measuredFigure(gate.figure)!;
    const about = groups.filter(
      (expected) => has(expected, figure) && isAbout(gate, expected.group, figure.name),
    );
    if (about.length === 0)
      throw aboutNothing(
        gate,
        groups.map(({ group }) => group),
      );
    return about.map(({ group }) => ({ gate, group, figure }));
  });
}

function has({ figures }: ExpectedGroup, { like }: MeasuredFigure): boolean {
  return figures.some(({ name }) => name === like);
}

function judgement(question: Question, cell: Cell | undefined): MeasuredJudgement {
  const { gate, figure } = question;
  const value = cell === undefined ? null : figure.of(cell);
  const tooFewIos = tooFew(figure, cell);
  if (value === null) return { ...question, outcome: "not judged", value, tooFewIos };
  const isMet = isBeyond(value, gate.operator, boundValue(gate.bound));
  return { ...question, outcome: isMet ? "failed" : "ok", value, tooFewIos };
}

function tooFew(
  { percentile }: MeasuredFigure,
  cell: Cell | undefined,
): MeasuredJudgement["tooFewIos"] {
  if (percentile === undefined || cell === undefined) return null;
  const needed = samplesNeeded(percentile);
  const got = cell.whole.latency.total;
  return got < needed ? { needed, got } : null;
}
