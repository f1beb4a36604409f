// Identify Controller, bytes 0 to 255: who it is, and what it can.
import { FR_BYTES, MN_BYTES, SN_BYTES } from "../../assembly/spec/identify.ts";
import { characters, flag, hex, number, oneOf, raw } from "./shows.ts";
import { bit, bits, bytes, type Field } from "./structure.ts";
import { timeIn, unlessZero, versionNumber } from "./units.ts";

const CMIC: readonly Field[] = [
  bit(0, "MPORT", "more than one port", flag()),
  bit(1, "MCTRS", "more than one controller", flag()),
  bit(2, "FT", "SR-IOV Virtual Function", flag()),
  bit(3, "ANARS", "Asymmetric Namespace Access reporting", flag()),
];

const OAES: readonly Field[] = [
  bit(8, "NSAN", "Namespace Attribute Notices", flag()),
  bit(9, "FAN", "Firmware Activation Notices", flag()),
  bit(11, "ANACN", "Asymmetric Namespace Access Change Notices", flag()),
  bit(12, "PLEALCN", "Predictable Latency Event Aggregate Log Change Notices", flag()),
  bit(13, "LSIN", "LBA Status Information Notices", flag()),
  bit(14, "EGEALPCN", "Endurance Group Event Aggregate Log Page Change Notices", flag()),
  bit(15, "NNSSHDN", "Normal NVM Subsystem Shutdown (2.0)", flag()),
  bit(16, "TTHR", "Temperature Threshold Hysteresis Recovery (2.1)", flag()),
  bit(27, "ZDCN", "Zone Descriptor Changed Notices (2.0)", flag()),
  bit(31, "DLPCN", "Discovery Log Page Change Notifications", flag()),
];

const CTRATT: readonly Field[] = [
  bit(0, "HIDS", "Host Identifiers of 128 bits", flag()),
  bit(1, "NOPSPM", "Non-Operational Power State Permissive Mode", flag()),
  bit(2, "NSETS", "NVM Sets", flag()),
  bit(3, "RRLVLS", "Read Recovery Levels", flag()),
  bit(4, "EGS", "Endurance Groups", flag()),
  bit(5, "PLM", "Predictable Latency Mode", flag()),
  bit(6, "TBKAS", "Traffic Based Keep Alive", flag()),
  bit(7, "NG", "Namespace Granularity", flag()),
  bit(8, "SQA", "SQ Associations", flag()),
  bit(9, "ULIST", "UUID List", flag()),
  bit(10, "MDS", "Multi-Domain Subsystem (2.0)", flag()),
  bit(11, "FCM", "Fixed Capacity Management (2.0)", flag()),
  bit(12, "VCM", "Variable Capacity Management (2.0)", flag()),
  bit(13, "DEG", "Delete Endurance Group (2.0)", flag()),
  bit(14, "DNVMS", "Delete NVM Set (2.0)", flag()),
  bit(15, "ELBAS", "Extended LBA Formats (2.0)", flag()),
  bit(16, "MEM", "MDTS and size limits exclude metadata (2.1)", flag()),
  bit(17, "HMBR", "HMB Restrict Non-Operational Power State Access (2.1)", flag()),
  bit(18, "RHII", "Reservations and Host Identifier Interaction (2.1)", flag()),
  bit(19, "FDPS", "Flexible Data Placement (2.1)", flag()),
];

const NVMSR: readonly Field[] = [
  bit(0, "NVMESD", "part of an NVMe storage device", flag()),
  bit(1, "NVMEE", "part of an NVMe enclosure", flag()),
];

const VWCI: readonly Field[] = [
  bits(6, 0, "VWCR", "VPD write cycles remaining", number()),
  bit(7, "VWCRV", "VPD Write Cycles Remaining is valid", flag()),
];

const MEC: readonly Field[] = [
  bit(0, "SMBUSME", "Management Endpoint on an SMBus or I2C port", flag()),
  bit(1, "PCIEME", "Management Endpoint on a PCI Express port", flag()),
];

const retryDelay = timeIn(100, "ms", "no delay");

/** The longest transfer counts in pages whose size CAP.MPSMIN tells. */
const longestTransfer = unlessZero("no limit", (value) => `2^${value} pages of CAP.MPSMIN`);

export const capabilities: readonly Field[] = [
  bytes(0, 2, "VID", "PCI Vendor ID", hex(4)),
  bytes(2, 2, "SSVID", "PCI Subsystem Vendor ID", hex(4)),
  bytes(4, SN_BYTES, "SN", "Serial Number", characters),
  bytes(24, MN_BYTES, "MN", "Model Number", characters),
  bytes(64, FR_BYTES, "FR", "Firmware Revision", characters),
  bytes(
    72,
    1,
    "RAB",
    "Recommended Arbitration Burst",
    number((value) => `2^${value} commands`),
  ),
  bytes(73, 3, "IEEE", "IEEE OUI", hex(6)),
  bytes(76, 1, "CMIC", "Controller Multi-Path I/O and Namespace Sharing", hex(2), { fields: CMIC }),
  bytes(77, 1, "MDTS", "Maximum Data Transfer Size", longestTransfer),
  bytes(78, 2, "CNTLID", "Controller ID", number()),
  bytes(80, 4, "VER", "Version", versionNumber),
  bytes(84, 4, "RTD3R", "RTD3 Resume Latency", timeIn(1, "us")),
  bytes(88, 4, "RTD3E", "RTD3 Entry Latency", timeIn(1, "us")),
  bytes(92, 4, "OAES", "Optional Asynchronous Events", hex(8), { fields: OAES }),
  bytes(96, 4, "CTRATT", "Controller Attributes", hex(8), { fields: CTRATT }),
  bytes(100, 2, "RRLS", "Read Recovery Levels Supported", hex(4)),
  bytes(
    111,
    1,
    "CNTRLTYPE",
    "Controller Type",
    oneOf({ 0: "not reported", 1: "I/O", 2: "discovery", 3: "administrative" }),
  ),
  bytes(112, 16, "FGUID", "FRU Globally Unique Identifier", raw),
  bytes(128, 2, "CRDT1", "Command Retry Delay Time 1", retryDelay),
  bytes(130, 2, "CRDT2", "Command Retry Delay Time 2", retryDelay),
  bytes(132, 2, "CRDT3", "Command Retry Delay Time 3", retryDelay),
  bytes(253, 1, "NVMSR", "NVM Subsystem Report (2.0)", hex(2), { fields: NVMSR }),
  bytes(254, 1, "VWCI", "VPD Write Cycle Information (2.0)", hex(2), { fields: VWCI }),
  bytes(255, 1, "MEC", "Management Endpoint Capabilities (2.0)", hex(2), { fields: MEC }),
];
