// The small values of the result documents. What is read may be damaged or hostile: numbers are bounded so that
// sums of them stay finite and exact, lists so that nothing grows without end, strings come out as safe text.
import * as v from "valibot";
import { safeString } from "../../ground/strings.ts";

/** Raised when a key changes its meaning or goes away; new keys do not raise it. */
export const SCHEMA = 3;

/** Longer texts are no names, options or messages. */
const LONGEST_TEXT = 8192;
/** The largest whole number of which a double knows twice the value. */
const LARGEST = 2 ** 52;

/** Printable ASCII comes out of it, whatever goes in; what becomes too long is cut. */
export const text = v.pipe(
  v.string(),
  v.maxLength(LONGEST_TEXT),
  v.transform((value) => safeString(value).slice(0, LONGEST_TEXT)),
);

/** A whole number that a double holds exactly. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(LARGEST));

/** 1 and above. */
export const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(LARGEST));

/** A rate, a time, a sum of times: 0 and above, with fractions. */
export const amount = v.pipe(v.number(), v.minValue(0), v.maxValue(2 ** 80));

/** A time that is divided by: 0, or at least one unit. */
export const duration = v.pipe(
  v.number(),
  v.minValue(0),
  v.maxValue(2 ** 63),
  v.check((value) => value === 0 || value >= 1e-6, "must be 0 or at least 0.000001"),
);

/** A figure that may be negative. */
export const figure = v.pipe(v.number(), v.minValue(-(2 ** 80)), v.maxValue(2 ** 80));

/** Unix time in ms, up to the last that a Date holds. */
export const unixMs = v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e15));

/** A list that may be as long as a real one ever is. */
export function listOf<S extends v.GenericSchema>(item: S, longest: number) {
  return v.pipe(v.array(item), v.maxLength(longest));
}
