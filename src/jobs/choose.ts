// The job of a file that is to run: one at a time.
import { usage } from "../ground/errors.ts";
import { safeString, typedText } from "../ground/strings.ts";
import { jobError } from "./place.ts";
import type { JobSection } from "./sections.ts";

/**
 * @param name as `--section` has it
 * @throws PhasebitError USAGE when there is none, or several and nobody said which
 */
export function chosenJob(file: string, jobs: readonly JobSection[], name?: string): JobSection {
  const names = jobs.map((job) => safeString(job.name)).join(", ");
  const [first, second] = name === undefined ? jobs : jobs.filter((job) => job.name === name);
  if (first === undefined) {
    const there = names === "" ? "there is none" : `it has ${names}`;
    if (name === undefined) {
      throw usage(
        `job file ${typedText(file)}: no job: a job is a section, as in [read]; ${there}`,
      );
    }
    throw usage(`--section ${typedText(name)}: ${typedText(file)} has no such job; ${there}`);
  }
  if (second === undefined) return first;
  if (name === undefined) {
    throw jobError(second, `a second job, and one runs at a time; choose by --section: ${names}`);
  }
  throw jobError(second, `a second job of the name ${safeString(name)}: which one is meant?`);
}
