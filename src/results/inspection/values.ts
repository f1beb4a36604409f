// What the documents of inspections have in common.
import * as v from "valibot";
import type { DecodedField } from "../../decode/decode.ts";

/** What a field's value is in JSON: those wider than 48 bits are strings of decimal digits. */
const value = v.union([v.number(), v.string()]);

/** A decoded field as JSON has it. */
type FieldEntry = Omit<DecodedField, "value" | "children"> & {
  readonly value: number | string;
  readonly children?: FieldEntry[];
};

/** A field of one of the specification's structures. */
export const field: v.GenericSchema<FieldEntry> = v.strictObject({
  name: v.string(),
  longName: v.string(),
  value,
  text: v.string(),
  meaning: v.exactOptional(v.string()),
  children: v.exactOptional(v.array(v.lazy(() => field))),
  isReserved: v.exactOptional(v.literal(true)),
});

/** What was looked at. */
export const device = v.strictObject({ address: v.string() });

/** What the document is. @param kind as InspectionKind has it */
export function about<const K extends string>(kind: K) {
  return v.strictObject({ kind: v.literal(kind), version: v.string() });
}
