// The last lines of a report: what became of the conditions in --fail-if.
import type { Outcome } from "../analysis/diff-judge.ts";
import type { JudgedCondition } from "../results/save.ts";
import type { Colors } from "./columns.ts";
import { field, joinSections, type Lines, linesFor, type ViewOptions } from "./compare-frame.ts";

/** What became of a condition. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly text: string;
  /** As the document of a measurement has it. */
  readonly entry?: JudgedCondition;
}

/** A line for each. */
export function verdictLines(verdicts: readonly Verdict[], lines: Lines): string[] {
  return verdicts.flatMap(({ outcome, text }) =>
    field("fail-if", styleOf(outcome, lines.colors), text, lines),
  );
}

/** The same as text, lines ended. */
export function verdictReport(verdicts: readonly Verdict[], options: ViewOptions = {}): string {
  return joinSections([verdictLines(verdicts, linesFor(options))]);
}

/** Those that are not ok, for stderr where the report is not on the terminal. */
export function asideText(verdicts: readonly Verdict[]): string {
  const bad = verdicts.filter(({ outcome }) => outcome !== "ok");
  return bad.map(({ text }) => `phasebit: ${text}\n`).join("");
}

function styleOf(outcome: Outcome, colors: Colors) {
  const styles = {
    ok: colors.green,
    failed: colors.red,
    "not shown": colors.yellow,
    "not judged": colors.red,
  };
  return styles[outcome];
}
