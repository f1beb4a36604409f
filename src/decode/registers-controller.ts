// The registers that every controller has (NVMe 1.4, section 3.1), with what 2.0 added to them.
import { Register } from "../../assembly/spec/registers.ts";
import { type RegisterStructure, register32, register64 } from "./register.ts";
import { flag, hex, number, oneOf, powerOfTwo, times, zeroBased } from "./shows.ts";
import { bit, bits, type Show } from "./structure.ts";

const cap = register64(Register.CAP_LO, "CAP", "Controller Capabilities", "3.1.1", [
  bits(15, 0, "MQES", "Maximum Queue Entries Supported", zeroBased("entries")),
  bit(16, "CQR", "Contiguous Queues Required", flag()),
  bits(
    18,
    17,
    "AMS",
    "Arbitration Mechanism Supported",
    listed(
      {
        0: "weighted round robin with urgent priority class",
        1: "vendor specific",
      },
      "round robin only",
    ),
  ),
  bits(31, 24, "TO", "Timeout", times(500, "ms")),
  bits(35, 32, "DSTRD", "Doorbell Stride", powerOfTwo(2)),
  bit(36, "NSSRS", "NVM Subsystem Reset Supported", flag()),
  bits(
    44,
    37,
    "CSS",
    "Command Sets Supported",
    listed({
      0: "NVM",
      6: "one or more I/O command sets",
      7: "none, admin only",
    }),
  ),
  bit(45, "BPS", "Boot Partition Support", flag()),
  bits(
    47,
    46,
    "CPS",
    "Controller Power Scope",
    oneOf({
      0: "not reported",
      1: "controller",
      2: "domain",
      3: "NVM subsystem",
    }),
  ),
  bits(51, 48, "MPSMIN", "Memory Page Size Minimum", powerOfTwo(12)),
  bits(55, 52, "MPSMAX", "Memory Page Size Maximum", powerOfTwo(12)),
  bit(56, "PMRS", "Persistent Memory Region Supported", flag()),
  bit(57, "CMBS", "Controller Memory Buffer Supported", flag()),
  bit(58, "NSSS", "NVM Subsystem Shutdown Supported", flag()),
  bits(
    60,
    59,
    "CRMS",
    "Controller Ready Modes Supported",
    listed(
      {
        0: "with media",
        1: "independent of media",
      },
      "before 2.0: with media",
    ),
  ),
  bit(61, "NSSES", "NVM Subsystem Shutdown Enhancements Supported", flag()),
]);

const vs = register32(Register.VS, "VS", "Version", "3.1.2", [
  bits(31, 16, "MJR", "Major Version Number", number()),
  bits(15, 8, "MNR", "Minor Version Number", number()),
  bits(7, 0, "TER", "Tertiary Version Number", number()),
]);

const intms = register32(Register.INTMS, "INTMS", "Interrupt Mask Set", "3.1.3", [
  bits(31, 0, "IVMS", "Interrupt Vector Mask Set", hex(8)),
]);

const intmc = register32(Register.INTMC, "INTMC", "Interrupt Mask Clear", "3.1.4", [
  bits(31, 0, "IVMC", "Interrupt Vector Mask Clear", hex(8)),
]);

const cc = register32(Register.CC, "CC", "Controller Configuration", "3.1.5", [
  bit(0, "EN", "Enable", flag()),
  bits(
    6,
    4,
    "CSS",
    "I/O Command Set Selected",
    oneOf({
      0: "NVM",
      6: "all that are supported",
      7: "none, admin only",
    }),
  ),
  bits(10, 7, "MPS", "Memory Page Size", powerOfTwo(12)),
  bits(
    13,
    11,
    "AMS",
    "Arbitration Mechanism Selected",
    oneOf({
      0: "round robin",
      1: "weighted round robin with urgent priority class",
      7: "vendor specific",
    }),
  ),
  bits(
    15,
    14,
    "SHN",
    "Shutdown Notification",
    oneOf({
      0: "none",
      1: "normal shutdown",
      2: "abrupt shutdown",
    }),
  ),
  bits(19, 16, "IOSQES", "I/O Submission Queue Entry Size", powerOfTwo()),
  bits(23, 20, "IOCQES", "I/O Completion Queue Entry Size", powerOfTwo()),
  bit(24, "CRIME", "Controller Ready Independent of Media Enable", flag()),
]);

const csts: RegisterStructure = {
  ...register32(Register.CSTS, "CSTS", "Controller Status", "3.1.6", [
    bit(0, "RDY", "Ready", flag("ready", "not ready")),
    bit(1, "CFS", "Controller Fatal Status", flag("the controller has failed", "no")),
    bits(
      3,
      2,
      "SHST",
      "Shutdown Status",
      oneOf({
        0: "normal operation",
        1: "shutdown processing occurring",
        2: "shutdown processing complete",
      }),
    ),
    bit(4, "NSSRO", "NVM Subsystem Reset Occurred", flag()),
    bit(5, "PP", "Processing Paused", flag()),
    bit(6, "ST", "Shutdown Type", flag("NVM subsystem shutdown", "controller shutdown")),
  ]),
  // NSSRO
  clearedByOne: 1n << 4n,
};

const nssr = register32(Register.NSSR, "NSSR", "NVM Subsystem Reset", "3.1.7", [
  bits(31, 0, "NSSRC", "NVM Subsystem Reset Control", hex(8)),
]);

const aqa = register32(Register.AQA, "AQA", "Admin Queue Attributes", "3.1.8", [
  bits(11, 0, "ASQS", "Admin Submission Queue Size", zeroBased("entries")),
  bits(27, 16, "ACQS", "Admin Completion Queue Size", zeroBased("entries")),
]);

const asq = register64(Register.ASQ_LO, "ASQ", "Admin Submission Queue Base Address", "3.1.9", [
  bits(63, 12, "ASQB", "Admin Submission Queue Base", pageAddress()),
]);

const acq = register64(Register.ACQ_LO, "ACQ", "Admin Completion Queue Base Address", "3.1.10", [
  bits(63, 12, "ACQB", "Admin Completion Queue Base", pageAddress()),
]);

const nssd = register32(Register.NSSD, "NSSD", "NVM Subsystem Shutdown", "2.0, 3.1.3.20", [
  bits(31, 0, "NSSC", "NVM Subsystem Shutdown Control", hex(8)),
]);

const crto = register32(Register.CRTO, "CRTO", "Controller Ready Timeouts", "2.0, 3.1.3.21", [
  bits(15, 0, "CRWMT", "Controller Ready With Media Timeout", times(500, "ms")),
  bits(31, 16, "CRIMT", "Controller Ready Independent of Media Timeout", times(500, "ms")),
]);

export const controllerRegisters: readonly RegisterStructure[] = [
  ...[cap, vs, intms, intmc, cc, csts, nssr, aqa, asq, acq, nssd, crto],
];

/** Bits with a meaning each, of which several may be set. */
function listed(meanings: Readonly<Record<number, string>>, none = "none"): Show {
  return number((value) => {
    const set = Array.from({ length: 8 }, (_, at) => at).filter((at) => (Number(value) >> at) & 1);
    return set.map((at) => meanings[at] ?? `reserved bit ${at}`).join(", ") || none;
  });
}

/** Address bits 63:12: the page's number, and in words its address. */
function pageAddress(): Show {
  return hex(13, (value) => `0x${(BigInt(value) << 12n).toString(16).padStart(16, "0")}`);
}
