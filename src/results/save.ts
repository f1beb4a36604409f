// Puts a result into files: whole, or not at all. Each is written under another name, flushed to the disk
// and then renamed, so that a file with a result's name is complete.
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { directionsOf, latenciesOf, workloadName } from "../analysis/totals.ts";
import { PhasebitError, usage } from "../errors.ts";
import type { RunMeasurement } from "../run/measurement.ts";
import type { Workload } from "../run/workload.ts";
import { fioDocument } from "./fio.ts";
import { hgrm } from "./hgrm.ts";

/** Where results go when nobody says otherwise, below the working directory. */
export const RESULTS_FOLDER = "results";

/**
 * Makes sure, before a run, that its result can be saved: to the file `output`, or into the results
 * folder, which is made.
 * @throws PhasebitError USAGE for a name that cannot be a result's, RESULTS when nothing can be written.
 */
export function checkOutput(output?: string): void {
  if (output === undefined)
    attempt(RESULTS_FOLDER, () => mkdirSync(RESULTS_FOLDER, { recursive: true }));
  else checkFile(output);
  const folder = output === undefined ? RESULTS_FOLDER : dirname(output);
  const trial = partialName(join(folder, "phasebit"));
  attempt(folder, () => {
    closeSync(openSync(trial, "wx"));
    rmSync(trial);
  });
}

function checkFile(output: string): void {
  if (output === "") throw usage('--output "": names no file');
  // Renaming over a device, as root, would replace it.
  if (existsSync(output) && !statSync(output).isFile()) {
    throw usage(
      `--output ${output}: is not a regular file; give the name of a file for the result`,
    );
  }
  if (!existsSync(dirname(output))) {
    throw usage(`--output ${output}: there is no folder ${dirname(output)}; make it first`);
  }
}

/**
 * Saves the result document, and the latencies of each direction as .hgrm beside it.
 * @returns the files, the document first.
 * @throws PhasebitError RESULTS when one could not be written whole.
 */
export function saveRun(run: RunMeasurement, output?: string): string[] {
  const document = output ?? freeName(run.startedMs, workloadName(run.workload));
  const stem = document.replace(/\.json$/, "");
  const measured = directionsOf(run.workload)
    .map((direction) => ({ direction, latencies: latenciesOf(run, direction) }))
    .filter(({ latencies }) => latencies.total > 0);
  const distributions = measured.map(({ direction, latencies }) => ({
    file: measured.length > 1 ? `${stem}.${direction}.hgrm` : `${stem}.hgrm`,
    text: hgrm(latencies),
  }));
  const files = [{ file: document, text: documentText(run) }, ...distributions];
  for (const { file, text } of files) attempt(file, () => writeWhole(file, text));
  return files.map(({ file }) => file);
}

/**
 * Saves the document of a comparison or a sweep, whose file's name begins with `kind`.
 * @returns the file.
 * @throws PhasebitError RESULTS when it could not be written whole.
 */
export function saveDocument(
  document: object,
  { kind, startedMs, workload }: { kind: string; startedMs: number; workload: Workload },
  output?: string,
): string {
  const file = output ?? freeName(startedMs, `${kind}-${workloadName(workload)}`);
  attempt(file, () => writeWhole(file, jsonText(document)));
  return file;
}

/** The result document of a run as JSON. */
export function documentText(run: RunMeasurement): string {
  return jsonText(fioDocument(run));
}

/** A document as JSON, a line for each list of numbers. */
export function jsonText(document: object): string {
  const lines = JSON.stringify(document, null, 2);
  // Line ends in strings are escaped, so what matches is a list of numbers and nothing else.
  const lists = lines.replace(/\[\s+(-?[0-9][0-9eE.+,\s-]*?)\s+\]/g, (_, numbers: string) => {
    return `[${numbers.replace(/\s+/g, "")}]`;
  });
  return `${lists}\n`;
}

/** "results/20261122T091405Z-randread-4k-qd1x1.json"; a number is added when there is one already. */
function freeName(startedMs: number, label: string): string {
  const second = new Date(startedMs).toISOString().replace(/\.[0-9]+Z$|[-:]/g, "");
  const stem = join(RESULTS_FOLDER, `${second}Z-${label}`);
  for (let number = 2, name = stem; ; number++) {
    if (!existsSync(`${name}.json`)) return `${name}.json`;
    name = `${stem}-${number}`;
  }
}

/** "wx" refuses what is there, links too: nobody else may choose where the bytes go. */
function writeWhole(file: string, text: string): void {
  const partial = partialName(file);
  try {
    const descriptor = openSync(partial, "wx");
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
  syncFolder(dirname(file));
}

/** The new name lasts only when the folder has reached the disk too. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function partialName(file: string): string {
  return `${file}.${randomBytes(4).toString("hex")}.partial`;
}

function attempt(what: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    const { code = "unknown error" } = cause as NodeJS.ErrnoException;
    throw new PhasebitError("RESULTS", `write ${what}: ${code}; ${advice(code)}`, { cause });
  }
}

function advice(code: string): string {
  if (code === "ENOSPC" || code === "EDQUOT")
    return "free some space, or save elsewhere with --output";
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return "the folder cannot be written to; save elsewhere with --output";
  }
  if (code === "EEXIST" || code === "ENOTDIR") return "a file has the folder's name; move it away";
  return "save elsewhere with --output";
}
