// The documents of `phasebit regs --json`: one of all that was read, and with --watch one for each change.
import * as v from "valibot";
import { about, device, field } from "./values.ts";

/** A string of decimal digits where the register has eight bytes. */
const value = v.union([v.number(), v.string()]);

/** What CC and CSTS add up to. */
export const state = v.strictObject({
  condition: v.picklist([
    "gone",
    "fatal",
    "disabled",
    "ready",
    "waiting",
    "shutting-down",
    "shut-down",
  ]),
  text: v.string(),
});

const register = v.strictObject({
  name: v.string(),
  longName: v.string(),
  offset: v.number(),
  bytes: v.picklist([4, 8]),
  value,
  fields: v.array(field),
});

export const registersDocument = v.strictObject({
  phasebit: about("registers"),
  device,
  /** Looked at while somebody else has the function. */
  inPlace: v.boolean(),
  access: v.picklist(["64", "lo-hi", "hi-lo"]),
  state,
  writes: v.array(v.strictObject({ register: v.string(), value, after: value })),
  registers: v.array(register),
});

export const registerChangeDocument = v.strictObject({
  phasebit: about("register-change"),
  atMs: v.number(),
  register: v.string(),
  before: value,
  after: value,
  fields: v.array(field),
});
