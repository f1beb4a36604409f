// phasebit merge: several results as one, saved as any result is.
import { mergeResults } from "../results/merge.ts";
import { readResult } from "../results/read.ts";
import { type OutputFlags, present } from "./output.ts";
import { requireOther } from "./output-file.ts";
import { presentationOf } from "./presentation.ts";
import { requireResultFile } from "./result-file.ts";
import { among, tellLeftOut } from "./results-among.ts";

/** What the command line said. */
export interface MergeFlags extends OutputFlags {
  readonly output: string;
}

/** Adds the results in `files` up, saves and prints the sum. */
export function merge(files: readonly string[], flags: MergeFlags): void {
  const { found, others } = among(files, readResult);
  tellLeftOut(others);
  const merged = mergeResults(found, process.argv.slice(2));
  requireOther(flags.output, files);
  requireResultFile(merged.kind, flags);
  present(flags, presentationOf(merged, flags.output));
}
