// A diff as GitHub's Markdown, for a pull request. Every string from a result stands in a code span, where
// nothing is a link, a mention or an element, and is plain ASCII without the two characters that end a span or
// a cell.
import type { Diff, FigureDiff, SideName } from "../analysis/diff.ts";
import type { Judgement } from "../analysis/diff-judge.ts";
import { safeString } from "../ground/strings.ts";
import { warningText } from "../results/warnings.ts";
import { confoundingText } from "./diff-confounded.ts";
import { conditionText, outcomeText, reasonText } from "./diff-judgements.ts";
import { isPartial, notes, observationWords, whoseText } from "./diff-notes.ts";
import {
  byGroup,
  differenceText,
  isShown,
  ratioRange,
  ratioText,
  runParts,
  shownFigures,
  sideText,
  valuesText,
} from "./diff-words.ts";
import { type Doubt, doubtsText } from "./gate-words.ts";

/** A comment has room for 65,536 characters; no value needs more than this. */
const LONGEST_VALUE = 200;

/** The diff as Markdown, lines ended. */
export function diffMarkdown(
  diff: Diff,
  judgements: readonly Judgement[] = [],
  doubts: readonly Doubt[] = [],
): string {
  const tables = [...byGroup(shownFigures(diff.figures))].map(([name, figures]) =>
    figureTable(name, figures),
  );
  const sections = [
    heading(diff),
    sides(diff),
    judgementTable(judgements, doubts, diff),
    ...tables,
    notes(diff).map(([mark, text]) => `- ${code(mark)} ${plain(text)}`),
    conditions(diff),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function heading({ subject }: Diff): string[] {
  if (subject === null) return ["### phasebit diff"];
  const { name, a, b } = subject;
  return [`### ${name} ${code(valuesText(a))} → ${code(valuesText(b))}`];
}

function sides(diff: Diff): string[] {
  const about = [...runParts(diff), ...observationWords(diff)].map(plain);
  return [
    `- a: ${code(sideText(diff.a))}`,
    `- b: ${code(sideText(diff.b))}`,
    `- ${about.join("; ")}`,
    ...diff.warnings.filter(isPartial).map((found) => {
      return `- **partial** ${plain(`${whoseText(found, diff)}: ${warningText(found.warning)}`)}`;
    }),
    ...diff.confounded.map((found) => `- **warning** ${plain(confoundingText(found))}`),
  ];
}

function judgementTable(
  judgements: readonly Judgement[],
  doubts: readonly Doubt[],
  diff: Diff,
): string[] {
  if (judgements.length === 0) return [];
  const rows = judgements.map((judgement) => {
    const outcome = outcomeText(judgement);
    const set = judgement.outcome === "ok" ? outcome : `**${outcome}**`;
    return row([code(conditionText(judgement)), set, plain(reasonText(judgement, diff))]);
  });
  const strict =
    doubts.length === 0 ? [] : [row([code("--strict"), "**FAILED**", doubtsText(doubts)])];
  return [row(["fail if", "outcome", "why"]), row(["---", "---", "---"]), ...rows, ...strict];
}

function figureTable(name: string, figures: readonly FigureDiff[]): string[] {
  return [
    row([code(name), "a", "b", "b - a", "b / a", "95% interval", "effect"]),
    row([":---", "---:", "---:", "---:", "---:", ":---", ":---"]),
    ...figures.map(figureRow),
  ];
}

function figureRow(diff: FigureDiff): string {
  const { figure, a, b, ratio, ci95, effect } = diff;
  const set = (text: string): string => (isShown(diff) ? `**${text}**` : text);
  return row([
    set(isShown(diff) ? `${figure.title} \\*` : figure.title),
    a === null ? "-" : figure.format(a),
    b === null ? "-" : set(figure.format(b)),
    differenceText(diff) ?? "-",
    ratio === null ? "-" : set(ratioText(ratio)),
    ci95?.ratio ? ratioRange(ci95.ratio) : "-",
    effect?.size ?? "-",
  ]);
}

/** Folded away, but for a line that says how many there are. */
function conditions(diff: Diff): string[] {
  const rows = [
    ...diff.differences.map(({ name, a, b }) =>
      row([name, code(valuesText(a)), code(valuesText(b))]),
    ),
    ...(["a", "b"] as const).flatMap((side) => unmatchedRows(diff, side)),
    ...diff.onBothSides.map((file) => row(["on both sides", code(file), code(file)])),
    ...diff.warnings
      .filter((found) => !isPartial(found))
      .map((found) => {
        const text = code(warningText(found.warning));
        const inSide = (side: SideName): string => (found.sides.includes(side) ? text : "");
        return row([`warning of ${whoseText(found, diff)}`, inSide("a"), inSide("b")]);
      }),
  ];
  if (rows.length === 0) return [];
  const summary =
    rows.length === 1 ? "1 difference or doubt" : `${rows.length} differences and doubts`;
  return [
    "<details>",
    `<summary>Conditions: ${summary}</summary>`,
    "",
    row(["condition", "a", "b"]),
    row(["---", "---", "---"]),
    ...rows,
    "",
    "</details>",
  ];
}

function unmatchedRows(diff: Diff, side: SideName): string[] {
  return [
    ...diff.unmatched[side].map((name) => sideRow("without a partner", side, name)),
    ...diff[side].skipped.map((name) => sideRow("skipped", side, name)),
  ];
}

function sideRow(what: string, side: SideName, text: string): string {
  return row([what, side === "a" ? code(text) : "", side === "b" ? code(text) : ""]);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** In a code span, where only its own end means something: a backtick, and in a table a bar. */
function code(text: string): string {
  const safe = safeString(text).replace(/[`|]/g, (mark) => `\\x${mark.charCodeAt(0).toString(16)}`);
  const short = safe.length <= LONGEST_VALUE ? safe : `${safe.slice(0, LONGEST_VALUE - 1)}~`;
  return short.trim() === "" ? "`(empty)`" : `\`${short}\``;
}

/** Our own words, with what Markdown would take for its own made plain. */
function plain(text: string): string {
  return safeString(text).replace(/[\\`*_[\]<>|~@#&!]/g, (mark) => `\\${mark}`);
}
