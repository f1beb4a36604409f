// Files that are whole, or not there at all: each is written under another name, flushed to the disk and then
// renamed, so that a file with a result's name is complete.
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
import { PhasebitError, usage } from "../ground/errors.ts";

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
 * Writes a file whole, over an earlier one of its name.
 * @throws PhasebitError RESULTS when it could not be written; an earlier file is then still there.
 */
export function saveText(file: string, text: string): void {
  attempt(file, () => writeWhole(file, text));
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
