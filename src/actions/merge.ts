// phasebit merge: several results as one, saved as any result is.
import { comparisonReport } from "../report/compare.ts";
import { normalReport } from "../report/normal.ts";
import { sweepReport } from "../report/sweep.ts";
import { comparisonDocument } from "../results/compare-document.ts";
import { checkOutput } from "../results/files.ts";
import { type MergedResult, mergeResults } from "../results/merge.ts";
import { readResult } from "../results/read.ts";
import { documentText, jsonText, saveDocument, saveRun } from "../results/save.ts";
import { sweepDocument } from "../results/sweep-document.ts";
import { requireNew, requireOther } from "./other-file.ts";
import { type OutputFlags, type Presentation, present } from "./output.ts";

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
  present(flags, presentation(merged, flags.output));
}

/** What saving the sum will write; a run's latencies lie beside it. */
function filesOf({ kind }: MergedResult, output: string): string[] {
  if (kind !== "run") return [output];
  const stem = output.replace(/\.json$/, "");
  return [output, ...["", ".read", ".write"].map((direction) => `${stem}${direction}.hgrm`)];
}

function presentation(merged: MergedResult, output: string): Presentation {
  switch (merged.kind) {
    case "run":
      return {
        save: () => saveRun(merged.measurement, output),
        normal: (saved) => normalReport(merged.measurement, { saved }),
        json: () => documentText(merged.measurement),
      };
    case "compare": {
      const document = comparisonDocument(merged.measurement);
      return {
        save: () => [saveDocument(document, { kind: "compare", ...merged.measurement }, output)],
        normal: (saved) => comparisonReport(merged.measurement, { saved }),
        json: () => jsonText(document),
      };
    }
    case "sweep": {
      const document = sweepDocument(merged.measurement);
      return {
        save: () => [saveDocument(document, { kind: "sweep", ...merged.measurement }, output)],
        normal: (saved) => sweepReport(merged.measurement, { saved }),
        json: () => jsonText(document),
      };
    }
  }
}
