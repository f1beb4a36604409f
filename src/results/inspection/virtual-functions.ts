// The document of `phasebit sriov` with --json.
import * as v from "valibot";
import { about } from "./values.ts";

export const virtualFunctionsDocument = v.strictObject({
  phasebit: about("virtual-functions"),
  dryRun: v.boolean(),
  /** The physical function. */
  address: v.string(),
  driver: v.nullable(v.string()),
  /** The most that it can have. */
  total: v.number(),
  /** Addresses of the virtual ones, in the order of their numbers, from 1 on; of a dry run those that there are now. */
  functions: v.array(v.string()),
  /** What was done, or would be. */
  steps: v.array(v.string()),
});
