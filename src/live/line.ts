// Lines of text in several inks whose width is known before they are printed.
import { type Ink, inked, type Look } from "./look.ts";

/** A piece of a line. Every character is one column wide. */
export interface Piece {
  readonly text: string;
  readonly ink: Ink;
}

export type Line = readonly Piece[];

/** A printed line and how many columns it takes. */
export interface Printed {
  readonly text: string;
  readonly width: number;
}

export function piece(text: string, ink: Ink = "plain"): Piece {
  return { text, ink };
}

/** The line, cut at `columns`, without blanks at its end. */
export function printed(line: Line, columns: number, look: Look): Printed {
  const cut = trimmed(clipped(line, columns));
  return {
    text: cut.map(({ text, ink }) => inked(text, ink, look)).join(""),
    width: cut.reduce((sum, { text }) => sum + text.length, 0),
  };
}

function clipped(line: Line, columns: number): Piece[] {
  let room = columns;
  return line.flatMap(({ text, ink }) => {
    const part = text.slice(0, Math.max(0, room));
    room -= part.length;
    return part === "" ? [] : [{ text: part, ink }];
  });
}

/** A coloured background is no blank. */
function trimmed(line: readonly Piece[]): Piece[] {
  const last = line.at(-1);
  if (last === undefined || typeof last.ink === "number") return [...line];
  const text = last.text.trimEnd();
  if (text === "") return trimmed(line.slice(0, -1));
  return [...line.slice(0, -1), { text, ink: last.ink }];
}
