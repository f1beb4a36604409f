// Lists and numbers on the command line.
import { oneOf } from "../ground/choices.ts";
import { usage } from "../ground/errors.ts";
import { typedText } from "../ground/strings.ts";

/** `poll,interrupt` as names of `known`, each once. @throws PhasebitError USAGE */
export function names<T extends string>(flag: string, text: string, known: readonly T[]): T[] {
  const found = text.split(",").map((typed) => oneOf(flag, typed, known));
  const twice = found.find((name, index) => found.indexOf(name) !== index);
  if (twice !== undefined) throw usage(`${flag} ${text}: names ${twice} twice`);
  return found;
}

/** `1,8,32` as numbers from `min` to `max`. @throws PhasebitError USAGE */
export function numbers(flag: string, text: string, min: number, max: number): number[] {
  return text.split(",").map((part) => wholeNumber(flag, part, min, max));
}

/** @throws PhasebitError USAGE */
export function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw usage(`${flag} ${typedText(text)}: must be a whole number from ${min} to ${max}`);
}
