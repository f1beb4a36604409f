// The extended capabilities of a PCI function that bear on NVMe: Advanced Error Reporting (NVMe 1.4, section 2.6), Device
// Serial Number, SR-IOV, Latency Tolerance Reporting (PCI Express Base 5.0, sections 7.8.4, 7.9.3, 9.3.3, 7.8.2).
import { flag, hex, number } from "./shows.ts";
import { bit, bits, bytes, type Field, type Structure } from "./structure.ts";

/** Bit and name of each uncorrectable error. */
const UNCORRECTABLE: readonly (readonly [number, string, string])[] = [
  [4, "DLPE", "Data Link Protocol Error"],
  [5, "SDE", "Surprise Down Error"],
  [12, "PT", "Poisoned TLP"],
  [13, "FCPE", "Flow Control Protocol Error"],
  [14, "CT", "Completion Timeout"],
  [15, "CA", "Completer Abort"],
  [16, "UC", "Unexpected Completion"],
  [17, "RO", "Receiver Overflow"],
  [18, "MT", "Malformed TLP"],
  [19, "ECRCE", "ECRC Error"],
  [20, "URE", "Unsupported Request Error"],
  [21, "ACSV", "ACS Violation"],
  [22, "UIE", "Uncorrectable Internal Error"],
  [23, "MCBT", "MC Blocked TLP"],
  [24, "AOEB", "AtomicOp Egress Blocked"],
  [25, "TPBE", "TLP Prefix Blocked Error"],
];

const CORRECTABLE: readonly (readonly [number, string, string])[] = [
  [0, "RE", "Receiver Error"],
  [6, "BT", "Bad TLP"],
  [7, "BD", "Bad DLLP"],
  [8, "RR", "REPLAY_NUM Rollover"],
  [12, "RT", "Replay Timer Timeout"],
  [13, "ANFE", "Advisory Non-Fatal Error"],
  [14, "CIE", "Corrected Internal Error"],
  [15, "HLO", "Header Log Overflow"],
];

function errors(
  offset: number,
  name: string,
  longName: string,
  kinds: typeof CORRECTABLE,
  words: readonly [set: string, clear: string],
): Field {
  const fields = kinds.map(([at, short, long]) => bit(at, short, long, flag(...words)));
  return bytes(offset, 4, name, longName, hex(8), { fields });
}

export const advancedErrors: Structure = {
  name: "AERCAP",
  longName: "Advanced Error Reporting",
  bytes: 0x2c,
  section: "2.6",
  fields: [
    errors(4, "AERUCES", "Uncorrectable Error Status", UNCORRECTABLE, ["occurred", "no"]),
    errors(8, "AERUCEM", "Uncorrectable Error Mask", UNCORRECTABLE, ["masked", "reported"]),
    errors(0x0c, "AERUCESEV", "Uncorrectable Error Severity", UNCORRECTABLE, [
      "fatal",
      "non-fatal",
    ]),
    errors(0x10, "AERCS", "Correctable Error Status", CORRECTABLE, ["occurred", "no"]),
    errors(0x14, "AERCEM", "Correctable Error Mask", CORRECTABLE, ["masked", "reported"]),
    bytes(0x18, 4, "AERCC", "Capabilities and Control", hex(8), {
      fields: [
        bits(4, 0, "FEP", "First Error Pointer", number()),
        bit(5, "EGC", "ECRC Generation Capable", flag()),
        bit(6, "EGE", "ECRC Generation Enable", flag()),
        bit(7, "ECC", "ECRC Check Capable", flag()),
        bit(8, "ECE", "ECRC Check Enable", flag()),
      ],
    }),
    ...[0, 1, 2, 3].map((at) =>
      bytes(0x1c + at * 4, 4, `AERHL${at}`, `Header Log, dword ${at}`, hex(8)),
    ),
  ],
};

export const serialNumber: Structure = {
  name: "DSN",
  longName: "Device Serial Number",
  bytes: 12,
  section: "PCI Express 7.9.3",
  fields: [bytes(4, 8, "SN", "Serial Number", hex(16))],
};

export const singleRoot: Structure = {
  name: "SRIOV",
  longName: "Single Root I/O Virtualization",
  bytes: 0x40,
  section: "PCI Express 9.3.3",
  fields: [
    bytes(4, 4, "CAP", "SR-IOV Capabilities", hex(8), {
      fields: [
        bit(0, "VFMC", "VF Migration Capable", flag()),
        bit(1, "ARICHP", "ARI Capable Hierarchy Preserved", flag()),
      ],
    }),
    bytes(8, 2, "CTL", "SR-IOV Control", hex(4), {
      fields: [
        bit(0, "VFE", "VF Enable", flag()),
        bit(3, "VFMSE", "VF Memory Space Enable", flag()),
        bit(4, "ARICH", "ARI Capable Hierarchy", flag()),
      ],
    }),
    bytes(0x0a, 2, "STS", "SR-IOV Status", hex(4)),
    bytes(0x0c, 2, "INITIALVFS", "InitialVFs", number()),
    bytes(0x0e, 2, "TOTALVFS", "TotalVFs", number()),
    bytes(0x10, 2, "NUMVFS", "NumVFs", number()),
    bytes(0x12, 1, "FDL", "Function Dependency Link", hex(2)),
    bytes(0x14, 2, "OFFSET", "First VF Offset", number()),
    bytes(0x16, 2, "STRIDE", "VF Stride", number()),
    bytes(0x1a, 2, "VFDID", "VF Device ID", hex(4)),
    bytes(0x1c, 4, "SUPPGSZ", "Supported Page Sizes", hex(8)),
    bytes(0x20, 4, "SYSPGSZ", "System Page Size", hex(8)),
    ...[0, 1, 2, 3, 4, 5].map((at) =>
      bytes(0x24 + at * 4, 4, `VFBAR${at}`, `VF BAR ${at}`, hex(8)),
    ),
  ],
};

/** Nanoseconds of one step of a latency's value, by its scale. */
const SCALE_NS = [1n, 32n, 1024n, 32_768n, 1_048_576n, 33_554_432n];

function latency(offset: number, name: string, longName: string): Field {
  const show = hex(4, (value) => {
    const unit = SCALE_NS[(Number(value) >> 10) & 7];
    return unit === undefined ? "reserved scale" : `${(BigInt(value) & 0x3ffn) * unit} ns`;
  });
  return bytes(offset, 2, name, longName, show);
}

export const latencyTolerance: Structure = {
  name: "LTR",
  longName: "Latency Tolerance Reporting",
  bytes: 8,
  section: "PCI Express 7.8.2",
  fields: [
    latency(4, "MAXSNOOP", "Max Snoop Latency"),
    latency(6, "MAXNOSNOOP", "Max No-Snoop Latency"),
  ],
};
