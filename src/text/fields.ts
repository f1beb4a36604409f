// Decoded fields as a table: name, value, and in words what they are. Words wrap; names and values do not.
import type { DecodedField } from "../decode/decode.ts";
import type { Style } from "./columns.ts";
import type { Lines } from "./compare-frame.ts";

const INDENT = 2;
const GAP = 2;
/** Values beyond that get a line of their own: a column of 512 hexadecimal digits helps nobody. */
const WIDEST_VALUE = 24;
/** Columns for words below which a narrow terminal's own wrapping is no worse. */
const NARROWEST = 16;

/** A line of the table before it has its columns. */
interface FlatRow {
  readonly name: string;
  readonly value: string;
  readonly words: string;
  readonly isReserved: boolean;
}

/** Columns of names and values. */
export interface FieldColumns {
  /** Blanks before the names. */
  readonly indent: number;
  readonly nameWidth: number;
  readonly valueWidth: number;
}

/** Columns with room for these fields: several tables that are to line up have the same. */
export function columnsOf(fields: readonly DecodedField[], indent = INDENT): FieldColumns {
  const rows = flat(fields, indent);
  const values = rows.map(({ value }) => value).filter(({ length }) => length <= WIDEST_VALUE);
  return {
    indent,
    nameWidth: widest(rows.map(({ name }) => name)) + GAP,
    valueWidth: widest(values) + GAP,
  };
}

/** The fields, one or more lines each, those inside of others indented below them. Reserved bits that are set stand out. */
export function fieldLines(
  fields: readonly DecodedField[],
  lines: Lines,
  place: FieldColumns = columnsOf(fields),
): string[] {
  return flat(fields, place.indent).flatMap((row) => rowLines(row, place, lines));
}

function flat(fields: readonly DecodedField[], indent: number): FlatRow[] {
  return fields.flatMap((field) => [
    {
      name: " ".repeat(indent) + field.name,
      value: field.text,
      words: wordsOf(field),
      isReserved: field.isReserved === true,
    },
    ...flat(field.children ?? [], indent + INDENT),
  ]);
}

function wordsOf({ longName, meaning }: DecodedField): string {
  return meaning === undefined ? longName : `${longName}: ${meaning}`;
}

function rowLines(
  { name, value, words, isReserved }: FlatRow,
  { nameWidth, valueWidth }: FieldColumns,
  { colors, columns }: Lines,
): string[] {
  const margin = nameWidth + valueWidth;
  const [first = "", ...others] = wrapWords(words, Math.max(NARROWEST, columns - margin));
  const style: Style = isReserved ? colors.yellow : String;
  const rest = others.map((line) => " ".repeat(margin) + style(line));
  const start = colors.bold(name.padEnd(nameWidth));
  if (value.length <= valueWidth - GAP) {
    return [start + style(value.padEnd(valueWidth) + first), ...rest];
  }
  const room = Math.max(NARROWEST, columns - nameWidth);
  const [part = "", ...parts] = pieces(value, room);
  return [
    start + style(part),
    ...parts.map((piece) => " ".repeat(nameWidth) + style(piece)),
    " ".repeat(margin) + style(first),
    ...rest,
  ];
}

/** Whole words, as many as fit in each line. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** A value that has no blanks to be broken at. */
function pieces(text: string, width: number): string[] {
  const count = Math.ceil(text.length / width);
  return Array.from({ length: count }, (_, at) => text.slice(at * width, (at + 1) * width));
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}
