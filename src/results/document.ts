// The result document of whatever was measured.

import type { Measurement, MeasurementKind } from "../measurement/measurement.ts";
import { comparisonDocument } from "./compare-document.ts";
import { runDocument } from "./run-document.ts";
import { sweepDocument } from "./sweep-document.ts";

/** They have the measurement in common, and differ in the figures beside it. */
const documents: Readonly<Record<MeasurementKind, (measurement: Measurement) => object>> = {
  run: runDocument,
  compare: comparisonDocument,
  sweep: sweepDocument,
};

/** The document, fit for JSON. */
export function documentOf(measurement: Measurement): object {
  return documents[measurement.kind](measurement);
}
