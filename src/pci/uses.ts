// Everything that speaks against taking a function from its driver, each by name. What only the kernel knows, that a
// disk is held without a name to it, is found when the disks are opened exclusively (exclusive.ts).
import { safeText } from "../ground/strings.ts";
import { diskUses } from "./disk-uses.ts";
import type { PciFunction } from "./function.ts";
import type { Holder, HostFacts } from "./host-facts.ts";
import { addressOfController, type KernelController } from "./kernel-controller.ts";
import { sortedUses, type Use } from "./use-kinds.ts";

/** A function, and what is to be known about it before its uses are. */
export interface Subject {
  readonly fn: PciFunction;
  readonly controller: KernelController | null;
  readonly facts: HostFacts;
}

/** Drivers beside which an IOMMU group is viable: they start no transfers of their own. */
const HARMLESS_DRIVERS = ["vfio-pci", "pcieport", "pci-stub"];

/** What uses the function or its namespaces now. */
export function usesOf(subject: Subject): Use[] {
  const { controller, facts } = subject;
  const disks = controller?.disks ?? [];
  return sortedUses([
    ...disks.flatMap((disk) => diskUses(disk, facts)),
    ...openUses(subject),
    ...vfioUses(subject),
  ]);
}

/**
 * What speaks against binding it: its uses, and its place in the machine.
 * @param together functions that are bound with it, which are no company to fear
 */
export function obstaclesOf(subject: Subject, together: readonly string[] = []): Use[] {
  return sortedUses([
    ...usesOf(subject),
    ...subsystemUses(subject, together),
    ...placeUses(subject.fn, together),
  ]);
}

/** Programs that have the controller or a namespace open, smartd for example. */
function openUses({ controller, facts }: Subject): Use[] {
  const { dev } = facts.roots;
  const disks = (controller?.disks ?? []).flatMap((disk) => [
    disk.name,
    disk.name.replace("nvme", "ng"),
    ...disk.parts.map(({ name }) => name),
  ]);
  return [...(controller === null ? [] : [controller.name]), ...disks].flatMap((name) =>
    facts.holdersOf(`${dev}/${name}`).map((holder) => ({
      kind: "open" as const,
      text: `${name} is open in ${processWords(holder)}`,
    })),
  );
}

/** Processes that drive the function, or another of its group, from user space. */
function vfioUses({ fn, facts }: Subject): Use[] {
  const nodes = [
    [fn.groupNode, `its group ${fn.iommuGroup}`],
    [fn.vfioNode, "it"],
  ] as const;
  return nodes.flatMap(([node, what]) => {
    const holders = node === null ? [] : facts.holdersOf(node);
    return holders.map((holder) => ({
      kind: "vfio" as const,
      text: `${what} is in use through VFIO by ${processWords(holder)}`,
    }));
  });
}

/** Other controllers of the same subsystem: they may write to the namespaces that a test believes its own. */
function subsystemUses({ controller, facts }: Subject, together: readonly string[]): Use[] {
  return (controller?.others ?? []).flatMap(({ name, transport }): Use[] => {
    if (transport !== null && transport !== "pcie") {
      return [{ kind: "fabrics", text: `${name} leads to its subsystem over ${transport}` }];
    }
    const address = addressOfController(name, facts.roots);
    if (address !== null && together.includes(address)) return [];
    const where = address === null ? "" : ` (${address})`;
    return [{ kind: "subsystem", text: `${name}${where} is a controller of the same subsystem` }];
  });
}

function placeUses(fn: PciFunction, together: readonly string[]): Use[] {
  const uses: Use[] = [];
  const active = fn.virtualFunctions?.active ?? 0;
  if (active > 0) uses.push({ kind: "vfs", text: `${active} virtual functions of it are active` });
  for (const { address, driver } of companyOf(fn)) {
    if (together.includes(address)) continue;
    uses.push({
      kind: "company",
      text: `${address} (${driver}) is in its IOMMU group ${fn.iommuGroup} too`,
    });
  }
  if (fn.iommuGroup === null) uses.push({ kind: "no-iommu", text: "it has no IOMMU group" });
  if (fn.driversAbove.includes("vmd")) {
    uses.push({ kind: "vmd", text: "it is behind Intel VMD, which gives no function away" });
  }
  return uses;
}

/** Functions of its IOMMU group whose drivers keep the group from being given away. */
export function companyOf(fn: PciFunction): { address: string; driver: string }[] {
  return fn.groupSiblings.flatMap(({ address, driver }) =>
    driver === null || HARMLESS_DRIVERS.includes(driver) ? [] : [{ address, driver }],
  );
}

/** "process 1234 (smartd)" */
export function processWords({ pid, command }: Holder): string {
  return `process ${pid} (${safeText(Buffer.from(command, "latin1"))})`;
}
