// A job of a file as the options of `phasebit run`, with what was noted about it, and where each option stood: a value
// that the workload refuses is refused by its line.
import { type PhasebitError, textOf } from "../ground/errors.ts";
import { nearest, safeString } from "../ground/strings.ts";
import type { WorkloadOptions } from "../measurement/workload-options.ts";
import { type KernelDrives, kernelDrives, namedDevice } from "./device-name.ts";
import { aliases, type Meaning, meanings } from "./fio-options.ts";
import { jobError, type Place } from "./place.ts";
import type { JobOption, JobSection } from "./sections.ts";

/** Something to be said once about what was taken. */
export interface Note extends Place {
  readonly text: string;
}

export interface Job extends Place {
  readonly name: string;
  readonly options: WorkloadOptions;
  readonly notes: readonly Note[];
  /** Where each option of `options` stood. */
  readonly places: ReadonlyMap<string, JobOption>;
}

/**
 * @param kernel for drives by its names
 * @throws PhasebitError USAGE, with file, line and column, for what would be another workload here
 */
export function jobOf(section: JobSection, kernel: KernelDrives = kernelDrives): Job {
  const options: Record<string, string | boolean> = {};
  const places = new Map<string, JobOption>();
  const notes: Note[] = [];
  const note = ({ file, line, column }: Place, text: string): void => {
    if (!notes.some((one) => one.text === text)) notes.push({ file, line, column, text });
  };
  const take = (as: string, value: string | boolean, option: JobOption): void => {
    const before = places.get(as);
    if (before !== undefined && options[as] !== value) {
      const other = `${before.name} in line ${before.line} says ${options[as]}`;
      throw jobError(option, `${option.name}: means ${as} ${value}, where ${other}`);
    }
    options[as] = value;
    places.set(as, option);
  };
  for (const option of last(section.options)) {
    const meaning = meaningOf(option);
    if (meaning.kind === "taken") {
      for (const [as, value] of Object.entries(valuesOf(option, meaning.as, kernel))) {
        take(as, value, option);
      }
      if (meaning.note !== undefined) note(option, `${option.name}: ${meaning.note}`);
    } else if (meaning.kind === "noted") {
      if (meaning.why !== null) note(option, `${option.name}: left out, for ${meaning.why}`);
    } else if (meaning.kind === "only") {
      requireValue(option, meaning);
    } else {
      throw jobError(option, `${option.name}: not here, for ${meaning.why}`);
    }
  }
  noteRandomMap(section, options, note);
  const { file, line, column, name } = section;
  return { file, line, column, name, options, notes, places };
}

/** Its options where another device was typed: a namespace that came with the file's device goes with it. */
export function withoutDevice({ options, places }: Job): WorkloadOptions {
  const { device: _, nsid, ...others } = options;
  const isTogether = places.get("nsid") === places.get("device");
  return nsid === undefined || isTogether ? others : { ...others, nsid };
}

/** An error about an option's value as the file's: with the line that has it. Others are as they were. */
export function inFile(error: PhasebitError, { places }: Job): Error {
  const place = error.what === undefined ? undefined : places.get(error.what);
  if (place === undefined) return error;
  const nameOf = (option: string): string => places.get(option)?.name ?? fioName(option);
  const text = error.words === undefined ? error.message : textOf(error.words, nameOf);
  return jobError(place, text, { code: error.code, cause: error });
}

/** fio would end with the file's end; nothing here does. @throws PhasebitError USAGE for a job that does not say when */
export function requireRuntime(job: Job): void {
  if (job.options.runtime !== undefined) return;
  const name = safeString(job.name);
  throw jobError(job, `[${name}] has no runtime: a run here lasts its time; add runtime=10s`);
}

/** Consent is not said in a file. */
const fioName = (option: string): string =>
  option === "destructive"
    ? "--destructive"
    : option.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Of two options of a name the last counts, where the first stood. */
function last(options: readonly JobOption[]): JobOption[] {
  return [...new Map(options.map((option) => [canonical(option.name), option])).values()];
}

const canonical = (name: string): string => (Object.hasOwn(aliases, name) ? aliases[name]! : name);

function meaningOf(option: JobOption): Meaning {
  const meaning = meanings.get(canonical(option.name));
  if (meaning !== undefined) return meaning;
  const near = nearest(option.name, [...meanings.keys(), ...Object.keys(aliases)]);
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  throw jobError(
    option,
    `${safeString(option.name)}: neither fio nor phasebit has such an option${hint}`,
  );
}

/** What an option sets. */
function valuesOf(
  option: JobOption,
  as: keyof WorkloadOptions,
  kernel: KernelDrives,
): Record<string, string | boolean> {
  if (as === "stages" || as === "shadowDoorbells") return { [as]: switched(option) };
  if (option.value === null || option.value === "") {
    throw jobError(option, `${option.name}: takes a value, as in ${option.name}=…`);
  }
  if (as !== "device") return { [as]: option.value };
  const named = namedDevice(option.value, kernel);
  if (!named.ok) throw jobError(option, `${option.name}: ${named.why}`);
  return { ...named.value };
}

function switched(option: JobOption): boolean {
  const { name, value } = option;
  if (value === null || value === "1") return true;
  if (value === "0") return false;
  throw jobError(option, `${name} ${safeString(value)}: must be 0 or 1`);
}

function requireValue(
  option: JobOption,
  { values, why }: Meaning & { readonly kind: "only" },
): void {
  const value = option.value ?? "1";
  if (values.includes(value)) return;
  const known = values.join(" or ");
  throw jobError(option, `${option.name} ${safeString(value)}: only ${known} here, for ${why}`);
}

function noteRandomMap(
  section: JobSection,
  { rw = "" }: WorkloadOptions,
  note: (place: Place, text: string) => void,
): void {
  const isMapped = !section.options.some(({ name }) => name === "norandommap");
  if (!rw.startsWith("rand") || !isMapped) return;
  note(section, "random addresses may come twice before all have come, as with norandommap");
}
