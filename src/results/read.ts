// Reads a saved result, which may be old, damaged, somebody else's, or made to do harm.
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { isSystemError, PhasebitError, usage } from "../ground/errors.ts";
import { safeString, typedText } from "../ground/strings.ts";
import type { Measurement } from "../measurement/measurement.ts";
import { measurementOf } from "./from-details.ts";
import { migrated } from "./migrate.ts";
import { withinBudget } from "./schema/latency.ts";
import { SCHEMA } from "./schema/values.ts";
import { type CheckedDocument, type DocumentKind, validate } from "./validate.ts";

/** A measurement and the file it came from. */
export interface Result {
  readonly file: string;
  readonly measurement: Measurement;
}

/** A string of JavaScript, as which a file is parsed, can be no longer. */
const LARGEST_BYTES = 500 * 2 ** 20;
/** Every result has one of these near its beginning or its end, and little else of this size has. */
const MARKS = ['"phasebit"', '"modes"', '"points"'];

/**
 * A result of `phasebit run`, `compare`, `sweep` or `merge`, of this schema or an older one, as the measurement
 * that it was. All its strings come out as safe text, all its histograms were unpacked once.
 * @throws PhasebitError USAGE in one line: which file, what is wrong with it and where.
 */
export function readResult(file: string): Result {
  const text = readText(file);
  const parsed = parse(file, text);
  return withinBudget(text.length, () => resultOf(file, parsed));
}

/** The same from a parsed document; `file` is what errors call it. */
export function resultOf(file: string, parsed: unknown): Result {
  const document = recognised(file, parsed);
  if ("phasebit" in document) {
    return { file, measurement: measurementOf(checked("run", file, document).phasebit) };
  }
  const kind = "points" in document ? "sweep" : "compare";
  return { file, measurement: measurementOf(checked(kind, file, document)) };
}

/** That a file is no result at all, not even a damaged one: where many are named, it is passed over. */
export class NoResult extends PhasebitError {
  constructor(file: string, why: string) {
    super("USAGE", `${typedText(file)}: ${why}`);
  }
}

function readText(file: string): string {
  try {
    // a FIFO without a writer would wait for one
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) throw bad(file, "is not a regular file; give a result of phasebit");
      if (stat.size > LARGEST_BYTES)
        throw bad(file, "is too large to be a result (500MiB at most)");
      return readFileSync(descriptor, "utf8");
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === "ENOENT") throw bad(file, "there is no such file");
    if (error.code === "EACCES") throw bad(file, "may not be read by this user");
    throw bad(file, `cannot be read: ${error.code}; give a result of phasebit`);
  }
}

function parse(file: string, text: string): unknown {
  // a list of a million nothings takes a gigabyte once it is parsed
  if (text.length > 2 ** 20 && !MARKS.some((mark) => text.includes(mark))) {
    throw new NoResult(file, "is no result of phasebit");
  }
  try {
    // editors of Windows put a byte order mark before what they save
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const why = text === "" ? "it is empty" : (error as Error).message;
    throw new NoResult(file, `is no JSON, which results are: ${safeString(why).slice(0, 200)}`);
  }
}

/** The document of a known kind in the present schema. */
function recognised(file: string, parsed: unknown): Record<string, unknown> {
  const document = record(parsed);
  const details = record(document["phasebit"] ?? document);
  const version = details["schema"];
  const isKnown = "phasebit" in document || "modes" in document || "points" in document;
  if (!isKnown || typeof version !== "number") {
    const fio = "fio version" in document ? "a result of fio itself" : "no result of phasebit";
    throw new NoResult(file, `is ${fio}: it has no "phasebit" with a "schema"`);
  }
  if (version > SCHEMA) {
    throw bad(file, `was written by a later phasebit (schema ${version}); update this one`);
  }
  if (!Number.isInteger(version) || version < 1) throw bad(file, `has schema ${version}`);
  return migrated(document, version);
}

function checked<K extends DocumentKind>(
  kind: K,
  file: string,
  document: unknown,
): CheckedDocument<K> {
  const validation = validate(kind, document);
  if (validation.ok) return validation.document;
  throw bad(file, `is damaged ${validation.why}`);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function bad(file: string, why: string): PhasebitError {
  return usage(`${typedText(file)}: ${why}`);
}
