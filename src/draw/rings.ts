// Queues drawn as text: for each ring its entries from 0 to the last, after which it goes on at 0; whose each is, what it
// holds, where head, tail and doorbell stand. A function from snapshots to lines, which touches no device.
import picocolors from "picocolors";
import type { CompletionSnapshot, SubmissionSnapshot } from "../nvme/snapshot.ts";
import { completionRows, type Row, rowText, submissionRows } from "./rows.ts";
import { type Colors, completionLooks, type Look, pointers, submissionLooks } from "./words.ts";

/** How rings are drawn. */
export interface DrawOptions {
  /** At most so wide; 80 by default, and 36 at least. */
  readonly columns?: number;
  readonly color?: boolean;
  /** Rows of one ring; longer ones are folded. 16 by default. */
  readonly rows?: number;
  /** What marks and letters mean, below. */
  readonly legend?: boolean;
}

/** Queues that belong together: a completion queue, and what completes into it. */
export interface RingGroup {
  readonly sqs: readonly SubmissionSnapshot[];
  readonly cq?: CompletionSnapshot;
}

const NARROWEST = 36;
const ROWS = 16;
const GAP = "  ";
/** Of a legend's line, before its words. */
const LEAD = 14;

/** The lines of a drawing, none of them wider than `columns`. */
export function drawRings({ sqs, cq }: RingGroup, options: DrawOptions = {}): string[] {
  const { columns = 80, color = false, rows = ROWS, legend = false } = options;
  const colors = picocolors.createColors(color);
  const width = Math.max(NARROWEST, columns);
  const half = Math.floor((width - GAP.length) / 2);
  const isSideBySide = cq !== undefined && sqs.length > 0 && half >= NARROWEST;
  const each = isSideBySide ? half : width;
  const left = sqs.flatMap((sq, index) => [
    ...(index > 0 ? [""] : []),
    ...panel(sqHead(sq), submissionRows(sq, rows), sq.entries.length, each, colors),
  ]);
  const right =
    cq === undefined
      ? []
      : panel(cqHead(cq), completionRows(cq, rows), cq.entries.length, each, colors);
  const picture = isSideBySide ? sideBySide(left, right, each) : stacked(left, right);
  if (!legend) return picture;
  return [...picture, "", ...legendLines({ sqs, ...(cq && { cq }) }, width, colors)];
}

function sqHead({ id, cqid, entries, head, tail, doorbell }: SubmissionSnapshot): string[] {
  const name = id === 0 ? "Admin SQ" : `SQ ${id} → CQ ${cqid}`;
  return [`${name}, ${entries.length} entries`, `tail ${tail}, doorbell ${doorbell}, SQHD ${head}`];
}

function cqHead({ id, entries, head, doorbell, phase, vector }: CompletionSnapshot): string[] {
  const name = id === 0 ? "Admin CQ" : `CQ ${id}`;
  const vectorText = vector === null ? "" : `, vector ${vector}`;
  return [
    `${name}, ${entries.length} entries${vectorText}`,
    `head ${head}, doorbell ${doorbell}, new phase ${phase}`,
  ];
}

/** A ring with its head; the line at its right says that it goes round. */
function panel(
  [name = "", state = ""]: readonly string[],
  rows: readonly Row[],
  entries: number,
  width: number,
  colors: Colors,
): string[] {
  const labelWidth = Math.max(String(entries - 1).length, ...rows.map(({ label }) => label.length));
  const inner = width - 2;
  const lines = rows.map((row) => rowText(row, inner, labelWidth, colors));
  const edge = (index: number): string => {
    if (lines.length === 1) return "↺";
    if (index === 0) return "╮";
    return index === lines.length - 1 ? "╯" : "│";
  };
  return [
    colors.bold(name.slice(0, width).padEnd(width)),
    colors.dim(state.slice(0, width).padEnd(width)),
    ...lines.map((line, index) => `${line} ${colors.dim(edge(index))}`),
  ];
}

function sideBySide(left: readonly string[], right: readonly string[], width: number): string[] {
  const blank = " ".repeat(width);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
    const first = left[index];
    const padded = first === undefined || first === "" ? blank : first;
    return `${padded}${GAP}${right[index] ?? ""}`.trimEnd();
  });
}

function stacked(left: readonly string[], right: readonly string[]): string[] {
  const gap = left.length > 0 && right.length > 0 ? [""] : [];
  return [...left, ...gap, ...right].map((line) => line.trimEnd());
}

/** What the drawing's letters and marks mean: those that are in it. */
function legendLines({ sqs, cq }: RingGroup, width: number, colors: Colors): string[] {
  const lines: string[] = [];
  const add = (lead: string, meaning: string): void => {
    const [first = "", ...rest] = wrapped(meaning, width - LEAD);
    lines.push(`${lead}${first}`, ...rest.map((line) => " ".repeat(LEAD) + line));
  };
  const marks = <State extends string>(
    entries: readonly { readonly state: State }[],
    looks: Readonly<Record<State, Look>>,
  ): void => {
    const seen = new Set(entries.map(({ state }) => state));
    for (const [state, { mark, word, color, meaning }] of Object.entries<Look>(looks)) {
      if (!seen.has(state as State)) continue;
      add(` ${colors[color](mark)} ${colors[color](word.padEnd(11))}`, meaning);
    }
  };
  const letters = (side: "sq" | "cq"): void => {
    for (const [letter, meanings] of Object.entries(pointers)) {
      if (meanings[side] !== "") add(colors.bold(` ${letter}▸`.padEnd(LEAD)), meanings[side]);
    }
  };
  if (sqs.length > 0) {
    lines.push(colors.dim("Submission queue"));
    letters("sq");
    marks(
      sqs.flatMap(({ entries }) => entries),
      submissionLooks,
    );
  }
  if (cq !== undefined) {
    lines.push(colors.dim("Completion queue"));
    letters("cq");
    marks(cq.entries, completionLooks);
  }
  return lines;
}

/** Whole words, in lines of at most `room`. */
function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
