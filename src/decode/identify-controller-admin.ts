// Identify Controller, bytes 256 to 511: attributes of the admin command set, and what the controller keeps within.
import { bytesText, flag, hex, number, oneOf, zeroBased } from "./shows.ts";
import { bit, bits, bytes, type Field } from "./structure.ts";
import { celsius, kelvin, sizeIn, timeIn, unlessZero } from "./units.ts";

const OACS: readonly Field[] = [
  bit(0, "SSRS", "Security Send and Receive", flag()),
  bit(1, "FNVMS", "Format NVM", flag()),
  bit(2, "FWDS", "Firmware Commit and Image Download", flag()),
  bit(3, "NMS", "Namespace Management and Attachment", flag()),
  bit(4, "DSTS", "Device Self-test", flag()),
  bit(5, "DIRS", "Directives", flag()),
  bit(6, "NSRS", "NVMe-MI Send and Receive", flag()),
  bit(7, "VMS", "Virtualization Management", flag()),
  bit(8, "DBCS", "Doorbell Buffer Config", flag()),
  bit(9, "GLSS", "Get LBA Status", flag()),
  bit(10, "CFLS", "Command and Feature Lockdown (2.0)", flag()),
];

const FRMW: readonly Field[] = [
  bit(0, "FFSRO", "first slot is read only", flag()),
  bits(3, 1, "NOFS", "number of slots", number()),
  bit(4, "FAWR", "activation without a reset", flag()),
  bit(5, "SMUD", "overlapping updates are detected (2.0)", flag()),
];

const LPA: readonly Field[] = [
  bit(0, "SMARTS", "SMART log for each namespace", flag()),
  bit(1, "CSES", "Commands Supported and Effects log", flag()),
  bit(2, "LPEDS", "extended data: NUMDU and offsets", flag()),
  bit(3, "TS", "telemetry logs and notices", flag()),
  bit(4, "PES", "Persistent Event log", flag()),
  bit(5, "MLPS", "Supported Log Pages, Features and NVMe-MI effects (2.0)", flag()),
  bit(6, "DA4S", "telemetry data area 4 (2.0)", flag()),
];

const AVSCC: readonly Field[] = [
  bit(0, "VSCF", "vendor specific admin commands have figure 106's format", flag()),
];

const APSTA: readonly Field[] = [bit(0, "APSTS", "Autonomous Power State Transitions", flag())];

const RPMBS: readonly Field[] = [
  bits(2, 0, "NRPMBU", "number of RPMB units", unlessZero("none")),
  bits(5, 3, "AM", "authentication method", oneOf({ 0: "HMAC SHA-256" })),
  bits(
    23,
    16,
    "TS",
    "total size",
    number((value) => bytesText((BigInt(value) + 1n) * 131_072n)),
  ),
  bits(
    31,
    24,
    "AS",
    "access size",
    number((value) => bytesText((BigInt(value) + 1n) * 512n)),
  ),
];

const DSTO: readonly Field[] = [
  bit(0, "SDSO", "one self-test at a time in the subsystem", flag()),
  bit(1, "HIRS", "Host-Initiated Refresh (2.1)", flag()),
];

const HCTMA: readonly Field[] = [bit(0, "HCTMS", "Host Controlled Thermal Management", flag())];

const SANICAP: readonly Field[] = [
  bit(0, "CES", "Crypto Erase", flag()),
  bit(1, "BES", "Block Erase", flag()),
  bit(2, "OWS", "Overwrite", flag()),
  bit(3, "VERS", "Verification (2.1)", flag()),
  bit(29, "NDI", "No-Deallocate Inhibited", flag()),
  bits(
    31,
    30,
    "NODMMAS",
    "media are modified after a sanitize without deallocation",
    oneOf({ 0: "not defined", 1: "no", 2: "yes" }),
  ),
];

const ANACAP: readonly Field[] = [
  bit(0, "AOS", "reports ANA Optimized", flag()),
  bit(1, "ANOS", "reports ANA Non-Optimized", flag()),
  bit(2, "AIS", "reports ANA Inaccessible", flag()),
  bit(3, "APLS", "reports ANA Persistent Loss", flag()),
  bit(4, "ACS", "reports ANA Change", flag()),
  bit(6, "AGIDC", "ANAGRPID stays while a namespace is attached", flag()),
  bit(7, "AGIDNZ", "nonzero ANAGRPID in Namespace Management", flag()),
];

const granularity = number((value) => {
  if (Number(value) === 0) return "not reported";
  return Number(value) === 0xff ? "no restriction" : bytesText(BigInt(value) * 4096n);
});

const throttle = number((value) => (Number(value) === 0 ? "not supported" : celsius(value)));

export const adminAttributes: readonly Field[] = [
  bytes(256, 2, "OACS", "Optional Admin Command Support", hex(4), { fields: OACS }),
  bytes(258, 1, "ACL", "Abort Command Limit", zeroBased("commands")),
  bytes(259, 1, "AERL", "Asynchronous Event Request Limit", zeroBased("requests")),
  bytes(260, 1, "FRMW", "Firmware Updates", hex(2), { fields: FRMW }),
  bytes(261, 1, "LPA", "Log Page Attributes", hex(2), { fields: LPA }),
  bytes(262, 1, "ELPE", "Error Log Page Entries", zeroBased("entries")),
  bytes(263, 1, "NPSS", "Number of Power States Support", zeroBased("states")),
  bytes(264, 1, "AVSCC", "Admin Vendor Specific Command Configuration", hex(2), { fields: AVSCC }),
  bytes(265, 1, "APSTA", "Autonomous Power State Transition Attributes", hex(2), { fields: APSTA }),
  bytes(266, 2, "WCTEMP", "Warning Composite Temperature Threshold", kelvin()),
  bytes(268, 2, "CCTEMP", "Critical Composite Temperature Threshold", kelvin()),
  bytes(270, 2, "MTFA", "Maximum Time for Firmware Activation", timeIn(100, "ms", "undefined")),
  bytes(272, 4, "HMPRE", "Host Memory Buffer Preferred Size", sizeIn(4096, "no such buffer")),
  bytes(276, 4, "HMMIN", "Host Memory Buffer Minimum Size", sizeIn(4096)),
  bytes(280, 16, "TNVMCAP", "Total NVM Capacity", sizeIn(1, "not reported")),
  bytes(296, 16, "UNVMCAP", "Unallocated NVM Capacity", sizeIn(1)),
  bytes(312, 4, "RPMBS", "Replay Protected Memory Block Support", hex(8), { fields: RPMBS }),
  bytes(316, 2, "EDSTT", "Extended Device Self-test Time", timeIn(1, "minutes")),
  bytes(318, 1, "DSTO", "Device Self-test Options", hex(2), { fields: DSTO }),
  bytes(319, 1, "FWUG", "Firmware Update Granularity", granularity),
  bytes(320, 2, "KAS", "Keep Alive Support", timeIn(100, "ms", "not supported")),
  bytes(322, 2, "HCTMA", "Host Controlled Thermal Management Attributes", hex(4), {
    fields: HCTMA,
  }),
  bytes(324, 2, "MNTMT", "Minimum Thermal Management Temperature", throttle),
  bytes(326, 2, "MXTMT", "Maximum Thermal Management Temperature", throttle),
  bytes(328, 4, "SANICAP", "Sanitize Capabilities", hex(8), { fields: SANICAP }),
  bytes(332, 4, "HMMINDS", "HMB Minimum Descriptor Entry Size", sizeIn(4096, "no limit")),
  bytes(336, 2, "HMMAXD", "HMB Maximum Descriptors Entries", unlessZero("no limit")),
  bytes(338, 2, "NSETIDMAX", "NVM Set Identifier Maximum", number()),
  bytes(340, 2, "ENDGIDMAX", "Endurance Group Identifier Maximum", number()),
  bytes(342, 1, "ANATT", "ANA Transition Time", timeIn(1, "s")),
  bytes(343, 1, "ANACAP", "Asymmetric Namespace Access Capabilities", hex(2), { fields: ANACAP }),
  bytes(344, 4, "ANAGRPMAX", "ANA Group Identifier Maximum", number()),
  bytes(348, 4, "NANAGRPID", "Number of ANA Group Identifiers", number()),
  bytes(352, 4, "PELS", "Persistent Event Log Size", sizeIn(65_536)),
  bytes(356, 2, "DOMAINID", "Domain Identifier (2.0)", number()),
  bytes(368, 16, "MEGCAP", "Max Endurance Group Capacity (2.0)", sizeIn(1, "not reported")),
];
