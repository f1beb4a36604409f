// The sections of a job file: what [global] said before a job is the job's too, and included files stand where their
// names stand. An option is its name and its text; what it means is options.ts's.
import { dirname, isAbsolute, normalize, resolve, sep } from "node:path";
import { safeString } from "../ground/strings.ts";
import { type Line, readLines } from "./lines.ts";
import { jobError, type Place } from "./place.ts";

export interface JobOption extends Place {
  readonly name: string;
  /** null where there is no equals sign. */
  readonly value: string | null;
}

export interface JobSection extends Place {
  readonly name: string;
  /** Those of [global] first; of two of a name the last counts. */
  readonly options: readonly JobOption[];
}

/** fio's variables of the machine. */
export type Variables = (name: string) => string | undefined;

const GLOBAL = "global";
const MOST_JOBS = 256;
const MOST_INCLUDED = 8;

/**
 * The jobs of a file.
 * @param environment what `${NAME}` stands for
 * @throws PhasebitError USAGE, with file, line and column
 */
export function readJobs(file: string, environment: Variables = fromProcess): JobSection[] {
  return sectionsOf(expanded(file, dirname(file), 0), environment);
}

const fromProcess: Variables = (name) => process.env[name];

/** @throws PhasebitError USAGE, with file, line and column */
export function sectionsOf(lines: readonly Line[], environment: Variables): JobSection[] {
  const jobs: (JobSection & { readonly options: JobOption[] })[] = [];
  const shared: JobOption[] = [];
  let into: JobOption[] | undefined;
  for (const line of lines) {
    const name = headingOf(line);
    if (name === undefined) {
      if (into === undefined) throw jobError(line, "an option before the first [section]");
      into.push(optionOf(line, environment));
    } else if (name === GLOBAL) {
      into = shared;
    } else {
      if (jobs.length >= MOST_JOBS) throw jobError(line, `a file has ${MOST_JOBS} jobs at most`);
      const job = { ...placeOf(line), name, options: [...shared] };
      jobs.push(job);
      into = job.options;
    }
  }
  return jobs;
}

const placeOf = ({ file, line, column }: Place): Place => ({ file, line, column });

/** The name in a line that is "[name]". */
function headingOf(line: Line): string | undefined {
  const { text } = line;
  if (!text.startsWith("[")) return undefined;
  if (!text.endsWith("]")) throw jobError(line, "a section that does not end in ]");
  const name = text.slice(1, -1).trim();
  if (name === "") throw jobError(line, "a section without a name");
  return name;
}

function optionOf(line: Line, environment: Variables): JobOption {
  const [, name = "", value] = /^([^=]*?)\s*(?:=\s*(.*))?$/s.exec(line.text) ?? [];
  if (!/^[A-Za-z0-9_-]+$/.test(name)) throw jobError(line, `${safeString(line.text)}: no option`);
  // fio takes both, and so is one of them enough below
  const option = { ...placeOf(line), name: name.replaceAll("-", "_") };
  return { ...option, value: value === undefined ? null : substituted(line, value, environment) };
}

function substituted(line: Line, value: string, environment: Variables): string {
  return value.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const found = environment(name);
    if (found !== undefined) return found;
    throw jobError(line, `\${${safeString(name)}}: there is no such environment variable`);
  });
}

/** The lines with those of included files, which lie in the first one's folder or below it. */
function expanded(file: string, root: string, depth: number): Line[] {
  return readLines(file).flatMap((line) => {
    const [, name] = /^include\s+(.+)$/.exec(line.text) ?? [];
    if (name === undefined) return [line];
    if (depth >= MOST_INCLUDED) {
      throw jobError(line, `included ${MOST_INCLUDED} deep: does a file include itself?`);
    }
    const path = normalize(isAbsolute(name) ? name : resolve(dirname(file), name));
    if (!path.startsWith(resolve(root) + sep)) {
      throw jobError(line, `include ${safeString(name)}: it lies outside of the job file's folder`);
    }
    return expanded(path, root, depth + 1);
  });
}
