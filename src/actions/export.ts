// phasebit export: reads a result and writes it in another format, to stdout, a file or a folder.
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type ExportedFile, exported, requireFitting } from "../export/export.ts";
import type { ExportFormat, ExportOptions } from "../export/export-options.ts";
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import { saveText } from "../results/files.ts";
import { readResult } from "../results/read.ts";
import {
  type FileKind,
  hgrmKind,
  isStdout,
  kindByHead,
  kindByKeys,
  type OutputFileFlags,
  requireForceHasEffect,
  requireOther,
  requireOutput,
  resultKind,
} from "./output-file.ts";

/** What the command line said. */
export interface ExportFlags extends ExportOptions, OutputFileFlags {}

const metricsKind = kindByHead("metrics of phasebit", (head) =>
  /^# (TYPE|HELP|UNIT) phasebit_/.test(head),
);

/** What tells each format's files from others. */
const kinds: Readonly<Record<ExportFormat, FileKind>> = {
  hgrm: hgrmKind,
  hlog: kindByHead("log of phasebit", (head) => head.includes("\n#[Logged with phasebit ")),
  csv: kindByHead("table of phasebit", (head) => head.startsWith('"result","partial","device",')),
  json: resultKind,
  "fio-json": kindByKeys("export of phasebit in fio's JSON", (document) => {
    return `${document["fio version"]}`.startsWith("phasebit") && !("phasebit" in document);
  }),
  openmetrics: metricsKind,
  prometheus: metricsKind,
  markdown: kindByHead("summary of phasebit", (head) =>
    /^### phasebit (run|compare|sweep)\b/.test(head),
  ),
};

/** Exports the result in `source`, and lists the files that it wrote. */
export function exportResult(source: string, flags: ExportFlags): void {
  requireFitting(flags);
  requireForceHasEffect(flags);
  const { files, notes } = exported(readResult(source), flags);
  const { output = "-" } = flags;
  const what = flags.format === "hgrm" ? "distributions" : "groups";
  if (isStdout(output)) process.stdout.write(only(files, source, what).text);
  else if (isFolder(output)) saveAll(within(output, files), source, flags);
  else saveAll([{ file: output, text: only(files, source, what).text }], source, flags);
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
function saveAll(targets: readonly Target[], source: string, flags: ExportFlags): void {
  const names = targets.map(({ file }) => file);
  for (const file of names) requireOther(file, [source]);
  requireOutput(names, kinds[flags.format], flags);
  for (const { file, text } of targets) {
    saveText(file, text);
    process.stdout.write(`${safeString(file)}\n`);
  }
}
