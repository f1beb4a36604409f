// Where in a job file something stands, for messages.
import { type ErrorCode, PhasebitError } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";

export interface Place {
  readonly file: string;
  /** Both from 1 on. */
  readonly line: number;
  readonly column: number;
}

/** An error that begins as compilers' messages do: "job.fio:3:5: …". */
export function jobError(
  { file, line, column }: Place,
  why: string,
  { code = "USAGE", cause }: { readonly code?: ErrorCode; readonly cause?: unknown } = {},
): PhasebitError {
  const text = `${safeString(file)}:${line}:${column}: ${why}`;
  return new PhasebitError(code, text, cause === undefined ? {} : { cause });
}
