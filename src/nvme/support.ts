// What a controller must have, so that phasebit's bring-up can use it (NVMe 1.4, section 3.1.1).
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { PhasebitError } from "../ground/errors.ts";
import { type Capabilities, isOffline } from "./registers.ts";

/**
 * @param doorbellBytes of the doorbells' window
 * @throws PhasebitError DEVICE, with what CAP lacks.
 */
export function requireSupport(
  address: string,
  capabilities: Capabilities,
  doorbellBytes: number,
): void {
  const { minPageBytes, supportsNvmCommandSet, maxQueueEntries, doorbellStride } = capabilities;
  const refuse = (what: string): PhasebitError =>
    new PhasebitError("DEVICE", `${address}: ${what}`, { section: "3.1.1" });
  if (isOffline(capabilities)) {
    throw refuse("CAP is 0, as of a virtual function's controller that is offline (docs/sriov.md)");
  }
  if (!supportsNvmCommandSet) throw refuse("CAP.CSS has no NVM command set");
  if (minPageBytes > PAGE_BYTES) {
    throw refuse(`CAP.MPSMIN asks for pages of ${minPageBytes} bytes, the host has ${PAGE_BYTES}`);
  }
  if (maxQueueEntries < 2) throw refuse("CAP.MQES is 0, a queue needs two entries");
  if (2 * doorbellStride > doorbellBytes) {
    throw refuse("CAP.DSTRD puts the doorbells outside BAR0");
  }
}
