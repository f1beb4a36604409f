// The chains of capabilities in a configuration space, which the device wrote: every pointer is checked, no place is
// visited twice, and what is wrong is told.
import { type DecodedField, decode } from "./decode.ts";
import { messageSignaled, messageSignaledExtended, powerManagement } from "./pci-capabilities.ts";
import { pciExpress } from "./pci-express.ts";
import { advancedErrors, latencyTolerance, serialNumber, singleRoot } from "./pci-extended.ts";
import { pciHeader } from "./pci-header.ts";
import { capabilityNames, extendedNames } from "./pci-names.ts";
import type { Structure } from "./structure.ts";

/** Bytes of a PCI function's own configuration space, behind which the extended one begins. */
export const CONFIG_BYTES = 256;
/** Of a PCI Express function. */
export const EXTENDED_BYTES = 4096;

const HEADER_BYTES = 64;
const CAP_POINTER = 0x34;
const STATUS = 6;
const STATUS_CAPABILITIES = 0x10;
/** Of a capability without a table so much is shown at most. */
const RAW_BYTES = 64;
const ALL_ONES = 0xffffffff;

/** A capability where it was found. */
export interface Capability {
  readonly isExtended: boolean;
  readonly id: number;
  /** The structure's short name; "VENDOR", "RAW" and the like do not exist: null where there is no table. */
  readonly name: string | null;
  readonly longName: string;
  /** In the configuration space. */
  readonly offset: number;
  /** Of an extended one; else null. */
  readonly version: number | null;
  /** Empty where there is no table. */
  readonly fields: readonly DecodedField[];
  /** Hexadecimal digits of its bytes, from its identifier to the next capability and 64 bytes at most. */
  readonly raw: string;
}

/** A configuration space by its fields. */
export interface ConfigurationSpace {
  readonly bytes: number;
  readonly header: readonly DecodedField[];
  readonly capabilities: readonly Capability[];
  /** What is wrong with the chains, in words. */
  readonly problems: readonly string[];
}

/**
 * Takes a configuration space apart.
 * @param bytes 4096 of a PCI Express function, 256 of another one, or only the 64 of the header, which is what the kernel
 * shows to users that are not root
 */
export function configurationSpace(bytes: Uint8Array): ConfigurationSpace {
  const problems: string[] = [];
  const header = known(decode(pciHeader, bytes));
  const places = [...walk(bytes, problems), ...walkExtended(bytes, problems)];
  const capabilities = places.map((place) => capabilityAt(bytes, place, places));
  return { bytes: bytes.length, header, capabilities, problems };
}

/** The space holds no answer: the function is gone. */
export function isAbsent(bytes: Uint8Array): boolean {
  return bytes.length < 4 || read(bytes, 0, 4) === ALL_ONES;
}

interface Place {
  readonly offset: number;
  readonly id: number;
  readonly version: number | null;
}

/** Next pointers lie at multiples of four behind the header. */
function walk(bytes: Uint8Array, problems: string[]): Place[] {
  const places: Place[] = [];
  const end = Math.min(bytes.length, CONFIG_BYTES);
  if (end <= HEADER_BYTES || isAbsent(bytes)) return places;
  if ((read(bytes, STATUS, 2) & STATUS_CAPABILITIES) === 0) return places;
  let from = "the header";
  let offset = bytes[CAP_POINTER]! & ~3;
  while (offset !== 0) {
    const wrong = wrongPlace(offset, HEADER_BYTES, end, places);
    if (wrong !== null) {
      problems.push(`${from} points to ${placeText(offset)}: ${wrong}`);
      break;
    }
    const id = bytes[offset]!;
    places.push({ offset, id, version: null });
    from = `the capability at ${placeText(offset)}`;
    offset = bytes[offset + 1]! & ~3;
  }
  return places;
}

function walkExtended(bytes: Uint8Array, problems: string[]): Place[] {
  const places: Place[] = [];
  const end = Math.min(bytes.length, EXTENDED_BYTES);
  if (isAbsent(bytes)) return places;
  let from = "";
  let offset = end >= CONFIG_BYTES + 4 ? CONFIG_BYTES : 0;
  while (offset !== 0) {
    const wrong = wrongPlace(offset, CONFIG_BYTES, end, places);
    if (wrong !== null) {
      problems.push(`${from} points to ${placeText(offset)}: ${wrong}`);
      break;
    }
    const head = read(bytes, offset, 4);
    // 0 where there is none, all-ones where nothing answers for the extended space
    if (head === 0 || head === ALL_ONES) break;
    places.push({ offset, id: head & 0xffff, version: (head >>> 16) & 0xf });
    from = `the extended capability at ${placeText(offset)}`;
    offset = (head >>> 20) & ~3;
  }
  return places;
}

function wrongPlace(
  offset: number,
  first: number,
  end: number,
  places: readonly Place[],
): string | null {
  if (offset < first) return "no capability can lie there";
  if (offset + 4 > end) return `the configuration space that was read ends at ${placeText(end)}`;
  return places.some((place) => place.offset === offset) ? "that is a loop" : null;
}

function capabilityAt(
  bytes: Uint8Array,
  { offset, id, version }: Place,
  places: readonly Place[],
): Capability {
  const isExtended = version !== null;
  const limit = isExtended ? EXTENDED_BYTES : CONFIG_BYTES;
  const next = Math.min(
    ...places.map((place) => place.offset).filter((other) => other > offset),
    limit,
    bytes.length,
  );
  const own = bytes.subarray(offset, Math.min(bytes.length, limit));
  const structure = isExtended ? extendedStructure(id) : structureOf(id, own);
  const names = isExtended ? extendedNames : capabilityNames;
  const length = Math.max(structure?.bytes ?? 0, Math.min(next - offset, RAW_BYTES));
  return {
    ...{ isExtended, id, offset, version },
    name: structure?.name ?? null,
    longName: structure?.longName ?? names[id] ?? "unknown",
    fields: structure === undefined ? [] : known(decode(structure, own)),
    raw: Buffer.from(own.subarray(0, length)).toString("hex"),
  };
}

function structureOf(id: number, own: Uint8Array): Structure | undefined {
  const control = read(own, 2, 2);
  switch (id) {
    case 0x01:
      return powerManagement;
    case 0x05:
      return messageSignaled(control);
    case 0x10:
      return pciExpress(control & 0xf);
    case 0x11:
      return messageSignaledExtended;
    default:
      return undefined;
  }
}

function extendedStructure(id: number): Structure | undefined {
  switch (id) {
    case 0x01:
      return advancedErrors;
    case 0x03:
      return serialNumber;
    case 0x10:
      return singleRoot;
    case 0x18:
      return latencyTolerance;
    default:
      return undefined;
  }
}

/** Later revisions of PCI Express use bits that a table here has no name for: they are no fault. */
function known(fields: readonly DecodedField[]): DecodedField[] {
  return fields
    .filter(({ isReserved }) => isReserved !== true)
    .map((field) =>
      field.children === undefined ? field : { ...field, children: known(field.children) },
    );
}

/** A little endian number; bytes that are not there count as 0. */
function read(bytes: Uint8Array, offset: number, count: number): number {
  let value = 0;
  for (let at = count - 1; at >= 0; at--) value = value * 256 + (bytes[offset + at] ?? 0);
  return value;
}

function placeText(offset: number): string {
  return `${offset.toString(16)}h`;
}
