// The lines of a job file, as fio cuts them: blanks around a line do not count, and a semicolon or a number sign ends it,
// wherever it stands. What is read is bounded, for a job file may come from anybody.
import { readFileSync, statSync } from "node:fs";
import { usage } from "../ground/errors.ts";
import { typedText } from "../ground/strings.ts";
import { jobError, type Place } from "./place.ts";

export interface Line extends Place {
  readonly text: string;
}

export const MOST_BYTES = 1 << 20;
export const MOST_LINES = 10_000;
export const MOST_LINE_BYTES = 4096;
const LINE_FEED = 10;

/**
 * What is on its lines; those with nothing on them are left out.
 * @throws PhasebitError USAGE for what is no regular file, cannot be read, is too large, or is no text
 */
export function readLines(file: string): Line[] {
  return linesOf(file, contentOf(file));
}

/** @throws PhasebitError USAGE for what is too large, or no text */
export function linesOf(file: string, bytes: Uint8Array): Line[] {
  const lines: Line[] = [];
  let line = 0;
  for (let begin = 0; begin < bytes.length; line++) {
    const found = bytes.indexOf(LINE_FEED, begin);
    const end = found < 0 ? bytes.length : found;
    const start = { file, line: line + 1, column: 1 };
    if (line >= MOST_LINES) throw jobError(start, `a job file has ${MOST_LINES} lines at most`);
    if (end - begin > MOST_LINE_BYTES) {
      throw jobError(start, `a line has ${MOST_LINE_BYTES} bytes at most, and this ${end - begin}`);
    }
    const whole = textOf(start, bytes.subarray(begin, end));
    const text = whole.replace(/[;#].*$/s, "").trim();
    if (text !== "") lines.push({ ...start, column: whole.search(/\S/) + 1, text });
    begin = end + 1;
  }
  return lines;
}

function textOf(place: Place, bytes: Uint8Array): string {
  if (bytes.includes(0)) throw jobError(place, "a byte of 0: is this a job file?");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw jobError(place, "bytes that are no UTF-8: is this a job file?", { cause });
  }
}

function contentOf(file: string): Uint8Array {
  const bad = (why: string): Error => usage(`job file ${typedText(file)}: ${why}`);
  try {
    const stats = statSync(file);
    // a device or a pipe may have no end
    if (!stats.isFile()) throw bad("is not a regular file");
    if (stats.size > MOST_BYTES) throw bad(`has ${stats.size} bytes; ${MOST_BYTES} are the most`);
    return readFileSync(file);
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    throw bad(code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`);
  }
}
