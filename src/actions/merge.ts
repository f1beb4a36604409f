// phasebit merge: several results as one, saved as any result is.
import type { Measurement } from "../measurement/measurement.ts";
import { checkOutput } from "../results/files.ts";
import { mergeResults } from "../results/merge.ts";
import { readResult } from "../results/read.ts";
import { requireNew, requireOther } from "./other-file.ts";
import { type OutputFlags, present } from "./output.ts";
import { presentationOf } from "./presentation.ts";

/** What the command line said. */
export interface MergeFlags extends OutputFlags {
  readonly output: string;
}

/** Adds the results in `files` up, saves and prints the sum. */
export function merge(files: readonly string[], flags: MergeFlags): void {
  const merged = mergeResults(files.map(readResult), process.argv.slice(2));
  requireOther(flags.output, files);
  checkOutput(flags.output);
  requireNew(filesOf(merged, flags.output));
  present(flags, presentationOf(merged, flags.output));
}

/** What saving the sum will write; a run's latencies lie beside it. */
function filesOf({ kind }: Measurement, output: string): string[] {
  if (kind !== "run") return [output];
  const stem = output.replace(/\.json$/, "");
  return [output, ...["", ".read", ".write"].map((direction) => `${stem}${direction}.hgrm`)];
}
