// A saved result, read back.
import type { Measurement } from "../measurement/measurement.ts";

/** A measurement and the file it came from. */
export interface Result {
  readonly file: string;
  readonly measurement: Measurement;
}
