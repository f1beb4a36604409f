// Functions go back to the drivers that they had, each with its controller disabled first.
import type { Bus } from "../pci/bus.ts";
import {
  type RestoreOptions as Facts,
  restore as giveBack,
  type Restored,
} from "../pci/restore.ts";
import { open } from "./device.ts";

export type { Restored } from "../pci/restore.ts";

/** How functions are given back. */
export type RestoreOptions = Pick<Facts, "dryRun">;

/**
 * Gives functions back, one after the other, to the drivers that `take` took them from: what `phasebit restore` does. A
 * controller that vfio-pci has is disabled first. Of a function that phasebit did not take, the kernel picks the driver.
 * @param addresses PCI addresses, or "all" that phasebit has taken
 * @throws PhasebitError USAGE for an address that names none, REFUSED while a process drives it, ENVIRONMENT without root,
 * DEVICE when it does not become disabled
 */
export function restore(
  addresses: readonly string[] | "all",
  { dryRun = false }: RestoreOptions = {},
  bus?: Bus,
): Promise<Restored[]> {
  return giveBack(addresses, { dryRun, disable }, bus);
}

/** CC.EN=0 and RDY=0, bus master off. @throws PhasebitError DEVICE when it does not follow */
async function disable(address: string): Promise<void> {
  const device = await open(address);
  try {
    await device.disable();
  } finally {
    await device.close();
  }
}
