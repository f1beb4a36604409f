// Whose fault an error of the kernel is: what a function that is held open refuses is the function's own doing, not
// that of the machine around it.
import type { NativeError } from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";

/** A read or write of a register that got no answer on the bus, or of a BAR that is switched off. */
const ACCESS = ["EIO"];
/** The kernel has reset the function, and it did not come back in time: ENOTTY is what `pci_dev_wait` gives up with. */
const RESET = ["EIO", "ENOTTY", "ETIMEDOUT"];

/** An access to registers or configuration space. @throws PhasebitError DEVICE when the function failed it. */
export function access<T>(address: string, work: () => T): T {
  return attempt(address, work, ACCESS);
}

/** A reset of the function. @throws PhasebitError DEVICE when it failed. */
export function reset(address: string, work: () => void): void {
  attempt(address, work, RESET);
}

function attempt<T>(address: string, work: () => T, ownCodes: readonly string[]): T {
  try {
    return work();
  } catch (error) {
    const { code, message } = error as NativeError;
    if (!ownCodes.includes(code)) throw error;
    throw new PhasebitError("DEVICE", `${address}: ${message}`, { cause: error });
  }
}
