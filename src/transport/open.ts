// Which transport an address names.
import { badValue } from "../errors.ts";
import { isPciAddress } from "../pci.ts";
import { openEmbedded } from "./embedded.ts";
import type { MemoryNeeds, Transport } from "./transport.ts";
import { openVfio } from "./vfio.ts";

/** Whether the address names the embedded controller. */
export function isEmbedded(address: string): boolean {
  return address === "embedded" || address.startsWith("embedded?");
}

/**
 * Opens "embedded", "embedded?size=1G&…" or a PCI address.
 * @throws PhasebitError USAGE for anything else.
 */
export async function openTransport(
  address: string,
  needs: MemoryNeeds,
  mode: { readonly stepped: boolean },
): Promise<Transport> {
  if (isEmbedded(address)) return openEmbedded(address, needs, mode);
  if (isPciAddress(address)) return openVfio(address, needs);
  const limit = 'expected "embedded", "embedded?size=1G&…" or a PCI address such as 0000:01:00.0';
  throw badValue("device", address, limit);
}
