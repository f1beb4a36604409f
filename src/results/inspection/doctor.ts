// The document of `phasebit doctor --json`.
import * as v from "valibot";
import { about } from "./values.ts";

const finding = v.strictObject({
  about: v.string(),
  level: v.picklist(["ok", "hint", "problem"]),
  text: v.string(),
  /** The command that mends it. */
  remedy: v.nullable(v.string()),
});

export const doctorDocument = v.strictObject({
  phasebit: about("doctor"),
  ready: v.boolean(),
  machine: v.array(finding),
  functions: v.array(
    v.strictObject({ address: v.string(), ready: v.boolean(), findings: v.array(finding) }),
  ),
});
