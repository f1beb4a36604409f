// What exports of a result's file are named after.
import { basename } from "node:path";
import { safeName } from "../measurement/safe-names.ts";

/** "results/x.json" is "x". */
export function stemOf(file: string): string {
  return safeName(basename(file).replace(/\.json$/, ""));
}
