// Lists of Identify (NVMe 1.4, section 5.15.2): namespaces, controllers, identification descriptors, UUIDs, secondary
// controllers. They end where their page does, whatever a device says.
import { hexText } from "./shows.ts";

/** NSIDs of CNS 02h, 07h, 10h and 11h, or of the Changed Namespace List: up to the first 0. */
export function decodeNamespaceList(page: Uint8Array): number[] {
  const view = viewOf(page);
  const found: number[] = [];
  for (let at = 0; at + 4 <= page.length; at += 4) {
    const nsid = view.getUint32(at, true);
    if (nsid === 0) break;
    found.push(nsid);
  }
  return found;
}

/** CNTLIDs of CNS 12h and 13h: as many as the list says, and fit. */
export function decodeControllerList(page: Uint8Array): number[] {
  if (page.length < 2) return [];
  const view = viewOf(page);
  const fitting = (page.length >> 1) - 1;
  const count = Math.min(view.getUint16(0, true), fitting);
  return Array.from({ length: count }, (_, index) => view.getUint16(2 + index * 2, true));
}

/** A Namespace Identification Descriptor (CNS 03h). */
export interface NamespaceDescriptor {
  /** Namespace Identifier Type. */
  readonly nidt: number;
  /** "EUI64", "NGUID", "UUID", "CSI", or "type 7". */
  readonly name: string;
  /** As its kind is written; hexadecimal digits where the type is not known. */
  readonly text: string;
  /** What it stands for, or what is wrong with it. */
  readonly meaning?: string;
}

/** Types of identifiers and the bytes of each (figure 249; CSI is of 2.0). */
const types: Readonly<Record<number, readonly [name: string, bytes: number]>> = {
  1: ["EUI64", 8],
  2: ["NGUID", 16],
  3: ["UUID", 16],
  4: ["CSI", 1],
};

const HEADER_BYTES = 4;

const commandSets: Readonly<Record<number, string>> = {
  0: "NVM command set",
  1: "Key Value command set",
  2: "Zoned Namespace command set",
  3: "Subsystem Local Memory command set",
  4: "Computational Programs command set",
};

/** "NVM command set": what a Command Set Identifier (2.0) stands for. */
export function commandSetName(csi: number): string {
  return commandSets[csi] ?? (csi >= 0x30 && csi <= 0x3f ? "vendor specific" : "reserved");
}

/** Descriptors of CNS 03h up to the first of length 0. One that reaches beyond the page is told, and ends them. */
export function decodeDescriptors(page: Uint8Array): NamespaceDescriptor[] {
  const found: NamespaceDescriptor[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= page.length) {
    const [nidt = 0, nidl = 0] = page.subarray(at, at + 2);
    if (nidl === 0) break;
    found.push(descriptor(nidt, nidl, page.subarray(at + HEADER_BYTES, at + HEADER_BYTES + nidl)));
    at += HEADER_BYTES + nidl;
  }
  return found;
}

function descriptor(nidt: number, nidl: number, identifier: Uint8Array): NamespaceDescriptor {
  const [name, bytes] = types[nidt] ?? [`type ${nidt}`, nidl];
  const hex = Buffer.from(identifier).toString("hex");
  if (identifier.length < nidl)
    return { nidt, name, text: hex, meaning: "reaches beyond the page" };
  if (nidl !== bytes)
    return { nidt, name, text: hex, meaning: `NIDL is ${nidl}, it must be ${bytes}` };
  if (name === "UUID") return { nidt, name, text: uuidText(hex) };
  if (name !== "CSI") return { nidt, name, text: hex };
  const csi = identifier[0]!;
  return { nidt, name, text: hexText(csi, 2), meaning: commandSetName(csi) };
}

/** Digits with hyphens, as RFC 4122 writes them. */
function uuidText(hex: string): string {
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

/** An entry of the UUID list (CNS 17h). */
export interface UuidEntry {
  /** UUID Index, from 1, which commands name it by. */
  readonly index: number;
  readonly uuid: string;
  /** Whose it is. */
  readonly association: string;
}

const UUID_ENTRY_BYTES = 32;
const associations: readonly string[] = ["none", "PCI Vendor ID", "PCI Subsystem Vendor ID"];

/** UUIDs of CNS 17h, up to the first that is 0. */
export function decodeUuidList(page: Uint8Array): UuidEntry[] {
  const found: UuidEntry[] = [];
  for (let at = UUID_ENTRY_BYTES; at + UUID_ENTRY_BYTES <= page.length; at += UUID_ENTRY_BYTES) {
    const uuid = page.subarray(at + 16, at + 32);
    if (uuid.every((byte) => byte === 0)) break;
    const association = associations[page[at]! & 0x3] ?? "reserved";
    found.push({
      index: at / UUID_ENTRY_BYTES,
      uuid: uuidText(Buffer.from(uuid).toString("hex")),
      association,
    });
  }
  return found;
}

function viewOf(page: Uint8Array): DataView {
  return new DataView(page.buffer, page.byteOffset, page.byteLength);
}
