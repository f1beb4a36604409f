// The PCI Express capability (NVMe 1.4, section 2.5; PCI Express Base 5.0, section 7.5.3): payloads, resets, the link.
import { bytesText, flag, hex, number, oneOf } from "./shows.ts";
import { bit, bits, bytes, type Show, type Structure } from "./structure.ts";

/** GT/s of each link speed. */
export const linkSpeeds: Readonly<Record<number, string>> = {
  1: "2.5 GT/s",
  2: "5 GT/s",
  3: "8 GT/s",
  4: "16 GT/s",
  5: "32 GT/s",
  6: "64 GT/s",
};

const speed: Show = oneOf(linkSpeeds, (value) => (Number(value) === 0 ? "no link" : "reserved"));
const width: Show = number((value) => (Number(value) === 0 ? "no link" : `x${value}`));
/** 128 bytes << value. */
const payload: Show = number((value) =>
  Number(value) > 5 ? "reserved" : bytesText(128n << BigInt(value)),
);
const aspm = (none: string): Show => oneOf({ 0: none, 1: "L0s", 2: "L1", 3: "L0s and L1" });

const capabilities = bytes(2, 2, "PXCAP", "PCI Express Capabilities", hex(4), {
  fields: [
    bits(3, 0, "VER", "Capability Version", number()),
    bits(
      7,
      4,
      "DPT",
      "Device/Port Type",
      oneOf({
        0: "endpoint",
        1: "legacy endpoint",
        4: "root port",
        5: "upstream port",
        6: "downstream port",
        9: "root complex integrated endpoint, without a link",
      }),
    ),
    bits(13, 9, "IMN", "Interrupt Message Number", number()),
  ],
});

const deviceCapabilities = bytes(4, 4, "PXDCAP", "PCI Express Device Capabilities", hex(8), {
  fields: [
    bits(2, 0, "MPS", "Max_Payload_Size Supported", payload),
    bits(4, 3, "PFS", "Phantom Functions Supported", number()),
    bit(5, "ETFS", "Extended Tag Field Supported", flag()),
    bits(8, 6, "L0SL", "Endpoint L0s Acceptable Latency", number()),
    bits(11, 9, "L1L", "Endpoint L1 Acceptable Latency", number()),
    bit(15, "RER", "Role-based Error Reporting", flag()),
    bits(25, 18, "CSPLV", "Captured Slot Power Limit Value", number()),
    bits(27, 26, "CSPLS", "Captured Slot Power Limit Scale", number()),
    bit(28, "FLRC", "Function Level Reset Capability", flag()),
  ],
});

const deviceControl = bytes(8, 2, "PXDC", "PCI Express Device Control", hex(4), {
  fields: [
    bit(0, "CERE", "Correctable Error Reporting Enable", flag()),
    bit(1, "NFERE", "Non-Fatal Error Reporting Enable", flag()),
    bit(2, "FERE", "Fatal Error Reporting Enable", flag()),
    bit(3, "URRE", "Unsupported Request Reporting Enable", flag()),
    bit(4, "ERO", "Enable Relaxed Ordering", flag()),
    bits(7, 5, "MPS", "Max Payload Size", payload),
    bit(8, "ETE", "Extended Tag Enable", flag()),
    bit(9, "PFE", "Phantom Functions Enable", flag()),
    bit(10, "APPME", "AUX Power PM Enable", flag()),
    bit(11, "ENS", "Enable No Snoop", flag()),
    bits(14, 12, "MRRS", "Max Read Request Size", payload),
    bit(15, "IFLR", "Initiate Function Level Reset", flag()),
  ],
});

const deviceStatus = bytes(0x0a, 2, "PXDS", "PCI Express Device Status", hex(4), {
  fields: [
    bit(0, "CED", "Correctable Error Detected", flag()),
    bit(1, "NFED", "Non-Fatal Error Detected", flag()),
    bit(2, "FED", "Fatal Error Detected", flag()),
    bit(3, "URD", "Unsupported Request Detected", flag()),
    bit(4, "APD", "AUX Power Detected", flag()),
    bit(5, "TP", "Transactions Pending", flag()),
  ],
});

const linkCapabilities = bytes(0x0c, 4, "PXLCAP", "PCI Express Link Capabilities", hex(8), {
  fields: [
    bits(3, 0, "SLS", "Max Link Speed", speed),
    bits(9, 4, "MLW", "Maximum Link Width", width),
    bits(11, 10, "ASPMS", "Active State Power Management Support", aspm("none")),
    bits(14, 12, "L0SEL", "L0s Exit Latency", number()),
    bits(17, 15, "L1EL", "L1 Exit Latency", number()),
    bit(18, "CPM", "Clock Power Management", flag()),
    bit(19, "SDERC", "Surprise Down Error Reporting Capable", flag()),
    bit(20, "DLLLA", "Data Link Layer Link Active Reporting Capable", flag()),
    bit(21, "LBNC", "Link Bandwidth Notification Capability", flag()),
    bit(22, "AOC", "ASPM Optionality Compliance", flag()),
    bits(31, 24, "PN", "Port Number", number()),
  ],
});

const linkControl = bytes(0x10, 2, "PXLC", "PCI Express Link Control", hex(4), {
  fields: [
    bits(1, 0, "ASPMC", "Active State Power Management Control", aspm("off")),
    bit(3, "RCB", "Read Completion Boundary", flag("128 bytes", "64 bytes")),
    bit(6, "CCC", "Common Clock Configuration", flag()),
    bit(7, "ES", "Extended Synch", flag()),
    bit(8, "ECPM", "Enable Clock Power Management", flag()),
    bit(9, "HAWD", "Hardware Autonomous Width Disable", flag()),
  ],
});

const linkStatus = bytes(0x12, 2, "PXLS", "PCI Express Link Status", hex(4), {
  fields: [
    bits(3, 0, "CLS", "Current Link Speed", speed),
    bits(9, 4, "NLW", "Negotiated Link Width", width),
    bit(12, "SCC", "Slot Clock Configuration", flag()),
  ],
});

const deviceCapabilities2 = bytes(0x24, 4, "PXDCAP2", "PCI Express Device Capabilities 2", hex(8), {
  fields: [
    bits(3, 0, "CTRS", "Completion Timeout Ranges Supported", hex(1)),
    bit(4, "CTDS", "Completion Timeout Disable Supported", flag()),
    bit(11, "LTRS", "Latency Tolerance Reporting Supported", flag()),
    bits(13, 12, "TPHCS", "TPH Completer Supported", number()),
    bits(19, 18, "OBFFS", "OBFF Supported", number()),
    bit(20, "EFFS", "Extended Fmt Field Supported", flag()),
    bit(21, "EETPS", "End-End TLP Prefix Supported", flag()),
    bits(23, 22, "MEETP", "Max End-End TLP Prefixes", number()),
  ],
});

const deviceControl2 = bytes(0x28, 2, "PXDC2", "PCI Express Device Control 2", hex(4), {
  fields: [
    bits(3, 0, "CTV", "Completion Timeout Value", hex(1)),
    bit(4, "CTD", "Completion Timeout Disable", flag()),
    bit(10, "LTRME", "Latency Tolerance Reporting Mechanism Enable", flag()),
    bits(14, 13, "OBFFE", "OBFF Enable", number()),
  ],
});

const linkControl2 = bytes(0x30, 2, "PXLC2", "PCI Express Link Control 2", hex(4), {
  fields: [bits(3, 0, "TLS", "Target Link Speed", speed)],
});

/** One of a first version ends before the second device registers. */
export function pciExpress(version: number): Structure {
  return {
    name: "PXCAP",
    longName: "PCI Express",
    bytes: version >= 2 ? 0x3c : 0x14,
    section: "2.5",
    fields: [
      ...[capabilities, deviceCapabilities, deviceControl, deviceStatus],
      ...[linkCapabilities, linkControl, linkStatus],
      ...[deviceCapabilities2, deviceControl2, linkControl2],
    ],
  };
}
