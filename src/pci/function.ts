// A PCI function as sysfs shows it: address, identity, driver, IOMMU group, link, ways to reset it.
import { existsSync } from "node:fs";
import { badValue } from "../ground/errors.ts";
import { pciAddress } from "./address.ts";
import {
  hostRoots,
  linkName,
  namesIn,
  numberOf,
  realPath,
  type SystemRoots,
  textOf,
} from "./sysfs.ts";

/** Base class, sub-class and interface of an NVMe I/O controller. */
const NVME_CLASS = 0x010802;

/** Another function of the same IOMMU group. */
export interface Companion {
  readonly address: string;
  readonly driver: string | null;
}

/** The PCI Express link: what runs, and what both ends could do. */
export interface Link {
  /** GT/s */
  readonly speed: number;
  readonly width: number;
  readonly maxSpeed: number;
  readonly maxWidth: number;
}

/** A PCI function that is present. */
export class PciFunction {
  readonly address: string;
  /** Its folder in sysfs. */
  readonly path: string;
  readonly #roots: SystemRoots;

  /**
   * @param what the word for it in a failure
   * @throws PhasebitError USAGE when no such function is there, or it is no NVMe controller.
   */
  constructor(address: string, roots: SystemRoots = hostRoots, what = "device") {
    this.address = pciAddress(address);
    this.#roots = roots;
    this.path = functionPath(this.address, roots);
    if (!existsSync(this.path)) {
      throw badValue(what, address, 'no such PCI function; "phasebit list" shows NVMe ones');
    }
    const found = numberOf(`${this.path}/class`) ?? 0;
    if (found !== NVME_CLASS) {
      const code = found.toString(16).padStart(6, "0");
      throw badValue(what, address, `class ${code} is no NVMe controller (010802)`);
    }
  }

  /** The bound driver's name, or null. */
  get driver(): string | null {
    return linkName(`${this.path}/driver`);
  }

  /** The only driver that may have it, where somebody has said so; else null. */
  get driverOverride(): string | null {
    const text = textOf(`${this.path}/driver_override`);
    return text === null || text === "" || text === "(null)" ? null : text;
  }

  /** The IOMMU group's number, or null without an IOMMU. */
  get iommuGroup(): number | null {
    const name = linkName(`${this.path}/iommu_group`);
    return name === null ? null : Number(name);
  }

  /** The node through which VFIO gives the group, whether it is there or not; null without a group. */
  get groupNode(): string | null {
    return this.iommuGroup === null ? null : `${this.#roots.dev}/vfio/${this.iommuGroup}`;
  }

  /** The character device through which VFIO gives it alone; null on kernels that have none (before 6.6, or as configured). */
  get vfioNode(): string | null {
    const name = namesIn(`${this.path}/vfio-dev`).find((one) => /^vfio\d+$/.test(one));
    return name === undefined ? null : `${this.#roots.dev}/vfio/devices/${name}`;
  }

  /** The driver that has another function, or null. */
  driverOf(address: string): string | null {
    return linkName(`${functionPath(address, this.#roots)}/driver`);
  }

  /** Other functions of the IOMMU group with the drivers that hold them. */
  get groupSiblings(): Companion[] {
    return namesIn(`${this.path}/iommu_group/devices`)
      .filter((address) => address !== this.address)
      .map((address) => ({
        address,
        driver: linkName(`${functionPath(address, this.#roots)}/driver`),
      }));
  }

  /** How the kernel can reset it, the preferred way first: "flr", "pm", "bus". None is a danger: see restore.ts. */
  get resetMethods(): string[] {
    return (textOf(`${this.path}/reset_method`) ?? "").split(" ").filter((word) => word !== "");
  }

  /** "1b36:0010" */
  get ids(): string {
    const id = (name: string): string => (textOf(`${this.path}/${name}`) ?? "").replace(/^0x/, "");
    return `${id("vendor")}:${id("device")}`;
  }

  /** The NUMA node whose memory is nearest, or null where the firmware does not tell. */
  get numaNode(): number | null {
    const node = numberOf(`${this.path}/numa_node`);
    return node === null || node < 0 ? null : node;
  }

  /** The CPUs that are nearest, as the kernel writes them ("0-7,16-23"), or null. */
  get localCpus(): string | null {
    return textOf(`${this.path}/local_cpulist`) || null;
  }

  /** null where the function is not behind a link, or does not tell. */
  get link(): Link | null {
    const speed = speedOf(`${this.path}/current_link_speed`);
    const width = numberOf(`${this.path}/current_link_width`);
    const maxSpeed = speedOf(`${this.path}/max_link_speed`);
    const maxWidth = numberOf(`${this.path}/max_link_width`);
    if (speed === null || maxSpeed === null || !width || !maxWidth) return null;
    return { speed, width, maxSpeed, maxWidth };
  }

  /** Virtual functions that are switched on; null where it can have none. */
  get virtualFunctions(): { readonly active: number; readonly total: number } | null {
    const total = numberOf(`${this.path}/sriov_totalvfs`);
    return total === null ? null : { active: numberOf(`${this.path}/sriov_numvfs`) ?? 0, total };
  }

  /** The addresses of its virtual functions, in the order of their numbers. */
  get virtualFunctionAddresses(): string[] {
    const numbers = namesIn(this.path).flatMap((name) => {
      const [, digits] = /^virtfn(\d{1,5})$/.exec(name) ?? [];
      return digits === undefined ? [] : [Number(digits)];
    });
    return numbers
      .sort((a, b) => a - b)
      .map((number) => linkName(`${this.path}/virtfn${number}`))
      .filter((name) => name !== null);
  }

  /** The address of the physical function whose virtual function this is, or null. */
  get physicalFunction(): string | null {
    return linkName(`${this.path}/physfn`);
  }

  /** Drivers of the bridges above it that are no plain ports: "vmd". */
  get driversAbove(): string[] {
    const folders = realPath(this.path).split("/").slice(0, -1);
    return folders
      .map((_, depth) => linkName(`${folders.slice(0, depth + 1).join("/")}/driver`))
      .filter((name) => name !== null);
  }
}

/** The addresses of all NVMe functions of the machine, whatever their interface. */
export function nvmeAddresses(roots: SystemRoots = hostRoots): string[] {
  const found = namesIn(`${roots.sys}/bus/pci/devices`).filter((address) => {
    const code = numberOf(`${functionPath(address, roots)}/class`) ?? 0;
    return code >> 8 === NVME_CLASS >> 8;
  });
  // hexadecimal digits, of which only the domain's may be more
  return found.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

/** The function's folder in sysfs. */
export function functionPath(address: string, { sys }: SystemRoots): string {
  return `${sys}/bus/pci/devices/${address}`;
}

/** "8.0 GT/s PCIe" */
function speedOf(path: string): number | null {
  const value = Number.parseFloat(textOf(path) ?? "");
  return Number.isFinite(value) ? value : null;
}
