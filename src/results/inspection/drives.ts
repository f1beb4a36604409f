// The document of `phasebit list --json`. What nobody knows is null.
import * as v from "valibot";
import { type UseKind, useKinds } from "../../pci/use-kinds.ts";
import { about } from "./values.ts";

const maybeText = v.nullable(v.string());
const maybeNumber = v.nullable(v.number());

/** Something that speaks against taking a function from its driver. */
export const use = v.strictObject({
  kind: v.picklist(Object.keys(useKinds) as UseKind[]),
  text: v.string(),
});

const drive = v.strictObject({
  address: v.string(),
  ids: v.string(),
  driver: maybeText,
  controller: maybeText,
  model: maybeText,
  serial: maybeText,
  firmware: maybeText,
  namespaces: v.nullable(v.array(v.strictObject({ name: v.string(), bytes: maybeNumber }))),
  group: maybeNumber,
  company: v.array(v.strictObject({ address: v.string(), driver: maybeText })),
  numaNode: maybeNumber,
  link: v.nullable(
    v.strictObject({
      speed: v.number(),
      width: v.number(),
      maxSpeed: v.number(),
      maxWidth: v.number(),
    }),
  ),
  resetMethods: v.array(v.string()),
  virtualFunctions: v.nullable(v.strictObject({ active: v.number(), total: v.number() })),
  uses: v.array(use),
  held: v.nullable(v.strictObject({ driver: maybeText, leftover: maybeText })),
});

export const drivesDocument = v.strictObject({
  phasebit: about("drives"),
  drives: v.array(drive),
});
