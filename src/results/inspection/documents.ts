// The documents that inspections print with --json, by their kind. results/inspection.schema.json is made from them.
import { completionDocument } from "./completion.ts";
import { doctorDocument } from "./doctor.ts";
import { drivesDocument } from "./drives.ts";
import { infoDocument } from "./info.ts";
import {
  eventDocument,
  featureDocument,
  featuresDocument,
  identifyDocument,
  logDocument,
} from "./pages.ts";
import { pciDocument } from "./pci.ts";
import { registerChangeDocument, registersDocument } from "./registers.ts";
import { resetDocument } from "./reset.ts";
import { ringsDocument } from "./rings.ts";
import { restoredDocument, takenDocument } from "./taken.ts";
import { virtualFunctionsDocument } from "./virtual-functions.ts";

export const inspectionDocuments = {
  event: eventDocument,
  feature: featureDocument,
  features: featuresDocument,
  identify: identifyDocument,
  log: logDocument,
  completion: completionDocument,
  doctor: doctorDocument,
  drives: drivesDocument,
  info: infoDocument,
  pci: pciDocument,
  registers: registersDocument,
  "register-change": registerChangeDocument,
  reset: resetDocument,
  restored: restoredDocument,
  rings: ringsDocument,
  taken: takenDocument,
  "virtual-functions": virtualFunctionsDocument,
} as const;

/** "phasebit.kind" of a document. */
export type InspectionKind = keyof typeof inspectionDocuments;
