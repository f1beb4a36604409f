// The registers of memory on the controller: boot partitions, Controller Memory Buffer, Persistent Memory Region
// (NVMe 1.4, sections 3.1.11 to 3.1.23), with what 2.0 added to them.
import { Register } from "../../assembly/spec/registers.ts";
import { type RegisterStructure, register32, register64 } from "./register.ts";
import { bytesText, flag, hex, number, oneOf } from "./shows.ts";
import { bit, bits, type Show, type Sibling } from "./structure.ts";

const KIB = 1024n;

const cmbloc = register32(
  Register.CMBLOC,
  "CMBLOC",
  "Controller Memory Buffer Location",
  "3.1.11",
  [
    bits(2, 0, "BIR", "Base Indicator Register", number()),
    bit(3, "CQMMS", "CMB Queue Mixed Memory Support", flag()),
    bit(4, "CQPDS", "CMB Queue Physically Discontiguous Support", flag()),
    bit(5, "CDPMLS", "CMB Data Pointer Mixed Locations Support", flag()),
    bit(6, "CDPCILS", "CMB Data Pointer and Command Independent Locations Support", flag()),
    bit(7, "CDMMMS", "CMB Data Metadata Mixed Memory Support", flag()),
    bit(8, "CQDA", "CMB Queue Dword Alignment", flag()),
    bits(
      31,
      12,
      "OFST",
      "Offset",
      number((value) => `${value} units of CMBSZ.SZU`),
    ),
  ],
);

const cmbsz = register32(Register.CMBSZ, "CMBSZ", "Controller Memory Buffer Size", "3.1.12", [
  bit(0, "SQS", "Submission Queue Support", flag()),
  bit(1, "CQS", "Completion Queue Support", flag()),
  bit(2, "LISTS", "PRP SGL List Support", flag()),
  bit(3, "RDS", "Read Data Support", flag()),
  bit(4, "WDS", "Write Data Support", flag()),
  bits(
    11,
    8,
    "SZU",
    "Size Units",
    number((value) => sizeUnitText(Number(value))),
  ),
  bits(
    31,
    12,
    "SZ",
    "Size",
    number((value, sibling) => cmbSizeText(value, sibling)),
  ),
]);

const bpinfo = register32(Register.BPINFO, "BPINFO", "Boot Partition Information", "3.1.13", [
  bits(
    14,
    0,
    "BPSZ",
    "Boot Partition Size",
    number((value) => bytesText(BigInt(value) * 128n * KIB)),
  ),
  bits(
    25,
    24,
    "BRS",
    "Boot Read Status",
    oneOf({
      0: "no read was requested",
      1: "read in progress",
      2: "read completed",
      3: "read failed",
    }),
  ),
  bit(31, "ABPID", "Active Boot Partition ID", number()),
]);

const bprsel = register32(Register.BPRSEL, "BPRSEL", "Boot Partition Read Select", "3.1.14", [
  bits(9, 0, "BPRSZ", "Boot Partition Read Size", inPages()),
  bits(29, 10, "BPROF", "Boot Partition Read Offset", inPages()),
  bit(31, "BPID", "Boot Partition Identifier", number()),
]);

const bpmbl = register64(
  Register.BPMBL_LO,
  "BPMBL",
  "Boot Partition Memory Buffer Location",
  "3.1.15",
  [bits(63, 12, "BMBBA", "Boot Partition Memory Buffer Base Address", pageAddress(13))],
);

const cmbmsc = register64(
  Register.CMBMSC_LO,
  "CMBMSC",
  "Controller Memory Buffer Memory Space Control",
  "3.1.16",
  [
    bit(0, "CRE", "Capabilities Registers Enabled", flag()),
    bit(1, "CMSE", "Controller Memory Space Enable", flag()),
    bits(63, 12, "CBA", "Controller Base Address", pageAddress(13)),
  ],
);

const cmbsts = register32(Register.CMBSTS, "CMBSTS", "Controller Memory Buffer Status", "3.1.17", [
  bit(0, "CBAI", "Controller Base Address Invalid", flag()),
]);

const cmbebs = register32(
  Register.CMBEBS,
  "CMBEBS",
  "Controller Memory Buffer Elasticity Buffer Size",
  "2.0, 3.1.3.18",
  [
    bits(3, 0, "CMBSZU", "CMB Elasticity Buffer Size Units", unit("")),
    bit(
      4,
      "CMBRBB",
      "CMB Read Bypass Behavior",
      flag("reads bypass writes", "reads wait for writes"),
    ),
    bits(31, 8, "CMBWBZ", "CMB Elasticity Buffer Size Base", inUnits("CMBSZU", "")),
  ],
);

const cmbswtp = register32(
  Register.CMBSWTP,
  "CMBSWTP",
  "Controller Memory Buffer Sustained Write Throughput",
  "2.0, 3.1.3.19",
  [
    bits(3, 0, "CMBSWTU", "CMB Sustained Write Throughput Units", unit("/s")),
    bits(31, 8, "CMBSWTV", "CMB Sustained Write Throughput", inUnits("CMBSWTU", "/s")),
  ],
);

const pmrcap = register32(
  Register.PMRCAP,
  "PMRCAP",
  "Persistent Memory Region Capabilities",
  "3.1.18",
  [
    bit(3, "RDS", "Read Data Support", flag()),
    bit(4, "WDS", "Write Data Support", flag()),
    bits(7, 5, "BIR", "Base Indicator Register", number()),
    bits(
      9,
      8,
      "PMRTU",
      "Persistent Memory Region Time Units",
      oneOf({ 0: "500 ms", 1: "minutes" }),
    ),
    bits(13, 10, "PMRWBM", "Persistent Memory Region Write Barrier Mechanisms", hex(1)),
    bits(23, 16, "PMRTO", "Persistent Memory Region Timeout", number(pmrTimeoutText)),
    bit(24, "CMSS", "Controller Memory Space Supported", flag()),
  ],
);

const pmrctl = register32(Register.PMRCTL, "PMRCTL", "Persistent Memory Region Control", "3.1.19", [
  bit(0, "EN", "Enable", flag()),
]);

const pmrsts = register32(Register.PMRSTS, "PMRSTS", "Persistent Memory Region Status", "3.1.20", [
  bits(
    7,
    0,
    "ERR",
    "Error",
    number((value) => (value === 0 ? "none" : "an error occurred")),
  ),
  bit(8, "NRDY", "Not Ready", flag("not ready", "ready")),
  bits(
    11,
    9,
    "HSTS",
    "Health Status",
    oneOf({
      0: "normal operation",
      1: "restore error",
      2: "read only",
      3: "unreliable",
    }),
  ),
  bit(12, "CBAI", "Controller Base Address Invalid", flag()),
]);

const pmrebs = register32(
  Register.PMREBS,
  "PMREBS",
  "Persistent Memory Region Elasticity Buffer Size",
  "3.1.21",
  [
    bits(3, 0, "PMRSZU", "PMR Elasticity Buffer Size Units", unit("")),
    bit(
      4,
      "PMRRBB",
      "PMR Read Bypass Behavior",
      flag("reads bypass writes", "reads wait for writes"),
    ),
    bits(31, 8, "PMRWBZ", "PMR Elasticity Buffer Size Base", inUnits("PMRSZU", "")),
  ],
);

const pmrswtp = register32(
  Register.PMRSWTP,
  "PMRSWTP",
  "Persistent Memory Region Sustained Write Throughput",
  "3.1.22",
  [
    bits(3, 0, "PMRSWTU", "PMR Sustained Write Throughput Units", unit("/s")),
    bits(31, 8, "PMRSWTV", "PMR Sustained Write Throughput", inUnits("PMRSWTU", "/s")),
  ],
);

const pmrmscl = register32(
  Register.PMRMSCL,
  "PMRMSCL",
  "Persistent Memory Region Memory Space Control Lower",
  "3.1.23",
  [
    bit(1, "CMSE", "Controller Memory Space Enable", flag()),
    bits(31, 12, "CBA", "Controller Base Address, bits 31:12", pageAddress(5)),
  ],
);

const pmrmscu = register32(
  Register.PMRMSCU,
  "PMRMSCU",
  "Persistent Memory Region Memory Space Control Upper",
  "3.1.23",
  [bits(31, 0, "CBA", "Controller Base Address, bits 63:32", hex(8))],
);

export const memoryRegisters: readonly RegisterStructure[] = [
  ...[cmbloc, cmbsz, bpinfo, bprsel, bpmbl, cmbmsc, cmbsts, cmbebs, cmbswtp],
  ...[pmrcap, pmrctl, pmrsts, pmrebs, pmrswtp, pmrmscl, pmrmscu],
];

/** 4 KiB << (4 * SZU) up to 64 GiB; the others are reserved. */
function sizeUnitText(szu: number): string {
  return szu > 6 ? "reserved" : bytesText(4096n << BigInt(4 * szu));
}

function cmbSizeText(value: number | bigint, sibling: Sibling): string | undefined {
  const szu = Number(sibling("SZU") ?? 0);
  return szu > 6 ? undefined : bytesText(BigInt(value) * (4096n << BigInt(4 * szu)));
}

function pmrTimeoutText(value: number | bigint, sibling: Sibling): string | undefined {
  const units = sibling("PMRTU");
  if (units === 0) return `${BigInt(value) * 500n} ms`;
  return units === 1 ? `${value} minutes` : undefined;
}

/** Units that are powers of 1024; `per` follows them. */
function unit(per: string): Show {
  return number((value) => (value > 3 ? "reserved" : `${bytesText(KIB ** BigInt(value))}${per}`));
}

/** A number of the units that the field `units` says. */
function inUnits(units: string, per: string): Show {
  return number((value, sibling) => {
    const power = Number(sibling(units) ?? 0);
    return power > 3 ? undefined : `${bytesText(BigInt(value) * KIB ** BigInt(power))}${per}`;
  });
}

function inPages(): Show {
  return number((value) => bytesText(BigInt(value) * 4n * KIB));
}

/** Address bits from 12 on. */
function pageAddress(digits: number): Show {
  return hex(
    digits,
    (value) => `0x${(BigInt(value) << 12n).toString(16).padStart(digits + 3, "0")}`,
  );
}
