// What a reset left that it should not have, or did not bring back, as data.
import { PhasebitError } from "../../ground/errors.ts";
import type { Device } from "../../nvme/device.ts";

/** Those after which the device is not there to go on with. */
export const endingFindings = [
  "not-shut-down",
  "not-reset",
  "not-ready",
  "not-usable",
  "io-failed",
  "fatal",
  "gone",
] as const;

/** Those that a device can have and still work. */
export const lastingFindings = [
  "nssro-missing",
  "nssro-sticks",
  "registers-kept",
  "registers-lost",
  "features-changed",
  "data-differs",
  "written-after-reset",
] as const;

/** What a finding is called. */
export type FindingName = (typeof endingFindings)[number] | (typeof lastingFindings)[number];

/** One thing that is wrong. */
export interface Finding {
  readonly name: FindingName;
  /** Which reset, from 1. */
  readonly reset: number;
  /** What was expected, what was found. */
  readonly text: string;
}

/** A finding before it is known which reset it was. */
export type Trouble = Omit<Finding, "reset">;

/**
 * What a step's failure is called: the host was ruled out by whoever waited.
 * @param name what it is when the device answers and is not fatal
 * @throws what is no failure of the device
 */
export function troubleOf(error: unknown, name: FindingName, device: Device): Trouble {
  if (!(error instanceof PhasebitError) || error.code !== "DEVICE") throw error;
  const health = device.health();
  const known = health === "gone" || health === "fatal" ? health : name;
  return { name: known, text: error.message };
}
