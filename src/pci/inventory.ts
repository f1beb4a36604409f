// All NVMe functions of the machine, each with what is to be known before one takes it. Nothing is opened.
import { safeText } from "../ground/strings.ts";
import { type Companion, type Link, nvmeAddresses, PciFunction } from "./function.ts";
import { HostFacts } from "./host-facts.ts";
import { Journal } from "./journal.ts";
import { kernelController } from "./kernel-controller.ts";
import { hostRoots, type SystemRoots } from "./sysfs.ts";
import type { Use } from "./use-kinds.ts";
import { obstaclesOf } from "./uses.ts";

/** A namespace as the kernel's driver shows it. */
export interface Namespace {
  readonly name: string;
  readonly bytes: number | null;
}

/** What phasebit has done to a function, and has not undone. */
export interface Held {
  /** The driver that `restore` gives it back to; null: none, or the one that the kernel picks. */
  readonly driver: string | null;
  /** What a command that was killed has left, in words. */
  readonly leftover: string | null;
}

export interface Drive {
  readonly address: string;
  /** Vendor and device: "144d:a80c". */
  readonly ids: string;
  readonly driver: string | null;
  /** "nvme0", while the kernel's driver has it. */
  readonly controller: string | null;
  /**
   * What the drive says of itself, made safe for a terminal; null where nobody has asked it: vfio-pci does not. Of one
   * that phasebit bound it is what the kernel's driver knew.
   */
  readonly model: string | null;
  readonly serial: string | null;
  readonly firmware: string | null;
  readonly namespaces: readonly Namespace[] | null;
  readonly group: number | null;
  readonly company: readonly Companion[];
  readonly numaNode: number | null;
  readonly link: Link | null;
  readonly resetMethods: readonly string[];
  readonly virtualFunctions: { readonly active: number; readonly total: number } | null;
  readonly uses: readonly Use[];
  readonly held: Held | null;
}

/**
 * Every NVMe function of the machine, in the order of their addresses: what `phasebit list` shows. Nothing is opened.
 * @param roots where sysfs, procfs and the rest are; those of this machine by default
 */
export function inventory(roots: SystemRoots = hostRoots): Drive[] {
  const facts = new HostFacts(roots);
  const journal = new Journal(roots);
  return nvmeFunctions(roots).map((fn) => driveOf(fn, facts, journal));
}

/** All of NVM Express' interface; one that goes while it is looked at is left out. */
export function nvmeFunctions(roots: SystemRoots): PciFunction[] {
  return nvmeAddresses(roots).flatMap((address) => {
    try {
      return [new PciFunction(address, roots)];
    } catch {
      return [];
    }
  });
}

function driveOf(fn: PciFunction, facts: HostFacts, journal: Journal): Drive {
  const controller = kernelController(fn, facts.roots);
  const entry = journal.read(fn.address);
  const known = controller ?? entry?.controller ?? null;
  const shown = (text: string | null | undefined): string | null =>
    text ? safeText(Buffer.from(text, "latin1")) : null;
  return {
    ...{ address: fn.address, ids: fn.ids, driver: fn.driver },
    controller: controller?.name ?? null,
    ...{ model: shown(known?.model), serial: shown(known?.serial) },
    firmware: shown(known?.firmware),
    namespaces: known?.disks.map(({ name, bytes }) => ({ name, bytes })) ?? null,
    ...{ group: fn.iommuGroup, company: fn.groupSiblings, numaNode: fn.numaNode, link: fn.link },
    ...{ resetMethods: fn.resetMethods, virtualFunctions: fn.virtualFunctions },
    uses: obstaclesOf({ fn, controller, facts }),
    held:
      entry === null
        ? null
        : { driver: entry.former?.driver ?? null, leftover: journal.leftover(entry) },
  };
}
