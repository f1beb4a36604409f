// Where --output may lead, which every command has in common: a new file, or one of the same kind that --force gives up.
import { closeSync, existsSync, openSync, readFileSync, readSync, realpathSync } from "node:fs";
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import { checkOutput } from "../results/files.ts";

/** --output and what goes with it. */
export interface OutputFileFlags {
  readonly output?: string;
  readonly force?: boolean;
}

/** What a command writes. */
export interface FileKind {
  /** "a result of phasebit" */
  readonly name: string;
  /** Whether the file that is there is one. */
  is(file: string): boolean;
}

/** Whether --output asks for stdout. */
export function isStdout(output: string | undefined): boolean {
  return output === "-";
}

/**
 * Consent is for a file that --output names; without one there is nothing to replace.
 * @throws PhasebitError USAGE for --force without it
 */
export function requireForceHasEffect({ output, force }: OutputFileFlags): void {
  if (force !== true || (output !== undefined && !isStdout(output))) return;
  throw usage("--force: has no effect without --output and a file's name; leave it out");
}

/**
 * Makes sure, before anything is done, that `files` can be written: in folders that are there, over nothing but what is
 * of the same kind and given up with --force.
 * @throws PhasebitError USAGE, RESULTS when the folder takes no files
 */
export function requireOutput(
  files: readonly string[],
  kind: FileKind,
  { force = false }: OutputFileFlags,
): void {
  for (const file of files) {
    checkOutput(file);
    if (!existsSync(file)) continue;
    const is = `--output ${safeString(file)}: is there already`;
    if (!kind.is(file)) throw usage(`${is} and is no ${kind.name}; give another name`);
    if (!force) throw usage(`${is}; give another name, or replace it with --force`);
  }
}

/**
 * The same for bytes of which nobody can tell whose they are: none are given up.
 * @throws PhasebitError USAGE, RESULTS when the folder takes no files
 */
export function requireNew(file: string): void {
  checkOutput(file);
  if (!existsSync(file)) return;
  throw usage(`--output ${safeString(file)}: is there already; give another name`);
}

/** @throws PhasebitError USAGE when `output` is one of the `sources`, by whatever name */
export function requireOther(output: string, sources: readonly string[]): void {
  if (!existsSync(output)) return;
  const same = sources.some((source) => realpathSync(source) === realpathSync(output));
  if (same) throw usage(`--output ${safeString(output)}: is what is read; give another name`);
}

/** A kind that shows in a file's beginning. */
export function kindByHead(name: string, isHead: (head: string) => boolean): FileKind {
  return { name, is: (file) => isHead(headOf(file)) };
}

/** A kind that shows in a JSON document's keys: a damaged one, or one of a later phasebit, counts too. */
export function kindByKeys(
  name: string,
  isKind: (document: Readonly<Record<string, unknown>>) => boolean,
): FileKind {
  return {
    name,
    is(file) {
      try {
        const document: unknown = JSON.parse(readFileSync(file, "utf8"));
        return typeof document === "object" && document !== null && isKind({ ...document });
      } catch {
        // neither JSON nor, beyond the longest string, anything that phasebit reads
        return false;
      }
    },
  };
}

/** What run, compare, sweep and merge write. */
export const resultKind = kindByKeys("result of phasebit", (document) => {
  const isOfBlocks = "modes" in document || "points" in document || "blocks" in document;
  return "phasebit" in document || (isOfBlocks && "schema" in document);
});

export const hgrmKind = kindByHead(".hgrm file", (head) =>
  /^ +Value +Percentile +TotalCount +1\/\(1-Percentile\)\n/.test(head),
);

/** Enough to tell any kind. */
export const HEAD_BYTES = 512;

function headOf(file: string): string {
  const descriptor = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(HEAD_BYTES);
    return bytes.toString("utf8", 0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}
