// Identify Namespace (NVMe 1.4, figure 245; fields that the NVM command set 1.0 of 2.0 added are among them).
import { IDENTIFY_BYTES } from "../../assembly/spec/identify.ts";
import { bytesText, flag, hex, number, oneOf, raw, zeroBased } from "./shows.ts";
import {
  bit,
  bits,
  bytes,
  type Field,
  type Show,
  type Sibling,
  type Structure,
} from "./structure.ts";
import { blocksZeroBased, sizeIn, unlessZero } from "./units.ts";

const NSFEAT: readonly Field[] = [
  bit(0, "THINP", "thin provisioning", flag()),
  bit(1, "NSABP", "NAWUN, NAWUPF and NACWU are the namespace's", flag()),
  bit(2, "DAE", "Deallocated or Unwritten Logical Block error", flag()),
  bit(3, "UIDREUSE", "NGUID and EUI64 are never used again", flag()),
  bit(4, "OPTPERF", "NPWG, NPWA, NPDG, NPDA and NOWS are told", flag()),
];

const FLBAS: readonly Field[] = [
  bits(3, 0, "FIDXL", "format in use", number()),
  bit(4, "MDE", "metadata", flag("at the end of each block", "in a buffer of their own")),
  bits(6, 5, "FIDXU", "format in use, high bits (2.0)", number()),
];

const MC: readonly Field[] = [
  bit(0, "MDEXT", "metadata at the end of each block", flag()),
  bit(1, "MDPTR", "metadata in a buffer of their own", flag()),
];

const DPC: readonly Field[] = [
  bit(0, "T1", "protection type 1", flag()),
  bit(1, "T2", "protection type 2", flag()),
  bit(2, "T3", "protection type 3", flag()),
  bit(3, "PIF", "protection information in the first bytes of metadata", flag()),
  bit(4, "PIL", "protection information in the last bytes of metadata", flag()),
];

const DPS: readonly Field[] = [
  bits(2, 0, "PIT", "protection", oneOf({ 0: "off", 1: "type 1", 2: "type 2", 3: "type 3" })),
  bit(3, "PIP", "protection information", flag("in the first bytes", "in the last bytes")),
];

const NMIC: readonly Field[] = [
  bit(0, "SHRNS", "may be attached to several controllers", flag()),
  bit(1, "DISNS", "dispersed namespace (2.1)", flag()),
];

const RESCAP: readonly Field[] = [
  bit(0, "PTPLS", "Persist Through Power Loss", flag()),
  bit(1, "WES", "Write Exclusive", flag()),
  bit(2, "EAS", "Exclusive Access", flag()),
  bit(3, "WEROS", "Write Exclusive - Registrants Only", flag()),
  bit(4, "EAROS", "Exclusive Access - Registrants Only", flag()),
  bit(5, "WEARS", "Write Exclusive - All Registrants", flag()),
  bit(6, "EAARS", "Exclusive Access - All Registrants", flag()),
  bit(7, "IEKR", "Ignore Existing Key as of 1.3", flag()),
];

const FPI: readonly Field[] = [
  bits(6, 0, "FPR", "percent that remain to be formatted", number()),
  bit(7, "FPIS", "progress is told", flag()),
];

const DLFEAT: readonly Field[] = [
  bits(2, 0, "DRB", "deallocated blocks read as", oneOf({ 0: "not told", 1: "00h", 2: "FFh" })),
  bit(3, "WDS", "Deallocate in Write Zeroes", flag()),
  bit(4, "GDS", "guard of a deallocated block", flag("its CRC", "FFFFh")),
];

const NSATTR: readonly Field[] = [bit(0, "CWP", "write protected", flag())];

/** Atomic units where 0 says that the controller's holds. */
const atomic = unlessZero(
  "the controller's, or 1 block",
  (value) => `${BigInt(value) + 1n} blocks`,
);
const blocksOrNone = unlessZero("not reported", (value) => `${value} blocks`);

const LBAF_FIELDS: readonly Field[] = [
  bits(
    15,
    0,
    "MS",
    "Metadata Size",
    unlessZero("none", (value) => bytesText(BigInt(value))),
  ),
  bits(
    23,
    16,
    "LBADS",
    "LBA Data Size",
    unlessZero("not available", (value) => bytesText(2n ** BigInt(value))),
  ),
  bits(
    25,
    24,
    "RP",
    "Relative Performance",
    oneOf({ 0: "best", 1: "better", 2: "good", 3: "degraded" }),
  ),
];

const MOST_FORMATS = 64;
/** Above it, FLBAS has two more bits. */
const SHORT_FORMATS = 16;

/** Index of the format in use. */
function formatInUse(sibling: Sibling): number {
  const flbas = Number(sibling("FLBAS") ?? 0);
  const isLong = Number(sibling("NLBAF") ?? 0) >= SHORT_FORMATS;
  return (flbas & 0xf) | (isLong ? (flbas >> 1) & 0x30 : 0);
}

/** "4 KiB, in use" */
function formatShow(index: number): Show {
  return {
    kind: "number",
    show(value, sibling) {
      const ms = Number(value) & 0xffff;
      const lbads = (Number(value) >>> 16) & 0xff;
      const parts = [
        lbads === 0 ? "not available" : bytesText(2n ** BigInt(lbads)),
        ...(ms === 0 ? [] : [`${ms} bytes of metadata`]),
        ...(formatInUse(sibling) === index ? ["in use"] : []),
      ];
      return { text: parts.join(", ") };
    },
  };
}

const formats: readonly Field[] = Array.from({ length: MOST_FORMATS }, (_, index) =>
  bytes(128 + index * 4, 4, `LBAF${index}`, `LBA Format ${index}`, formatShow(index), {
    fields: LBAF_FIELDS,
    when: (sibling) => index <= Number(sibling("NLBAF")),
  }),
);

export const identifyNamespace: Structure = {
  name: "Identify Namespace",
  longName: "Identify Namespace Data Structure, CNS 00h",
  bytes: IDENTIFY_BYTES,
  section: "5.15.2.1",
  fields: [
    bytes(
      0,
      8,
      "NSZE",
      "Namespace Size",
      unlessZero("inactive", (value) => `${value} blocks`),
    ),
    bytes(
      8,
      8,
      "NCAP",
      "Namespace Capacity",
      number((value) => `${value} blocks`),
    ),
    bytes(
      16,
      8,
      "NUSE",
      "Namespace Utilization",
      number((value) => `${value} blocks`),
    ),
    bytes(24, 1, "NSFEAT", "Namespace Features", hex(2), { fields: NSFEAT }),
    bytes(25, 1, "NLBAF", "Number of LBA Formats", zeroBased("formats")),
    bytes(26, 1, "FLBAS", "Formatted LBA Size", hex(2), { fields: FLBAS }),
    bytes(27, 1, "MC", "Metadata Capabilities", hex(2), { fields: MC }),
    bytes(28, 1, "DPC", "End-to-end Data Protection Capabilities", hex(2), { fields: DPC }),
    bytes(29, 1, "DPS", "End-to-end Data Protection Type Settings", hex(2), { fields: DPS }),
    bytes(30, 1, "NMIC", "Namespace Multi-path I/O and Sharing", hex(2), { fields: NMIC }),
    bytes(31, 1, "RESCAP", "Reservation Capabilities", hex(2), { fields: RESCAP }),
    bytes(32, 1, "FPI", "Format Progress Indicator", hex(2), { fields: FPI }),
    bytes(33, 1, "DLFEAT", "Deallocate Logical Block Features", hex(2), { fields: DLFEAT }),
    bytes(34, 2, "NAWUN", "Namespace Atomic Write Unit Normal", atomic),
    bytes(36, 2, "NAWUPF", "Namespace Atomic Write Unit Power Fail", atomic),
    bytes(38, 2, "NACWU", "Namespace Atomic Compare & Write Unit", atomic),
    bytes(40, 2, "NABSN", "Namespace Atomic Boundary Size Normal", unlessZero("none")),
    bytes(42, 2, "NABO", "Namespace Atomic Boundary Offset", number()),
    bytes(44, 2, "NABSPF", "Namespace Atomic Boundary Size Power Fail", unlessZero("none")),
    bytes(46, 2, "NOIOB", "Namespace Optimal I/O Boundary", blocksOrNone),
    bytes(48, 16, "NVMCAP", "NVM Capacity", sizeIn(1, "not reported")),
    bytes(64, 2, "NPWG", "Namespace Preferred Write Granularity", blocksZeroBased),
    bytes(66, 2, "NPWA", "Namespace Preferred Write Alignment", blocksZeroBased),
    bytes(68, 2, "NPDG", "Namespace Preferred Deallocate Granularity", blocksZeroBased),
    bytes(70, 2, "NPDA", "Namespace Preferred Deallocate Alignment", blocksZeroBased),
    bytes(72, 2, "NOWS", "Namespace Optimal Write Size", blocksZeroBased),
    bytes(74, 2, "MSSRL", "Maximum Single Source Range Length (2.0)", unlessZero("no Copy")),
    bytes(76, 4, "MCL", "Maximum Copy Length (2.0)", unlessZero("no Copy")),
    bytes(80, 1, "MSRC", "Maximum Source Range Count (2.0)", zeroBased("ranges")),
    bytes(82, 1, "NULBAF", "Number of Unique Attribute LBA Formats (2.0)", number()),
    bytes(92, 4, "ANAGRPID", "ANA Group Identifier", unlessZero("none")),
    bytes(99, 1, "NSATTR", "Namespace Attributes", hex(2), { fields: NSATTR }),
    bytes(100, 2, "NVMSETID", "NVM Set Identifier", unlessZero("none")),
    bytes(102, 2, "ENDGID", "Endurance Group Identifier", unlessZero("none")),
    bytes(104, 16, "NGUID", "Namespace Globally Unique Identifier", raw),
    bytes(120, 8, "EUI64", "IEEE Extended Unique Identifier", raw),
    ...formats,
    bytes(384, 3712, "VS", "Vendor Specific", raw, {
      when: (sibling) => /[1-9a-f]/.test(String(sibling("VS"))),
    }),
  ],
};
