// phasebit export: reads a result and writes it in another format, to stdout, a file or a folder.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type ExportedFile, exported, requireFitting } from "../export/export.ts";
import type { ExportOptions } from "../export/export-options.ts";
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import { checkOutput, saveText } from "../results/files.ts";
import { readResult } from "../results/read.ts";
import { requireNoResult, requireOther } from "./other-file.ts";

/** What the command line said. */
export interface ExportFlags extends ExportOptions {
  readonly output?: string;
}

/** Exports the result in `source`, and lists the files that it wrote. */
export function exportResult(source: string, flags: ExportFlags): void {
  requireFitting(flags);
  const { files, notes } = exported(readResult(source), flags);
  const { output = "-" } = flags;
  const what = flags.format === "hgrm" ? "distributions" : "groups";
  if (output === "-") process.stdout.write(only(files, source, what).text);
  else if (isFolder(output)) saveAll(within(output, files), source);
  else saveAll([{ file: output, text: only(files, source, what).text }], source);
  for (const note of notes) process.stderr.write(`phasebit: ${safeString(source)}: ${note}\n`);
}

interface Target {
  readonly file: string;
  readonly text: string;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function within(folder: string, files: readonly ExportedFile[]): Target[] {
  return files.map(({ name, text }) => ({ file: join(folder, name), text }));
}

/** stdout and a file hold one distribution, or one group of fio's. */
function only(files: readonly ExportedFile[], source: string, what: string): ExportedFile {
  if (files.length === 1) return files[0]!;
  const names = files.map(({ of }) => of).join(", ");
  throw usage(
    `${safeString(source)}: has ${files.length} ${what} (${names}), and each needs a file of ` +
      "its own: --select one of them, or let --output name an existing folder",
  );
}

/** Nothing is written unless all of it can be. */
function saveAll(targets: readonly Target[], source: string): void {
  for (const { file } of targets) {
    requireOther(file, [source]);
    requireNoResult(file);
    checkOutput(file);
  }
  for (const { file, text } of targets) {
    saveText(file, text);
    process.stdout.write(`${safeString(file)}\n`);
  }
}
