// Where results go, and whether they can.
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { usage } from "../ground/errors.ts";
import { saving, tryFolder, writeWhole } from "../ground/whole-file.ts";

/** Where results go when nobody says otherwise, below the working directory. */
export const RESULTS_FOLDER = "results";

/**
 * Makes sure, before a run, that its result can be saved: to the file `output`, or into the results
 * folder, which is made.
 * @throws PhasebitError USAGE for a name that cannot be a result's, RESULTS when nothing can be written.
 */
export function checkOutput(output?: string): void {
  if (output === undefined)
    saving(RESULTS_FOLDER, () => mkdirSync(RESULTS_FOLDER, { recursive: true }));
  else checkFile(output);
  const folder = output === undefined ? RESULTS_FOLDER : dirname(output);
  saving(folder, () => tryFolder(folder));
}

function checkFile(output: string): void {
  if (output === "") throw usage('--output "": names no file');
  // Renaming over a device, as root, would replace it.
  if (existsSync(output) && !statSync(output).isFile()) {
    throw usage(
      `--output ${output}: is not a regular file; give the name of a file, or - for stdout`,
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
  saving(file, () => writeWhole(file, text));
}
