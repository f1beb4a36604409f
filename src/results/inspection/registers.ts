// The document of `phasebit regs --json`.
import * as v from "valibot";
import { about, device, field } from "./values.ts";

const register = v.strictObject({
  name: v.string(),
  longName: v.string(),
  offset: v.number(),
  bytes: v.picklist([4, 8]),
  /** A string of decimal digits where there are eight bytes. */
  value: v.union([v.number(), v.string()]),
  fields: v.array(field),
});

export const registersDocument = v.strictObject({
  phasebit: about("registers"),
  device,
  registers: v.array(register),
});
