// What the kernel's own NVMe driver makes of a function, while it has it: controller, subsystem, block devices.

import type { PciFunction } from "./function.ts";
import { linkName, linkOf, namesIn, numberOf, type SystemRoots, textOf } from "./sysfs.ts";

/** A disk or a partition. */
export interface BlockDevice {
  /** "nvme0n1p1" */
  readonly name: string;
  /** "259:1", as mounts name it; null where the kernel does not tell. */
  readonly number: string | null;
  readonly bytes: number | null;
}

/** A namespace's block device. */
export interface Disk extends BlockDevice {
  readonly nsid: number | null;
  readonly parts: readonly BlockDevice[];
}

/** A controller of the kernel's driver. */
export interface KernelController {
  /** "nvme0" */
  readonly name: string;
  /** As the device says; anything may stand in it. */
  readonly model: string | null;
  readonly serial: string | null;
  readonly firmware: string | null;
  readonly nqn: string | null;
  /** Namespaces of its subsystem, whichever of its controllers leads to them. */
  readonly disks: readonly Disk[];
  /** Controllers of the subsystem beside it. */
  readonly others: readonly { readonly name: string; readonly transport: string | null }[];
}

/** null while another driver, or none, has the function. */
export function kernelController(fn: PciFunction, roots: SystemRoots): KernelController | null {
  const [name] = namesIn(`${fn.path}/nvme`).filter((name) => /^nvme\d+$/.test(name));
  if (name === undefined) return null;
  const folder = `${fn.path}/nvme/${name}`;
  const nqn = textOf(`${folder}/subsysnqn`);
  const subsystem = subsystemOf(name, roots);
  const others = (subsystem === null ? [] : namesIn(subsystem))
    .filter((entry) => entry !== name && /^nvme\d+$/.test(entry))
    .map((entry) => ({
      name: entry,
      transport: textOf(`${roots.sys}/class/nvme/${entry}/transport`),
    }));
  const folders = [folder, ...(subsystem === null ? [] : [subsystem])];
  const elsewhere = others.map((other) => `${roots.sys}/class/nvme/${other.name}`);
  return {
    name,
    model: textOf(`${folder}/model`) || null,
    serial: textOf(`${folder}/serial`) || null,
    firmware: textOf(`${folder}/firmware_rev`) || null,
    nqn,
    disks: diskNames([...folders, ...elsewhere]).map((disk) => diskOf(disk, roots)),
    others,
  };
}

/** Controllers that the kernel's driver has in the subsystem of this name, "nvme1 (0000:02:00.0)". */
export function controllersIn(subsystem: string, roots: SystemRoots): string[] {
  if (subsystem === "") return [];
  const folder = `${roots.sys}/class/nvme`;
  return namesIn(folder)
    .filter((name) => textOf(`${folder}/${name}/subsysnqn`) === subsystem)
    .map((name) => {
      const address = addressOfController(name, roots);
      return address === null ? name : `${name} (${address})`;
    });
}

/** The folder of the subsystem that the controller belongs to. */
function subsystemOf(controller: string, { sys }: SystemRoots): string | null {
  const folder = `${sys}/class/nvme-subsystem`;
  const name = namesIn(folder).find((one) => linkOf(`${folder}/${one}/${controller}`) !== null);
  return name === undefined ? null : `${folder}/${name}`;
}

/**
 * With multipath a controller has hidden paths, "nvme0c1n1", to the head "nvme0n1", which is the subsystem's: the first
 * number is then the subsystem's and not the controller's.
 */
function diskNames(folders: readonly string[]): string[] {
  const names = folders
    .flatMap(namesIn)
    .filter((name) => /^nvme\d+(c\d+)?n\d+$/.test(name))
    .map((name) => name.replace(/c\d+/, ""));
  return [...new Set(names)];
}

function diskOf(name: string, roots: SystemRoots): Disk {
  const folder = `${roots.sys}/class/block/${name}`;
  const parts = namesIn(folder).filter((part) => new RegExp(`^${name}p\\d+$`).test(part));
  return {
    ...blockDevice(name, roots),
    nsid: namespaceId(name, roots),
    parts: parts.map((part) => blockDevice(part, roots)),
  };
}

/** The NSID of a namespace by its disk's name, whose number is another one; null where the kernel does not say. */
export function namespaceId(name: string, { sys }: SystemRoots): number | null {
  return numberOf(`${sys}/class/block/${name}/nsid`);
}

/** A block device by its name, of whatever driver. */
export function blockDevice(name: string, { sys }: SystemRoots): BlockDevice {
  const folder = `${sys}/class/block/${name}`;
  const sectors = numberOf(`${folder}/size`);
  // sysfs counts sectors of 512 bytes, whatever the disk's own are
  return {
    name,
    number: textOf(`${folder}/dev`),
    bytes: sectors === null ? null : sectors * 512,
  };
}

/** The kernel's controller names lead to functions too: the address of a controller, or null. */
export function addressOfController(name: string, { sys }: SystemRoots): string | null {
  return linkName(`${sys}/class/nvme/${name}/device`);
}
