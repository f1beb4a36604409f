// Where a measurement goes: into a file that --output names, with what lies beside it, or into results/.
import type { MeasurementKind } from "../measurement/measurement.ts";
import { checkOutput } from "../results/files.ts";
import {
  hgrmKind,
  isStdout,
  type OutputFileFlags,
  requireForceHasEffect,
  requireOutput,
  resultKind,
} from "./output-file.ts";

/**
 * Makes sure, before a measurement, that its files can be written.
 * @throws PhasebitError USAGE, RESULTS when a folder takes no files
 */
export function requireResultFile(kind: MeasurementKind, flags: OutputFileFlags): void {
  const { output } = flags;
  requireForceHasEffect(flags);
  if (isStdout(output)) return;
  if (output === undefined) {
    checkOutput();
    return;
  }
  requireOutput([output], resultKind, flags);
  if (kind === "run") requireOutput(besides(output), hgrmKind, flags);
}

/** What may lie beside a run: its latencies, of each direction when it has both. */
function besides(output: string): string[] {
  const stem = output.replace(/\.json$/, "");
  return ["", ".read", ".write"].map((direction) => `${stem}${direction}.hgrm`);
}
