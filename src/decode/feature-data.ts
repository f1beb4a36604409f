// What features hold in a data buffer beside CDW11 (NVMe 1.4, section 5.21.1).
import { flag, hex, number, oneOf, raw } from "./shows.ts";
import { bits, bytes, type Field, type Structure } from "./structure.ts";
import { sizeIn, timeIn } from "./units.ts";

const RANGES = 64;
const RANGE_BYTES = 64;
const TYPES: Readonly<Record<number, string>> = {
  0: "general purpose",
  1: "file system",
  2: "RAID",
  3: "cache",
  4: "swap",
};

const rangeFields: readonly Field[] = [
  bytes(0, 1, "TYPE", "Type", oneOf(TYPES)),
  bytes(1, 1, "ATTR", "Attributes", hex(2), {
    fields: [
      bits(0, 0, "OVW", "may be overwritten", flag()),
      bits(1, 1, "HID", "hidden from the operating system", flag()),
    ],
  }),
  bytes(16, 8, "SLBA", "Starting LBA", number()),
  bytes(
    24,
    8,
    "NLB",
    "Number of Logical Blocks",
    number((value) => `${BigInt(value) + 1n} blocks`),
  ),
  bytes(32, 16, "GUID", "Unique Identifier", raw),
];

/** @param count ranges that the feature's value says there are */
function lbaRanges(count: number): Structure {
  return {
    name: "LBA Range Type",
    longName: "LBA Range Type, FID 03h",
    bytes: RANGES * RANGE_BYTES,
    section: "5.21.1.3",
    fields: Array.from({ length: RANGES }, (_, index) =>
      bytes(index * RANGE_BYTES, RANGE_BYTES, `RANGE${index}`, `LBA range ${index}`, raw, {
        fields: rangeFields,
        when: () => index < count,
      }),
    ),
  };
}

const STATES = 32;

const transitions: Structure = {
  name: "Autonomous Power State Transition",
  longName: "Autonomous Power State Transition table, FID 0Ch",
  bytes: STATES * 8,
  section: "5.21.1.12",
  fields: Array.from({ length: STATES }, (_, state) =>
    bytes(state * 8, 8, `APST${state}`, `from power state ${state}`, transition(), {
      fields: [
        bits(7, 3, "ITPS", "Idle Transition Power State", number()),
        bits(31, 8, "ITPT", "Idle Time Prior to Transition", timeIn(1, "ms", "no transition")),
      ],
      when: (sibling) => BigInt(sibling(`APST${state}`) ?? 0) !== 0n,
    }),
  ),
};

/** "to state 4 after 100 ms" */
function transition() {
  return hex(16, (value) => {
    const all = BigInt(value);
    return `to state ${(all >> 3n) & 0x1fn} after ${(all >> 8n) & 0xffffffn} ms idle`;
  });
}

const hostMemory: Structure = {
  name: "Host Memory Buffer attributes",
  longName: "Host Memory Buffer attributes, FID 0Dh",
  bytes: 4096,
  section: "5.21.1.13",
  fields: [
    bytes(0, 4, "HSIZE", "Host Memory Buffer Size", sizeIn(4096)),
    bytes(4, 8, "HMDLA", "Host Memory Descriptor List Address", hex(16)),
    bytes(12, 4, "HMDLEC", "Host Memory Descriptor List Entry Count", number()),
  ],
};

const timestamp: Structure = {
  name: "Timestamp",
  longName: "Timestamp, FID 0Eh",
  bytes: 8,
  section: "5.21.1.14",
  fields: [
    bytes(0, 6, "TS", "ms since 1970 or since the last reset", number(timeOf)),
    bits(48, 48, "SYNC", "time", oneOf({ 0: "counted without a stop", 1: "may have stopped" })),
    bits(51, 49, "TO", "origin", oneOf({ 0: "0 at a reset", 1: "set by a host" })),
  ],
};

/** Beyond what a Date can hold (which 48 bits are not) nothing is said. */
function timeOf(ms: number | bigint): string {
  return new Date(Number(ms)).toISOString();
}

const behavior: Structure = {
  name: "Host Behavior Support",
  longName: "Host Behavior Support, FID 16h",
  bytes: 512,
  section: "5.21.1.22",
  fields: [
    bytes(0, 1, "ACRE", "Advanced Command Retry Enable", oneOf({ 0: "off", 1: "on" })),
    bytes(1, 1, "ETDAS", "Extended Telemetry Data Area 4 (2.0)", oneOf({ 0: "off", 1: "on" })),
    bytes(2, 1, "LBAFEE", "LBA Format Extension (2.0)", oneOf({ 0: "off", 1: "on" })),
    bytes(3, 1, "HDISNS", "Host Dispersed Namespaces (2.1)", oneOf({ 0: "off", 1: "on" })),
    bytes(4, 2, "CDFE", "Copy Descriptor Formats Enable (2.1)", hex(4)),
  ],
};

const predictable: Structure = {
  name: "Predictable Latency Mode configuration",
  longName: "Deterministic Threshold Configuration, FID 13h",
  bytes: 512,
  section: "5.21.1.19",
  fields: [
    bytes(0, 2, "EE", "Enable Event", hex(4)),
    bytes(32, 8, "DTWINRT", "DTWIN Reads Threshold", number()),
    bytes(40, 8, "DTWINWT", "DTWIN Writes Threshold", number()),
    bytes(48, 8, "DTWINTT", "DTWIN Time Threshold", number()),
  ],
};

const hostIdentifier: Structure = {
  name: "Host Identifier",
  longName: "Host Identifier, FID 81h",
  bytes: 16,
  section: "5.21.1.25",
  fields: [bytes(0, 16, "HOSTID", "Host Identifier", raw)],
};

/** The data of a feature, which its value may say something about; undefined where it has none. */
export function featureData(fid: number, value: number): Structure | undefined {
  if (fid === 0x03) return lbaRanges((value & 0x3f) + 1);
  return fixed[fid];
}

const fixed: Readonly<Record<number, Structure>> = {
  12: transitions,
  13: hostMemory,
  14: timestamp,
  19: predictable,
  22: behavior,
  129: hostIdentifier,
};
