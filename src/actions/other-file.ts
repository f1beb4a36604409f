// What is not written over: a file that is read, a result.
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";

/** @throws PhasebitError USAGE when `output` is one of the `sources`, by whatever name */
export function requireOther(output: string, sources: readonly string[]): void {
  if (!existsSync(output)) return;
  const same = sources.some((source) => realpathSync(source) === realpathSync(output));
  if (same) throw usage(`--output ${safeString(output)}: is what is read; give another name`);
}

/** @throws PhasebitError USAGE when `output` is there already and is a result: there is no other copy of it */
export function requireNoResult(output: string): void {
  if (!existsSync(output) || !statSync(output).isFile() || !isResult(output)) return;
  throw usage(
    `--output ${safeString(output)}: is a result of phasebit; give another name, or remove it first`,
  );
}

/** @throws PhasebitError USAGE when one of the files that `--output` leads to is there already */
export function requireNew(files: readonly string[]): void {
  const there = files.find((file) => existsSync(file));
  if (there === undefined) return;
  throw usage(`--output: ${safeString(there)} exists; remove it first, or choose another name`);
}

/** Whether it has a result's keys: a damaged one, or one of a later phasebit, counts too. */
function isResult(file: string): boolean {
  try {
    const document: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof document !== "object" || document === null) return false;
    const isOfBlocks = "modes" in document || "points" in document;
    return "phasebit" in document || (isOfBlocks && "schema" in document);
  } catch {
    // neither JSON nor, beyond the longest string, anything that phasebit reads
    return false;
  }
}
