// The report on the terminal after a diff, for 80 columns: what is compared, under which conditions, figure by
// figure, and what becomes of the conditions in --fail-if.
import type { Diff, FigureDiff, SideWarning } from "../analysis/diff.ts";
import type { Difference } from "../analysis/diff-conditions.ts";
import { safeString } from "../ground/strings.ts";
import { warningText } from "../results/warnings.ts";
import { beside, type Cell, type Colors, type Row, type Style, table, wrap } from "./columns.ts";
import {
  ARROW,
  field,
  fitting,
  headingRow,
  joinSections,
  type Lines,
  linesFor,
  type ViewOptions,
} from "./compare-frame.ts";
import { confoundingText } from "./diff-confounded.ts";
import { isPartial, notes, observationWords, whoseText } from "./diff-notes.ts";
import {
  byGroup,
  deviceParts,
  differenceText,
  isShown,
  isWorse,
  ratioRange,
  ratioText,
  runParts,
  shownFigures,
  sideText,
  valuesText,
} from "./diff-words.ts";
import { type Verdict, verdictLines } from "./verdicts.ts";

const MARK = "* ";
/** "0.9301 to 0.9534" */
const RANGE_WIDTH = 16;
/** What columns, interval and effect leave of a line, without the mark. */
const NAME_WIDTH = 12;

/** The report as text, lines ended. */
export function diffReport(
  diff: Diff,
  verdicts: readonly Verdict[] = [],
  options: ViewOptions = {},
): string {
  const lines = linesFor(options);
  return joinSections([
    diff.warnings.filter(isPartial).flatMap((found) => partialLines(found, diff, lines)),
    headerSection(diff, lines),
    conditionSection(diff, lines),
    ...[...byGroup(shownFigures(diff.figures))].map(([name, figures]) =>
      groupTable(name, figures, lines),
    ),
    notes(diff).flatMap(([mark, text]) => field(mark, lines.colors.dim, text, lines)),
    verdictLines(verdicts, lines),
  ]);
}

function headerSection(diff: Diff, lines: Lines): string[] {
  const { colors } = lines;
  const { subject } = diff;
  const title =
    subject && `${subject.name} ${subject.a.join(", ")} ${ARROW} ${subject.b.join(", ")}`;
  const parts = (label: string, all: readonly string[]): string[] =>
    wrap(
      { text: label, style: colors.dim },
      all.map((part) => fitting(part, lines)),
      "  ",
      lines.columns,
    );
  return [
    ...(title === null ? [] : field("diff", colors.bold, title, lines)),
    ...field("a", colors.dim, sideText(diff.a), lines),
    ...field("b", colors.dim, sideText(diff.b), lines),
    ...parts("device", deviceParts(diff)),
    ...parts("run", runParts(diff)),
    ...observationWords(diff).flatMap((words, index) =>
      field(index === 0 ? "values" : "", colors.dim, words, lines),
    ),
  ];
}

/** Everything that casts doubt, before the figures. */
function conditionSection(diff: Diff, lines: Lines): string[] {
  const { colors } = lines;
  const others = diff.differences.filter(({ name }) => name !== diff.subject?.name);
  const [workload, noted] = [true, false].map((isWorkload) =>
    others.filter((other) => other.isWorkload === isWorkload),
  );
  const unmatched = (["a", "b"] as const).flatMap((side) =>
    diff.unmatched[side].length > 0 ? [`only in ${side}: ${diff.unmatched[side].join(", ")}`] : [],
  );
  const skipped = [...diff.a.skipped, ...diff.b.skipped];
  return [
    ...list("unlike", colors.red, workload!.map(differenceWords), lines),
    ...list("differ", colors.yellow, noted!.map(differenceWords), lines),
    ...list("alone", colors.yellow, unmatched, lines),
    ...list("skipped", colors.yellow, skipped, lines),
    ...list("same", colors.yellow, diff.onBothSides.map(sameWords), lines),
    ...diff.confounded.flatMap((found) =>
      field("warning", colors.yellow, confoundingText(found), lines),
    ),
    ...diff.warnings
      .filter((found) => !isPartial(found))
      .flatMap((found) => warningLines(found, diff, lines)),
  ];
}

function sameWords(file: string): string {
  return `${file} is on both sides`;
}

function differenceWords({ name, a, b }: Difference): string {
  return `${name}: ${valuesText(a)} ${ARROW} ${valuesText(b)}`;
}

/** A part is not compared as the whole without a word before all others. */
function partialLines(found: SideWarning, diff: Diff, lines: Lines): string[] {
  const text = `${whoseText(found, diff)}: ${warningText(found.warning)}`;
  return field("partial", lines.colors.red, text, lines);
}

function warningLines(found: SideWarning, diff: Diff, lines: Lines): string[] {
  const text = `${whoseText(found, diff)}: ${warningText(found.warning)}`;
  return field("warning", lines.colors.yellow, text, lines);
}

function groupTable(name: string, figures: readonly FigureDiff[], lines: Lines): string[] {
  const { colors, columns } = lines;
  // A long name has a line of its own, so that the columns stay where they are.
  const isShort = name.length <= NAME_WIDTH;
  const label = isShort ? `  ${safeString(name)}` : "";
  const headings = headingRow(label, ["a", "b", "b - a", "b / a"], colors);
  const rows = table([headings, ...figures.map((diff) => figureRow(diff, colors))], columns);
  const ranges = figures.map((diff) => rangeText(diff, colors));
  const title = colors.dim(`  ${"95% interval".padEnd(RANGE_WIDTH)}  effect`);
  const whole = beside(rows, [title, ...ranges], columns);
  return [
    ...(isShort ? [] : [`  ${colors.bold(safeString(name))}`]),
    ...whole,
    // without room beside the figures, below them: a difference is nothing without its interval
    ...(whole[0] === rows[0] ? figures.flatMap((diff) => rangeLines(diff, lines)) : []),
  ];
}

/** "p99: 95% interval of b / a 0.9301 to 0.9534, effect large". */
function rangeLines({ figure, ci95, effect }: FigureDiff, { columns }: Lines): string[] {
  const range = ci95?.ratio ? `95% interval of b / a ${ratioRange(ci95.ratio)}` : "no interval";
  const text = `${range}${effect ? `, effect ${effect.size}` : ""}`;
  return wrap({ text: "", style: String }, [`${figure.title}:`, ...text.split(" ")], " ", columns);
}

function figureRow(diff: FigureDiff, colors: Colors): Row {
  const { figure, a, b, ratio } = diff;
  const dash: Cell = { text: "-", style: colors.dim };
  const style = verdictStyle(diff, colors);
  return {
    label: { text: `${isShown(diff) ? MARK : "  "}${figure.title}`, style },
    cells: [
      a === null ? dash : figure.format(a),
      b === null ? dash : { text: figure.format(b), style },
      differenceText(diff) ?? dash,
      ratio === null ? dash : { text: ratioText(ratio), style },
    ],
  };
}

function verdictStyle(diff: FigureDiff, colors: Colors): Style {
  const worse = isWorse(diff);
  if (worse === null) return String;
  return worse ? colors.red : colors.green;
}

function rangeText({ ci95, effect }: FigureDiff, colors: Colors): string {
  const range = ci95?.ratio ? ratioRange(ci95.ratio) : "-";
  const shown = ci95?.ratio ? range.padEnd(RANGE_WIDTH) : colors.dim(range.padEnd(RANGE_WIDTH));
  return `  ${shown}  ${effect?.size ?? colors.dim("-")}`;
}

function list(label: string, style: Style, entries: readonly string[], lines: Lines): string[] {
  return entries.flatMap((entry, index) => field(index === 0 ? label : "", style, entry, lines));
}
