// The documents that inspections print with --json, by their kind. results/inspection.schema.json is made from them.
import { registerChangeDocument, registersDocument } from "./registers.ts";

export const inspectionDocuments = {
  registers: registersDocument,
  "register-change": registerChangeDocument,
} as const;

/** "phasebit.kind" of a document. */
export type InspectionKind = keyof typeof inspectionDocuments;
