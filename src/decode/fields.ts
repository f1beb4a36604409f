// What a page holds as fields, also where it is a list: so that people and programs read all pages in one way.
import type { DecodedField } from "./decode.ts";
import { hexText } from "./shows.ts";

/** Items of a list, each a field of the same name. */
export function numberedFields(
  name: string,
  longName: string,
  values: readonly number[],
): DecodedField[] {
  return values.map((value) => ({ name, longName, value, text: String(value) }));
}

/** An item with fields of its own. */
export function groupField(
  name: string,
  longName: string,
  text: string,
  children: readonly DecodedField[],
): DecodedField {
  return { name, longName, value: text, text, children };
}

/** "06h" */
export function numberText(number: number): string {
  return `${hexText(number, 2).slice(2).toUpperCase()}h`;
}
