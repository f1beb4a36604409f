// Documents against their schema: what is read must match, and so must what is written.
import * as v from "valibot";
import { PhasebitError } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import { comparisonSchema, sweepSchema } from "./schema/compare.ts";
import { runDocument } from "./schema/run.ts";

/** The schema of each kind of result. */
export const documentSchemas = {
  run: runDocument,
  compare: comparisonSchema,
  sweep: sweepSchema,
} as const;

export type DocumentKind = keyof typeof documentSchemas;

/** A checked document. */
export type CheckedDocument<K extends DocumentKind> = v.InferOutput<(typeof documentSchemas)[K]>;

/** A document that matches, or where and why it does not. */
export type Validation<K extends DocumentKind> =
  | { readonly ok: true; readonly document: CheckedDocument<K> }
  | { readonly ok: false; readonly why: string };

/** The longest that an error repeats of a file. */
const LONGEST_QUOTE = 200;

/** Checks a document of the present schema; strings come out as safe text. */
export function validate<K extends DocumentKind>(kind: K, document: unknown): Validation<K> {
  const schema: v.GenericSchema = documentSchemas[kind];
  const checked = v.safeParse(schema, document, { abortEarly: true });
  if (checked.success) return { ok: true, document: checked.output as CheckedDocument<K> };
  const [issue] = checked.issues;
  const quote = (text: string) => safeString(text).slice(0, LONGEST_QUOTE);
  const path = v.getDotPath(issue) ?? "its top";
  return { ok: false, why: `at ${quote(path)}: ${quote(issue.message)}` };
}

/**
 * What was saved must be readable again; when it is not, the file stays, for it may be all there is.
 * @throws PhasebitError RESULTS
 */
export function requireValid(kind: DocumentKind, document: object, file: string): void {
  const validation = validate(kind, document);
  if (validation.ok) return;
  throw new PhasebitError(
    "RESULTS",
    `${file} is written, but does not match its own schema ${validation.why}; ` +
      "that is a fault of phasebit, please report it",
  );
}
