// A job file's filename= as an address of phasebit's: fio escapes colons, SPDK's plugin has a form of its own, and a drive of
// the kernel's is known by its name.
import { safeString } from "../ground/strings.ts";
import type { Parsed } from "../ground/units.ts";
import type { Drive } from "../pci/inventory.ts";

/** What a filename stands for. */
export interface NamedDevice {
  readonly device: string;
  /** Where the name says it. */
  readonly nsid?: string;
}

const DRIVE = /^\/dev\/(nvme\d+)(?:n(\d+))?$/;
const SPDK = /^trtype[=:]PCIe\s+traddr[=:](\S+?)(?:\s+ns[=:](\d+))?$/i;

/** @param drives the machine's, asked for when a kernel's name stands there */
export function namedDevice(filename: string, drives: () => readonly Drive[]): Parsed<NamedDevice> {
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
  if (drive !== null) return ofKernel(drive[1]!, drive[2], drives());
  if (text.startsWith("/") || text === "") {
    const why = "no drive: give a PCI address, embedded, vfio-user:PATH, or /dev/nvme0n1";
    return { ok: false, why: `${safeString(text) || '""'}: ${why}` };
  }
  return { ok: true, value: { device: text } };
}

function ofKernel(
  controller: string,
  nsid: string | undefined,
  drives: readonly Drive[],
): Parsed<NamedDevice> {
  const found = drives.find((one) => one.controller === controller);
  if (found === undefined) {
    const why =
      "the kernel's driver has no such controller; phasebit list shows the drives there are";
    return { ok: false, why: `${controller}: ${why}` };
  }
  return { ok: true, value: { device: found.address, ...(nsid !== undefined && { nsid }) } };
}
