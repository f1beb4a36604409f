// Every failure that a user can meet, with the exit code it ends in. Programmer errors are assertions.
import { typedText } from "./strings.ts";

/** Kinds of failure and the exit code of each. */
export const exitCodes = {
  INTERNAL: 1,
  /** A flag, an address, an option value. */
  USAGE: 2,
  /** No IOMMU, no permission, not bound, no addon. */
  ENVIRONMENT: 3,
  /** A guard refused: writes without consent, a namespace in use. */
  REFUSED: 4,
  /** The device misbehaved, or I/O failed. */
  DEVICE: 5,
  /** Results could not be written whole. */
  RESULTS: 7,
  /** A condition of `--fail-if` could not be judged, and none is met. */
  NOT_JUDGED: 98,
  /** A condition of `--fail-if` is met. */
  THRESHOLD: 99,
  /** Somebody wanted the end: 128 + SIGINT, as shells count it. */
  INTERRUPTED: 130,
} as const;

export type ErrorCode = keyof typeof exitCodes;

/** A part of a message: text, or an option by the library's name, for which a command line has a spelling of its own. */
export type Word = string | { readonly option: string };

/** What a failure is about, as data: whoever has a name of his own for it (a flag, a file) can put it in. */
export interface ErrorFacts {
  /** The thing that was wrong, by the specification's or the library's name: "nsid", "offset", "device". */
  readonly what?: string;
  /** Its value. */
  readonly value?: string | number | bigint;
  /** What is allowed, in words. */
  readonly limit?: string;
  /** Where the specification says so: "5.15". */
  readonly section?: string;
  /** The message in parts, where it names options of `WorkloadOptions`. */
  readonly words?: readonly Word[];
}

/** A failure that is not a bug of phasebit. The message says what was tried, on what, and what to do. */
export class PhasebitError extends Error implements ErrorFacts {
  readonly code: ErrorCode;
  declare readonly what?: string;
  declare readonly value?: string | number | bigint;
  declare readonly limit?: string;
  declare readonly section?: string;
  declare readonly words?: readonly Word[];

  constructor(code: ErrorCode, message: string, facts: ErrorOptions & ErrorFacts = {}) {
    const { cause, ...others } = facts;
    super(message, cause === undefined ? undefined : { cause });
    this.name = "PhasebitError";
    this.code = code;
    Object.assign(this, others);
  }

  /** The process exit code this failure ends in. */
  get exitCode(): number {
    return exitCodes[this.code];
  }
}

/** A USAGE error about a value: "nsid 9: the controller's namespaces are 1 to 4". */
export function badValue(
  what: string,
  value: string | number | bigint,
  limit: string,
  section?: string,
): PhasebitError {
  const facts = { what, value, limit, ...(section !== undefined && { section }) };
  return new PhasebitError("USAGE", `${what} ${value}: ${limit}`, facts);
}

/** A failure whose message names options: "iodepth 0: must be …" to the library, "--iodepth 0: must be …" on a command line. */
export function optionError(
  code: ErrorCode,
  words: readonly Word[],
  facts: Omit<ErrorFacts, "words"> = {},
): PhasebitError {
  return new PhasebitError(code, textOf(words), { ...facts, words });
}

/** A USAGE error about the value of an option, which is safe to print. */
export function badOption(option: string, value: string, ...why: readonly Word[]): PhasebitError {
  const typed = typedText(value);
  return optionError("USAGE", [{ option }, ` ${typed}: `, ...why], { what: option, value });
}

/** @param spell how options are written; by the library's name unless it is given */
export function textOf(
  words: readonly Word[],
  spell: (option: string) => string = (option) => option,
): string {
  return words.map((word) => (typeof word === "string" ? word : spell(word.option))).join("");
}

/** @throws PhasebitError USAGE for a time that is none: a wait would never end. */
export function requireTimeout(timeoutMs: number): void {
  if (typeof timeoutMs === "number" && !Number.isNaN(timeoutMs)) return;
  throw badValue("timeoutMs", timeoutMs, "must be a number of milliseconds");
}

/** The exit code that any failure ends in: ours by its code, the system's as the environment, else a bug. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof PhasebitError) return error.exitCode;
  return isSystemError(error) ? exitCodes.ENVIRONMENT : exitCodes.INTERNAL;
}

/** An error of Node.js about a system call. */
export interface SystemError extends Error {
  readonly syscall: string;
  /** errno's name. */
  readonly code: string;
}

/** The system refused something: what and why stand in the message. */
export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "syscall" in error && "code" in error;
}

/** A USAGE error: bad input. */
export function usage(message: string): PhasebitError {
  return new PhasebitError("USAGE", message);
}
