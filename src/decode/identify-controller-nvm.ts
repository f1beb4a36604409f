// Identify Controller, bytes 512 to 2047: attributes of the NVM command set, and of NVMe over Fabrics.
import { SUBNQN_BYTES } from "../../assembly/spec/identify.ts";
import { characters, flag, hex, number, oneOf, powerOfTwo } from "./shows.ts";
import { bit, bits, bytes, type Field } from "./structure.ts";
import { blocksZeroBased, unlessZero } from "./units.ts";

const entrySizes: readonly Field[] = [
  bits(3, 0, "MIN", "required entry size", powerOfTwo()),
  bits(7, 4, "MAX", "largest entry size", powerOfTwo()),
];

const ONCS: readonly Field[] = [
  bit(0, "NVMCMPS", "Compare", flag()),
  bit(1, "NVMWUSV", "Write Uncorrectable", flag()),
  bit(2, "NVMDSMSV", "Dataset Management", flag()),
  bit(3, "NVMWZSV", "Write Zeroes", flag()),
  bit(4, "SSFS", "Save and Select of features", flag()),
  bit(5, "RESERVS", "reservations", flag()),
  bit(6, "TSS", "Timestamp", flag()),
  bit(7, "NVMVFYS", "Verify", flag()),
  bit(8, "NVMCPYS", "Copy (2.0)", flag()),
  bit(9, "NVMCSA", "Copy is atomic as a single command (2.1)", flag()),
  bit(10, "NVMAFC", "Flush of all namespaces (2.1)", flag()),
  bit(11, "MAXWZD", "Maximum Write Zeroes with Deallocate (2.1)", flag()),
  bit(12, "NSZS", "Namespace Zeroes (2.1)", flag()),
];

const FUSES: readonly Field[] = [bit(0, "FCWS", "fused Compare and Write", flag())];

const FNA: readonly Field[] = [
  bit(0, "FNS", "Format NVM formats all namespaces", flag()),
  bit(1, "SENS", "secure erase erases all namespaces", flag()),
  bit(2, "CRYES", "cryptographic erase", flag()),
  bit(3, "BCNSID", "NSID FFFFFFFFh is not supported by Format NVM (2.0)", flag()),
];

const VWC: readonly Field[] = [
  bit(0, "VWCP", "volatile write cache", flag("present", "none")),
  bits(
    2,
    1,
    "FB",
    "Flush with NSID FFFFFFFFh",
    oneOf({ 0: "not told", 2: "not supported", 3: "supported" }),
  ),
];

const ICSVSCC: readonly Field[] = [
  bit(0, "SFICSVSC", "vendor specific I/O commands have figure 106's format", flag()),
];

const NWPC: readonly Field[] = [
  bit(0, "WPNWPS", "No Write Protect and Write Protect", flag()),
  bit(1, "WPUPCS", "Write Protect Until Power Cycle", flag()),
  bit(2, "PWPS", "Permanent Write Protect", flag()),
];

const CDFS: readonly Field[] = [
  bit(0, "CDF0S", "Copy Descriptor Format 0", flag()),
  bit(1, "CDF1S", "Copy Descriptor Format 1", flag()),
  bit(2, "CDF2S", "Copy Descriptor Format 2 (2.1)", flag()),
  bit(3, "CDF3S", "Copy Descriptor Format 3 (2.1)", flag()),
  bit(4, "CDF4S", "Copy Descriptor Format 4 (2.1)", flag()),
];

const SGLS: readonly Field[] = [
  bits(
    1,
    0,
    "SGLS",
    "SGLs for the NVM command set",
    oneOf({ 0: "not supported", 1: "supported, any alignment", 2: "supported, dword aligned" }),
  ),
  bit(2, "KSDBDS", "Keyed SGL Data Block descriptor", flag()),
  bits(15, 8, "SDT", "recommended most descriptors (2.0)", number()),
  bit(16, "SBBDS", "SGL Bit Bucket descriptor", flag()),
  bit(17, "BAMPSS", "byte aligned contiguous metadata", flag()),
  bit(18, "SLGT", "SGLs longer than the data", flag()),
  bit(19, "MPSGLS", "SGL in MPTR", flag()),
  bit(20, "AFOS", "offset in the address field", flag()),
  bit(21, "TSDBDS", "Transport SGL Data Block descriptor", flag()),
];

const OFCS: readonly Field[] = [bit(0, "DCS", "Disconnect", flag())];

export const commandSetAttributes: readonly Field[] = [
  bytes(512, 1, "SQES", "Submission Queue Entry Size", hex(2), { fields: entrySizes }),
  bytes(513, 1, "CQES", "Completion Queue Entry Size", hex(2), { fields: entrySizes }),
  bytes(514, 2, "MAXCMD", "Maximum Outstanding Commands", unlessZero("not reported")),
  bytes(516, 4, "NN", "Number of Namespaces", number()),
  bytes(520, 2, "ONCS", "Optional NVM Command Support", hex(4), { fields: ONCS }),
  bytes(522, 2, "FUSES", "Fused Operation Support", hex(4), { fields: FUSES }),
  bytes(524, 1, "FNA", "Format NVM Attributes", hex(2), { fields: FNA }),
  bytes(525, 1, "VWC", "Volatile Write Cache", hex(2), { fields: VWC }),
  bytes(526, 2, "AWUN", "Atomic Write Unit Normal", blocksZeroBased),
  bytes(528, 2, "AWUPF", "Atomic Write Unit Power Fail", blocksZeroBased),
  bytes(530, 1, "NVSCC", "NVM Vendor Specific Command Configuration", hex(2), { fields: ICSVSCC }),
  bytes(531, 1, "NWPC", "Namespace Write Protection Capabilities", hex(2), { fields: NWPC }),
  bytes(532, 2, "ACWU", "Atomic Compare & Write Unit", blocksZeroBased),
  bytes(534, 2, "CDFS", "Copy Descriptor Formats Supported (2.0)", hex(4), { fields: CDFS }),
  bytes(536, 4, "SGLS", "SGL Support", hex(8), { fields: SGLS }),
  bytes(540, 4, "MNAN", "Maximum Number of Allowed Namespaces", unlessZero("NN")),
  bytes(544, 16, "MAXDNA", "Maximum Domain Namespace Attachments (2.0)", unlessZero("no limit")),
  bytes(
    560,
    4,
    "MAXCNA",
    "Maximum I/O Controller Namespace Attachments (2.0)",
    unlessZero("no limit"),
  ),
  bytes(768, SUBNQN_BYTES, "SUBNQN", "NVM Subsystem NVMe Qualified Name", characters),
];

export const fabricsAttributes: readonly Field[] = [
  bytes(1792, 4, "IOCCSZ", "I/O Queue Command Capsule Supported Size", number()),
  bytes(1796, 4, "IORCSZ", "I/O Queue Response Capsule Supported Size", number()),
  bytes(1800, 2, "ICDOFF", "In Capsule Data Offset", number()),
  bytes(1802, 1, "FCATT", "Fabrics Controller Attributes", hex(2)),
  bytes(1803, 1, "MSDBD", "Maximum SGL Data Block Descriptors", number()),
  bytes(1804, 2, "OFCS", "Optional Fabric Commands Support", hex(4), { fields: OFCS }),
];
