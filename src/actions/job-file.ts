// What a job file asks of `run`: its options below those of the command line, and what is said about them.
import { PhasebitError } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import { chosenJob } from "../jobs/choose.ts";
import { inFile, type Job, jobOf, requireRuntime, withoutDevice } from "../jobs/job.ts";
import { readJobs } from "../jobs/sections.ts";
import { type TypedOptions, typedText } from "../measurement/idle-options.ts";
import { parseWorkload, type Workload } from "../measurement/workload.ts";

export interface JobFlags {
  readonly section?: string;
  readonly parseOnly?: boolean;
}

/** A job, and the workload that it is with what was typed. */
export interface PlannedJob {
  readonly job: Job;
  readonly workload: Workload;
}

/** @throws PhasebitError USAGE naming file, line and column, or the option that was typed; REFUSED as parseWorkload */
export function plannedJob(file: string, { section }: JobFlags, typed: TypedOptions): PlannedJob {
  const job = jobOf(chosenJob(file, readJobs(file), section));
  if (typed.runtime === undefined) requireRuntime(job);
  try {
    const options = typed.device === undefined ? job.options : withoutDevice(job);
    return { job, workload: parseWorkload({ ...options, ...typed }) };
  } catch (error) {
    const isTyped = error instanceof PhasebitError && Object.hasOwn(typed, error.what ?? "");
    throw error instanceof PhasebitError && !isTyped ? inFile(error, job) : error;
  }
}

/** The job as a command line, which does the same. */
export function commandOf({ options }: Job): string {
  const words = Object.entries(options).map(([name, value]) =>
    value === false ? "" : quoted(typedText(name, value)),
  );
  return ["phasebit run", ...words.filter((word) => word !== "")].join(" ");
}

/** For a shell: a value with more than letters in quotes. */
function quoted(text: string): string {
  const [flag = "", ...rest] = text.split(" ");
  const value = rest.join(" ");
  if (value === "") return flag;
  return /^[\w.,:/=+-]+$/.test(value)
    ? `${flag} ${value}`
    : `${flag} '${value.replaceAll("'", "'\\''")}'`;
}

/** A line for each note: "job.fio:3:1: ioengine: left out, for …". */
export function notesOf({ notes }: Job): string[] {
  return notes.map(
    ({ file, line, column, text }) => `${safeString(file)}:${line}:${column}: ${text}`,
  );
}
