// The exit codes in words, for the help and the man page.
import { exitCodes } from "../ground/errors.ts";

/** What a shell script can tell apart. */
export const exitMeanings: Readonly<Record<number, string>> = {
  0: "ok",
  [exitCodes.INTERNAL]: "internal failure: a bug of phasebit",
  [exitCodes.USAGE]: "usage: an option, an address or a file that is none",
  [exitCodes.ENVIRONMENT]: "environment: no IOMMU, no permission, not bound to vfio-pci",
  [exitCodes.REFUSED]: "refused: a write without consent, a device in use",
  [exitCodes.DEVICE]: "the device misbehaved, or I/O failed",
  [exitCodes.RESULTS]: "results could not be saved",
  [exitCodes.NOT_JUDGED]: "a condition of --fail-if could not be judged",
  [exitCodes.THRESHOLD]: "a condition of --fail-if is met",
  [exitCodes.INTERRUPTED]: "interrupted; what was measured is kept",
};
