// What the kernel's log says of accesses that the IOMMU refused to one function. VFIO tells a process nothing of them.
import type { FaultReport, FaultWatch, IommuFault } from "../memory/faults.ts";
import { pciAddress } from "../pci/address.ts";
import type { KernelLog, KernelRecord } from "./kernel-log.ts";

/** Bits of AMD-Vi's flags: a write, and an interrupt instead of an access to memory. */
const AMD_WRITE = 0x20;
const AMD_INTERRUPT = 0x8;
const AMD_PRESENT = 0x10;
/** Of the kernel's own words, as many as a line may have. */
const MOST_WORDS = 120;

const DMAR =
  /^DMAR: \[DMA (Read|Write)[^\]]*\] Request device \[(?:0x)?([0-9a-f]{2}:)(?:0x)?([0-9a-f]{2}\.[0-7])\].* fault addr (?:0x)?([0-9a-f]{1,16}) \[fault reason [^\]]*\] ?(.*)$/;
const AMD =
  /AMD-Vi: Event logged \[IO_PAGE_FAULT (?:device=([0-9a-f:.]+) )?domain=\S+ address=0x([0-9a-f]{1,16}) flags=0x([0-9a-f]{1,4})\]/;
const AMD_DEVICE = /([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]): AMD-Vi: /;
/** The kernel limits how often it says the same. */
const SUPPRESSED = /^(?:dmar_fault|amd_iommu_\w+|iommu_print_event): \d+ callbacks suppressed$/;

/** A line that tells of a fault, and whose it is: the segment is missing where the kernel leaves it out. */
interface Told {
  readonly address: string;
  readonly hasSegment: boolean;
  readonly fault: IommuFault;
}

/** Faults of the function `address`. @param open the kernel's log; throws when it may not be read */
export function watchKernelFaults(address: string, open: () => KernelLog): FaultWatch {
  let log: KernelLog;
  try {
    log = open();
  } catch (error) {
    const { code = "an error" } = error as NodeJS.ErrnoException;
    const why = `only the kernel's log tells of them, and /dev/kmsg gives ${code}`;
    return { take: () => ({ faults: null, isComplete: false, why }), close: () => {} };
  }
  return { take: () => reportOf(address, log), close: () => log.close() };
}

function reportOf(address: string, log: KernelLog): FaultReport {
  const { records, hasLost } = log.take();
  const told = records.flatMap((record) => toldBy(record) ?? []);
  const own = told.filter((one) => isAbout(one, address));
  const faults = own.map(({ fault }) => fault);
  const why = whyIncomplete(records, told, address, hasLost);
  return { faults, isComplete: why === undefined, ...(why !== undefined && { why }) };
}

/** Lines of Intel's driver have no segment: there is one only, on most machines. */
function isAbout({ address, hasSegment }: Told, wanted: string): boolean {
  return hasSegment ? address === wanted : wanted === `0000:${address}`;
}

function whyIncomplete(
  records: readonly KernelRecord[],
  told: readonly Told[],
  address: string,
  hasLost: boolean,
): string | undefined {
  if (hasLost) return "records of the kernel's log were overwritten before they were read";
  if (records.some(({ text }) => SUPPRESSED.test(text))) return "the kernel has left some out";
  const isUnclear = told.some((one) => !one.hasSegment && address.endsWith(`:${one.address}`));
  if (isUnclear && !address.startsWith("0000:")) {
    return "the kernel names no segment, and another function may have the same number";
  }
  return undefined;
}

function toldBy({ text }: KernelRecord): Told | undefined {
  return toldByIntel(text) ?? toldByAmd(text);
}

function toldByIntel(text: string): Told | undefined {
  const [, direction, bus, device, iova, words] = DMAR.exec(text) ?? [];
  if (iova === undefined) return undefined;
  const access = direction === "Read" ? "read" : "write";
  const why = wordsOf(words!) || "refused";
  const fault = { iova: BigInt(`0x${iova}`), bytes: null, access, why } as const;
  return { address: `${bus}${device}`, hasSegment: false, fault };
}

function toldByAmd(text: string): Told | undefined {
  const [, named, iova, hexFlags] = AMD.exec(text) ?? [];
  const device = named ?? AMD_DEVICE.exec(text)?.[1];
  if (iova === undefined || device === undefined) return undefined;
  const flags = Number.parseInt(hexFlags!, 16);
  if ((flags & AMD_INTERRUPT) !== 0) return undefined;
  const access = (flags & AMD_WRITE) !== 0 ? "write" : "read";
  const why =
    (flags & AMD_PRESENT) !== 0 ? "the direction is not allowed" : "nothing is mapped there";
  const fault = { iova: BigInt(`0x${iova}`), bytes: null, access, why } as const;
  const address = addressOf(device);
  return address === undefined ? undefined : { address, hasSegment: true, fault };
}

function addressOf(text: string): string | undefined {
  try {
    return pciAddress(text);
  } catch {
    return undefined;
  }
}

/** What the log says is not ours to show as it is. */
function wordsOf(text: string): string {
  return text
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, MOST_WORDS)
    .trim();
}
