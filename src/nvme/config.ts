// The configuration space of what a transport reaches.
import { PhasebitError } from "../ground/errors.ts";
import { ConfigSpace } from "../pci/config-space.ts";
import type { Transport } from "../transport/transport.ts";

export { ConfigSpace } from "../pci/config-space.ts";

/** @throws PhasebitError USAGE where there is none */
export function configOf({ config, address }: Transport): ConfigSpace {
  if (config !== undefined) return new ConfigSpace(config);
  throw new PhasebitError("USAGE", `configuration space of ${address}: its transport has none`);
}
