// A row of bars, one for each value.
import { bar } from "../text/columns.ts";
import { glyphsOf, type Look } from "./look.ts";

/** Bars from 0 to the largest value; undefined leaves a gap. */
export function bars(values: readonly (number | undefined)[], look: Look): string {
  const heights = glyphsOf(look).bars;
  const largest = Math.max(0, ...values.map((value) => value ?? 0));
  return values.map((value) => (value === undefined ? " " : bar(value, largest, heights))).join("");
}
