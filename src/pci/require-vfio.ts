// What a function must be before a transport takes it.
import { PhasebitError } from "../ground/errors.ts";
import { diskUses } from "./disk-uses.ts";
import type { PciFunction } from "./function.ts";
import { HostFacts } from "./host-facts.ts";
import { kernelController } from "./kernel-controller.ts";
import { hostRoots, type SystemRoots } from "./sysfs.ts";
import { useKinds } from "./use-kinds.ts";

/**
 * Refuses a function that the host is using, and one that vfio-pci does not have.
 * @throws PhasebitError REFUSED or ENVIRONMENT
 */
export function requireVfio(fn: PciFunction, roots: SystemRoots = hostRoots): void {
  const { address } = fn;
  // disks are there only while the kernel's driver has it: for a function of ours nothing is looked through
  const facts = new HostFacts(roots);
  const uses = (kernelController(fn, roots)?.disks ?? [])
    .flatMap((disk) => diskUses(disk, facts))
    .map(({ text }) => text);
  if (uses.length > 0) {
    throw new PhasebitError(
      "REFUSED",
      `take ${address}: the host is using it: ${uses.join("; ")}; release it first`,
    );
  }
  const { driver } = fn;
  if (driver !== "vfio-pci") {
    const held = driver === null ? "no driver has it" : `driver ${driver} has it`;
    throw new PhasebitError(
      "ENVIRONMENT",
      `take ${address}: ${held}; bind it to vfio-pci first: "phasebit bind ${address}" as root`,
    );
  }
  if (fn.iommuGroup === null) {
    throw new PhasebitError(
      "ENVIRONMENT",
      `take ${address}: it has no IOMMU group; ${useKinds["no-iommu"].remedy}`,
    );
  }
}
