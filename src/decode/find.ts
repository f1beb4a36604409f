// Decoded fields by name.
import type { DecodedField } from "./decode.ts";

/** The field "PXLS", or "PXLS.NLW" inside of it; undefined where it is not there. */
export function fieldOf(fields: readonly DecodedField[], path: string): DecodedField | undefined {
  const [name, ...inside] = path.split(".");
  const found = fields.find((field) => field.name === name && field.isReserved !== true);
  if (found === undefined || inside.length === 0) return found;
  return fieldOf(found.children ?? [], inside.join("."));
}

/** Its value as a number; undefined where it is not there or no number. */
export function numberOf(fields: readonly DecodedField[], path: string): number | undefined {
  const value = fieldOf(fields, path)?.value;
  return value === undefined || typeof value === "string" ? undefined : Number(value);
}
