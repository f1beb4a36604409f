// A job file's filename= as an address of phasebit's: fio escapes colons, SPDK's plugin has a form of its own, and a drive of
// the kernel's is known by its name.
import { safeString } from "../ground/strings.ts";
import type { Parsed } from "../ground/units.ts";
import { type Drive, inventory } from "../pci/inventory.ts";
import { namespaceId } from "../pci/kernel-controller.ts";
import { hostRoots } from "../pci/sysfs.ts";

/** What a filename stands for. */
export interface NamedDevice {
  readonly device: string;
  /** Where the name says it. */
  readonly nsid?: string;
}

/** What the kernel knows of its drives. */
export interface KernelDrives {
  drives(): readonly Pick<Drive, "address" | "controller" | "namespaces">[];
  /** By a disk's name, "nvme0n1"; null where it does not say. */
  nsidOf(disk: string): number | null;
}

/** This machine's. */
export const kernelDrives: KernelDrives = {
  drives: () => inventory(),
  nsidOf: (disk) => namespaceId(disk, hostRoots),
};

const DRIVE = /^\/dev\/(nvme\d+)(n\d+)?$/;
const SPDK = /^trtype[=:]PCIe\s+traddr[=:](\S+?)(?:\s+ns[=:](\d+))?$/i;

/** @param kernel asked when a name of the kernel's stands there */
export function namedDevice(filename: string, kernel: KernelDrives): Parsed<NamedDevice> {
  const text = filename.replaceAll("\\:", ":").trim();
  const spdk = SPDK.exec(text);
  if (spdk !== null) {
    // fio parts files at colons, so the plugin writes points
    const device = spdk[1]!.replace(
      /^([0-9a-f]{4})\.([0-9a-f]{2})\.([0-9a-f]{2}\.[0-7])$/i,
      "$1:$2:$3",
    );
    return { ok: true, value: { device, ...(spdk[2] !== undefined && { nsid: spdk[2] }) } };
  }
  const drive = DRIVE.exec(text);
  if (drive !== null) {
    const [, controller = "", rest] = drive;
    return rest === undefined
      ? ofController(controller, kernel)
      : ofDisk(`${controller}${rest}`, kernel);
  }
  if (text.startsWith("/") || text === "") {
    const why = "no drive: give a PCI address, embedded, vfio-user:PATH, or /dev/nvme0n1";
    return { ok: false, why: `${safeString(text) || '""'}: ${why}` };
  }
  return { ok: true, value: { device: text } };
}

const refused = (why: string): Parsed<never> => ({ ok: false, why });

function ofController(name: string, kernel: KernelDrives): Parsed<NamedDevice> {
  const found = kernel.drives().find((one) => one.controller === name);
  return found === undefined ? unknown(name) : { ok: true, value: { device: found.address } };
}

/** The number behind the n is no NSID, and with several paths the one before it no controller's: the kernel is asked for both. */
function ofDisk(name: string, kernel: KernelDrives): Parsed<NamedDevice> {
  const found = kernel
    .drives()
    .filter(({ namespaces }) => namespaces?.some((one) => one.name === name));
  const [first, second] = found;
  if (first === undefined) return unknown(name);
  if (second !== undefined) {
    const addresses = found.map(({ address }) => address).join(", ");
    return refused(`${name}: it is reached by ${addresses}; give one of them, and nsid=`);
  }
  const nsid = kernel.nsidOf(name);
  if (nsid === null)
    return refused(`${name}: its NSID is not known; give ${first.address}, and nsid=`);
  return { ok: true, value: { device: first.address, nsid: String(nsid) } };
}

function unknown(name: string): Parsed<never> {
  return refused(
    `${name}: the kernel's driver has no such drive; phasebit list shows those there are`,
  );
}
