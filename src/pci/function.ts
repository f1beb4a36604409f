// PCI functions as sysfs shows them: address, driver, IOMMU group, whether the host is using it.
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { badValue, PhasebitError, usage } from "../ground/errors.ts";

/** Where the kernel shows functions, block devices and mounts. */
export interface SystemRoots {
  readonly sys: string;
  readonly proc: string;
}

export const hostRoots: SystemRoots = { sys: "/sys", proc: "/proc" };

/** Base class, sub-class and interface of an NVMe I/O controller. */
const NVME_CLASS = 0x010802;

const ADDRESS = /^(?:([0-9a-f]{4}):)?([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/i;

/** Whether `text` has the form of a PCI address ("0000:01:00.0", the domain may be left out). */
export function isPciAddress(text: string): boolean {
  return ADDRESS.test(text);
}

/** The address with its domain, in lower case. @throws PhasebitError USAGE when it is none. */
export function pciAddress(text: string): string {
  const match = ADDRESS.exec(text);
  if (match === null) throw usage(`PCI address "${text}": expected the form 0000:01:00.0`);
  const [, domain = "0000", bus, device, fn] = match;
  return `${domain}:${bus}:${device}.${fn}`.toLowerCase();
}

/** A PCI function that is present. */
export class PciFunction {
  readonly address: string;
  readonly #roots: SystemRoots;
  readonly #path: string;

  /** @throws PhasebitError USAGE when no such function is there, or it is no NVMe controller. */
  constructor(address: string, roots: SystemRoots = hostRoots) {
    this.address = pciAddress(address);
    this.#roots = roots;
    this.#path = pathOf(this.address, roots);
    if (!existsSync(this.#path)) {
      const limit = 'no such PCI function; "lspci -D -d ::0108" lists NVMe ones';
      throw badValue("device", address, limit);
    }
    const found = Number(this.#attribute("class"));
    if (found !== NVME_CLASS) {
      const code = found.toString(16).padStart(6, "0");
      throw badValue("device", address, `class ${code} is no NVMe controller (010802)`);
    }
  }

  /** The bound driver's name, or null. */
  get driver(): string | null {
    return linkName(`${this.#path}/driver`);
  }

  /** The IOMMU group's number, or null without an IOMMU. */
  get iommuGroup(): number | null {
    const name = linkName(`${this.#path}/iommu_group`);
    return name === null ? null : Number(name);
  }

  /** Block devices of its namespaces, while the kernel's driver has it ("nvme0n1"). */
  get blockDevices(): string[] {
    return (
      namesIn(`${this.#path}/nvme`)
        .flatMap((controller) => namesIn(`${this.#path}/nvme/${controller}`))
        .filter((name) => /^nvme\d+(c\d+)?n\d+$/.test(name))
        // with multipath a controller has paths, "nvme0c1n1", of the block device "nvme0n1"
        .map((name) => name.replace(/c\d+/, ""))
    );
  }

  /** Other functions of the IOMMU group with the drivers that hold them. */
  get groupSiblings(): { address: string; driver: string | null }[] {
    return namesIn(`${this.#path}/iommu_group/devices`)
      .filter((address) => address !== this.address)
      .map((address) => ({
        address,
        driver: linkName(`${pathOf(address, this.#roots)}/driver`),
      }));
  }

  /** What the host does with its namespaces: each mount, swap space and holder as a phrase. */
  get uses(): string[] {
    return usesOf(this.blockDevices, this.#roots);
  }

  #attribute(name: string): string {
    return readFileSync(`${this.#path}/${name}`, "utf8").trim();
  }
}

/** Places where `/proc/self/mountinfo`, swap or a holder uses one of these block devices. */
function usesOf(blockDevices: readonly string[], { sys, proc }: SystemRoots): string[] {
  const parts = blockDevices.flatMap((disk) => [
    disk,
    ...namesIn(`${sys}/class/block/${disk}`).filter((name) => name.startsWith(disk)),
  ]);
  const mounts = lines(`${proc}/self/mountinfo`).map((line) => line.split(" "));
  const swaps = lines(`${proc}/swaps`);
  return parts.flatMap((part) => [
    ...mounts
      .filter((fields) => fields[fields.indexOf("-") + 2] === `/dev/${part}`)
      .map((fields) => `${part} is mounted at ${fields[4]}`),
    ...swaps.filter((line) => line.startsWith(`/dev/${part} `)).map(() => `${part} is swap space`),
    ...namesIn(`${sys}/class/block/${part}/holders`).map(
      (holder) => `${part} is held by ${holder}`,
    ),
  ]);
}

/**
 * Refuses a function that the host is using, and one that vfio-pci does not have.
 * @throws PhasebitError REFUSED or ENVIRONMENT
 */
export function requireVfio(fn: PciFunction): void {
  const { uses } = fn;
  if (uses.length > 0) {
    throw new PhasebitError(
      "REFUSED",
      `take ${fn.address}: the host is using it: ${uses.join("; ")}; release it first`,
    );
  }
  if (fn.driver !== "vfio-pci") {
    const held = fn.driver === null ? "no driver has it" : `driver ${fn.driver} has it`;
    throw new PhasebitError(
      "ENVIRONMENT",
      `take ${fn.address}: ${held}; bind it to vfio-pci first (README, "A drive of your own")`,
    );
  }
  if (fn.iommuGroup === null) {
    throw new PhasebitError(
      "ENVIRONMENT",
      `take ${fn.address}: it has no IOMMU group; switch the IOMMU on in the firmware and with ` +
        "intel_iommu=on or amd_iommu=on on the kernel's command line",
    );
  }
}

function pathOf(address: string, { sys }: SystemRoots): string {
  return `${sys}/bus/pci/devices/${address}`;
}

function linkName(path: string): string | null {
  try {
    return basename(readlinkSync(path));
  } catch {
    return null;
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}
