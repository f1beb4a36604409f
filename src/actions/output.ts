// Where a measurement goes: its file first, then stdout, which gets it even when the file could not be written.
import { exitCodes } from "../ground/errors.ts";
import type { Warning } from "../measurement/measurement.ts";
import { FAULTS } from "../measurement/worst-first.ts";
import { isStdout, type OutputFileFlags } from "./output-file.ts";

export interface OutputFlags extends OutputFileFlags {
  readonly outputFormat: "normal" | "json";
}

/** What a finished measurement is shown and saved as. */
export interface Presentation {
  /** @param over the document of an earlier save, which is replaced. @returns the files. @throws PhasebitError RESULTS */
  save(over?: string): string[];
  /** Text for people; `saved` are the files. */
  normal(saved: readonly string[]): string;
  json(): string;
  /** What stderr gets beside JSON: conditions that are not ok. */
  aside(): string;
  /** What the process is to end with. */
  readonly exitCode: number;
}

/** Saves and prints. @returns the files. @throws PhasebitError RESULTS */
export function present(flags: OutputFlags, presentation: Presentation): readonly string[] {
  // a document that is to go to stdout leaves no room for the report there
  const isJson = flags.outputFormat === "json" || isStdout(flags.output);
  let saved: string[] = [];
  try {
    saved = presentation.save();
  } finally {
    // figures that could not be saved are not lost on the terminal too
    process.stdout.write(isJson ? presentation.json() : presentation.normal(saved));
    if (isJson) process.stderr.write(presentation.aside());
  }
  return saved;
}

/** A device or an I/O that failed counts for more than an interruption; where the host broke the device, it is the host's. */
export function exitCodeOf(outcome: {
  readonly warnings: readonly Warning[];
  readonly interrupted: boolean;
}): number {
  if (outcome.warnings.some(({ kind }) => kind === "medium-lost")) return exitCodes.ENVIRONMENT;
  if (outcome.warnings.some(({ kind }) => FAULTS.includes(kind))) return exitCodes.DEVICE;
  return outcome.interrupted ? exitCodes.INTERRUPTED : 0;
}
