// The documents of `phasebit bind`, `unbind` and `restore` with --json.
import * as v from "valibot";
import { use } from "./drives.ts";
import { about } from "./values.ts";

const driver = v.nullable(v.string());

const change = {
  address: v.string(),
  from: driver,
  to: driver,
  steps: v.array(v.string()),
  /** What an earlier command that was killed had left. */
  found: v.nullable(v.string()),
};

export const takenDocument = v.strictObject({
  phasebit: about("taken"),
  action: v.picklist(["bind", "unbind"]),
  dryRun: v.boolean(),
  functions: v.array(
    v.strictObject({
      ...change,
      obstacles: v.array(v.strictObject({ ...use.entries, allowed: v.boolean() })),
      probed: v.boolean(),
      /** The group's node. */
      node: v.nullable(v.string()),
      /** The function's own, where the kernel makes one. */
      ownNode: v.nullable(v.string()),
      resetMethods: v.array(v.string()),
    }),
  ),
});

export const restoredDocument = v.strictObject({
  phasebit: about("restored"),
  dryRun: v.boolean(),
  functions: v.array(
    v.strictObject({ ...change, disks: v.array(v.string()), doubts: v.array(v.string()) }),
  ),
});
