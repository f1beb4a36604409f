// The configuration space's header of an endpoint (PCI Local Bus 3.0, section 6.1; the names are those of NVMe 1.4,
// section 2.1).
import { flag, hex, number, oneOf } from "./shows.ts";
import { bit, bits, bytes, type Field, type Sibling, type Structure } from "./structure.ts";

const command = bytes(4, 2, "CMD", "Command", hex(4), {
  fields: [
    bit(0, "IOSE", "I/O Space Enable", flag()),
    bit(1, "MSE", "Memory Space Enable", flag()),
    bit(2, "BME", "Bus Master Enable", flag()),
    bit(3, "SCE", "Special Cycle Enable", flag()),
    bit(4, "MWIE", "Memory Write and Invalidate Enable", flag()),
    bit(5, "VGA", "VGA Palette Snooping Enable", flag()),
    bit(6, "PEE", "Parity Error Response Enable", flag()),
    bit(8, "SEE", "SERR# Enable", flag()),
    bit(9, "FBE", "Fast Back-to-Back Enable", flag()),
    bit(10, "ID", "Interrupt Disable", flag()),
  ],
});

const status = bytes(6, 2, "STS", "Device Status", hex(4), {
  fields: [
    bit(0, "IR", "Immediate Readiness", flag()),
    bit(3, "IS", "Interrupt Status", flag()),
    bit(4, "CL", "Capabilities List", flag()),
    bit(8, "DPD", "Master Data Parity Error Detected", flag()),
    bit(11, "STA", "Signaled Target Abort", flag()),
    bit(12, "RTA", "Received Target Abort", flag()),
    bit(13, "RMA", "Received Master Abort", flag()),
    bit(14, "SSE", "Signaled System Error", flag()),
    bit(15, "DPE", "Detected Parity Error", flag()),
  ],
});

const classCode = bytes(9, 3, "CC", "Class Code", hex(6, classText), {
  fields: [
    bits(7, 0, "PI", "Programming Interface", hex(2)),
    bits(15, 8, "SCC", "Sub Class Code", hex(2)),
    bits(23, 16, "BCC", "Base Class Code", hex(2)),
  ],
});

export const pciHeader: Structure = {
  name: "HEADER",
  longName: "Configuration Space Header",
  bytes: 64,
  section: "2.1",
  fields: [
    bytes(0, 2, "VID", "Vendor ID", hex(4)),
    bytes(2, 2, "DID", "Device ID", hex(4)),
    command,
    status,
    bytes(8, 1, "RID", "Revision ID", hex(2)),
    classCode,
    bytes(0x0c, 1, "CLS", "Cache Line Size", number()),
    bytes(0x0d, 1, "MLT", "Master Latency Timer", number()),
    bytes(0x0e, 1, "HTYPE", "Header Type", hex(2), {
      fields: [
        bits(
          6,
          0,
          "HL",
          "Header Layout",
          oneOf({ 0: "endpoint", 1: "bridge", 2: "CardBus bridge" }),
        ),
        bit(7, "MFD", "Multi-Function Device", flag()),
      ],
    }),
    bytes(0x0f, 1, "BIST", "Built-In Self Test", hex(2)),
    ...Array.from({ length: 6 }, (_, at) => bar(at)),
    bytes(0x28, 4, "CCPTR", "CardBus CIS Pointer", hex(8)),
    bytes(0x2c, 2, "SSVID", "Subsystem Vendor ID", hex(4)),
    bytes(0x2e, 2, "SSID", "Subsystem ID", hex(4)),
    bytes(0x30, 4, "EROM", "Expansion ROM Base Address", hex(8)),
    bytes(0x34, 1, "CAP", "Capabilities Pointer", hex(2)),
    bytes(0x3c, 1, "ILINE", "Interrupt Line", number()),
    bytes(
      0x3d,
      1,
      "IPIN",
      "Interrupt Pin",
      oneOf({ 0: "none", 1: "INTA", 2: "INTB", 3: "INTC", 4: "INTD" }),
    ),
  ],
};

function bar(at: number): Field {
  const show = hex(8, (value, sibling) => barText(at, Number(value), sibling));
  return bytes(0x10 + at * 4, 4, `BAR${at}`, `Base Address Register ${at}`, show);
}

/** What kind of range it is; its size is not in the configuration space, but what a write of ones leaves. */
function barText(at: number, value: number, sibling: Sibling): string | undefined {
  if (isUpperHalf(at, sibling)) return `upper half of BAR${at - 1}`;
  if (value & 1) return "I/O ports";
  const prefetchable = value & 8 ? ", prefetchable" : "";
  if (value === 0) return "not there, or 32-bit memory without an address";
  return `${isWide(value) ? "64" : "32"}-bit memory${prefetchable}`;
}

function isUpperHalf(at: number, sibling: Sibling): boolean {
  if (at === 0 || isUpperHalf(at - 1, sibling)) return false;
  return isWide(Number(sibling(`BAR${at - 1}`) ?? 0));
}

function isWide(bar: number): boolean {
  return (bar & 0b111) === 0b100;
}

function classText(value: number | bigint): string | undefined {
  const known: Readonly<Record<number, string>> = {
    67586: "NVMe I/O controller",
    67587: "NVMe administrative controller",
  };
  return known[Number(value)];
}
