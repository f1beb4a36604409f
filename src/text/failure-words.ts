// What the library names by its own words, in the command line's.
import { PhasebitError, textOf } from "../ground/errors.ts";

/** Values of the library that are given by a flag of the same name. */
const FLAGS = new Set(["device", "nsid", "offset", "size", "input", "output"]);

/** What to do about a thing that no flag gives. */
const ADVICE: Readonly<Record<string, string>> = {
  medium: "write to a smaller range with --size, or use a smaller medium: embedded?size=…",
  memory: "use fewer jobs, a smaller --iodepth or --bs, or a smaller medium",
};

/** The failure's message, with options as flags, and with advice. */
export function messageOf({ message, what = "", words }: PhasebitError): string {
  if (words !== undefined) return textOf(words, flagOf);
  if (FLAGS.has(what) && message.startsWith(`${what} `)) return `--${message}`;
  return ADVICE[what] === undefined ? message : `${message}; ${ADVICE[what]}`;
}

/** "--ramp-time" for "rampTime". */
function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What any failure says. */
export function wordsOf(error: unknown): string {
  if (error instanceof PhasebitError) return messageOf(error);
  return error instanceof Error ? error.message : String(error);
}
