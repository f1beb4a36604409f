// phasebit pci: a function's configuration space by field. It is read through sysfs, which needs no taking, where that
// shows enough; through the transport that holds the function otherwise, and for writes.
import { configurationSpace, isAbsent } from "../decode/pci-walk.ts";
import { PhasebitError, usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import { configOf } from "../nvme/config.ts";
import { readMsix } from "../nvme/msix.ts";
import { isPciAddress } from "../pci/address.ts";
import { type ConfigSpace, sysfsConfig } from "../pci/config-space.ts";
import { PciFunction } from "../pci/function.ts";
import { hostRoots, type SystemRoots } from "../pci/sysfs.ts";
import { type PciReport, pciReport, type WrittenConfig } from "../text/pci.ts";
import { type ConfigWrite, parseConfigWrite } from "./config-writes.ts";
import { type InspectFlags, printInspection, withFunction } from "./inspect.ts";

/** What the kernel shows to users that are not root. */
const SHOWN_TO_ALL = 64;

/** What the command line said. */
export interface PciFlags extends InspectFlags {
  /** In place of --device. */
  readonly address?: string;
  readonly isDeviceGiven: boolean;
  readonly set?: readonly string[];
  readonly destructive?: boolean;
}

/** Writes what was asked for, then reads the configuration space and prints it. */
export async function pci(flags: PciFlags): Promise<void> {
  if (flags.address !== undefined && flags.isDeviceGiven) {
    throw usage("pci: the device was given twice; give it as the argument or with --device");
  }
  const device = flags.address ?? flags.device;
  const writes = (flags.set ?? []).map(parseConfigWrite);
  if (writes.length > 0 && flags.destructive !== true) {
    throw new PhasebitError(
      "REFUSED",
      `write the configuration space of ${safeString(device)}: a wrong write can hang the machine or lose data; ` +
        "add --destructive to allow it",
    );
  }
  const report = await reportOf({ ...flags, device }, writes);
  printInspection(flags, "pci", {
    document: () => documentOf(report),
    lines: (lines) => pciReport(report, lines),
  });
  if (isAbsent(report.bytes)) {
    throw new PhasebitError(
      "DEVICE",
      `${device}: the configuration space reads all-ones: the device is gone or does not answer`,
    );
  }
}

/** Through sysfs where nothing is to be written and enough is shown. */
async function reportOf(flags: InspectFlags, writes: readonly ConfigWrite[]): Promise<PciReport> {
  const own = writes.length === 0 ? throughSysfs(flags.device) : null;
  if (own !== null) return own;
  return withFunction(flags, async ({ transport }) => {
    const config = configOf(transport);
    const done = writes.map((write) => perform(config, write));
    const canShow = transport.wiring !== undefined && hasMsix(config.copy());
    const msix = canShow ? readMsix({ transport }) : null;
    return { ...look(flags.device, transport.name, config.copy(), done), msix };
  });
}

/** @returns null where the device is no PCI function, or vfio-pci has it and shows more. */
export function throughSysfs(device: string, roots: SystemRoots = hostRoots): PciReport | null {
  if (!isPciAddress(device)) return null;
  const fn = new PciFunction(device, roots);
  const bytes = sysfsConfig(fn.path);
  const isCut = bytes.length <= SHOWN_TO_ALL;
  return isCut && fn.driver === "vfio-pci" ? null : look(fn.address, "sysfs", bytes, []);
}

function hasMsix(bytes: Uint8Array): boolean {
  return configurationSpace(bytes).capabilities.some(({ name }) => name === "MSIXCAP");
}

function perform(config: ConfigSpace, write: ConfigWrite): WrittenConfig {
  const { offset, bytes, value } = write;
  config.write(offset, bytes, value);
  const read = {
    1: () => config.read8(offset),
    2: () => config.read16(offset),
    4: () => config.read32(offset),
  };
  return { ...write, after: read[bytes]() };
}

function look(
  address: string,
  source: string,
  bytes: Uint8Array,
  writes: readonly WrittenConfig[],
): PciReport {
  const space = configurationSpace(bytes);
  const cut =
    bytes.length <= SHOWN_TO_ALL
      ? ["the kernel shows 64 bytes only to users that are not root"]
      : [];
  const problems = [...space.problems, ...cut];
  return { ...space, address, source, bytes, writes, problems, msix: null };
}

function documentOf(report: PciReport): object {
  const { address, source, bytes, writes, header, capabilities, problems, msix } = report;
  return {
    device: { address },
    source,
    writes,
    ...{ header, capabilities, problems, msix },
    config: Buffer.from(bytes).toString("hex"),
  };
}
