// The end of the view: doubts, in full where there is room, else one line each.
import type { WarningEvent } from "./events.ts";
import { type Line, piece } from "./line.ts";
import { wrapped } from "./words.ts";

const LABEL_WIDTH = 8;
const CUT = "..";

/** The warnings in at most a third of `room` lines; in full, if that takes no more than a fifth. */
export function warningLines(
  warnings: readonly WarningEvent[],
  columns: number,
  room: number,
): Line[] {
  const rows = Math.floor(room / 3);
  if (rows < 1) return [];
  const width = columns - LABEL_WIDTH;
  const inFull = warnings.flatMap(({ text }) => labelled(wrapped(text, width)));
  if (inFull.length <= room / 5) return inFull;
  const shown = warnings.length <= rows ? warnings : warnings.slice(0, rows - 1);
  const lines = shown.flatMap(({ text }) => labelled([clipped(text, width)]));
  const others = warnings.length - shown.length;
  return others > 0 ? [...lines, ...labelled([`${others} more in the report`])] : lines;
}

function labelled(lines: readonly string[]): Line[] {
  return lines.map((line, index) => [
    piece((index === 0 ? "warning" : "").padEnd(LABEL_WIDTH), "yellow"),
    piece(line),
  ]);
}

/** What was seen, without the advice. */
function clipped(text: string, width: number): string {
  const sentence = /^.*?\.(?= |$)/.exec(text)?.[0] ?? text;
  return sentence.length <= width ? sentence : sentence.slice(0, width - CUT.length) + CUT;
}
