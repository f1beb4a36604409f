// Primary Controller Capabilities (CNS 14h) and the Secondary Controller List (CNS 15h): NVMe 1.4, figures 258 to 260.
import { IDENTIFY_BYTES } from "../../assembly/spec/identify.ts";
import { type DecodedField, decode } from "./decode.ts";
import { flag, hex, number, oneOf } from "./shows.ts";
import { bit, bytes, type Field, type Structure } from "./structure.ts";

const CRT: readonly Field[] = [
  bit(0, "VQRT", "VQ resources", flag()),
  bit(1, "VIRT", "VI resources", flag()),
];

export const primaryCapabilities: Structure = {
  name: "Primary Controller Capabilities",
  longName: "Primary Controller Capabilities Structure, CNS 14h",
  bytes: IDENTIFY_BYTES,
  section: "5.15.2.9",
  fields: [
    bytes(0, 2, "CNTLID", "Controller Identifier", number()),
    bytes(2, 2, "PORTID", "Port Identifier", number()),
    bytes(4, 1, "CRT", "Controller Resource Types", hex(2), { fields: CRT }),
    bytes(32, 4, "VQFRT", "VQ Resources Flexible Total", number()),
    bytes(36, 4, "VQRFA", "VQ Resources Flexible Assigned", number()),
    bytes(40, 2, "VQRFAP", "VQ Resources Flexible Allocated to Primary", number()),
    bytes(42, 2, "VQPRT", "VQ Resources Private Total", number()),
    bytes(44, 2, "VQFRSM", "VQ Resources Flexible Secondary Maximum", number()),
    bytes(46, 2, "VQGRAN", "VQ Flexible Resource Preferred Granularity", number()),
    bytes(64, 4, "VIFRT", "VI Resources Flexible Total", number()),
    bytes(68, 4, "VIRFA", "VI Resources Flexible Assigned", number()),
    bytes(72, 2, "VIRFAP", "VI Resources Flexible Allocated to Primary", number()),
    bytes(74, 2, "VIPRT", "VI Resources Private Total", number()),
    bytes(76, 2, "VIFRSM", "VI Resources Flexible Secondary Maximum", number()),
    bytes(78, 2, "VIGRAN", "VI Flexible Resource Preferred Granularity", number()),
  ],
};

const ENTRY_BYTES = 32;
const MOST_ENTRIES = 127;

const secondaryEntry: Structure = {
  name: "Secondary Controller Entry",
  longName: "Secondary Controller Entry, CNS 15h",
  bytes: ENTRY_BYTES,
  section: "5.15.2.10",
  fields: [
    bytes(0, 2, "SCID", "Secondary Controller Identifier", number()),
    bytes(2, 2, "PCID", "Primary Controller Identifier", number()),
    bytes(4, 1, "SCS", "Secondary Controller State", oneOf({ 0: "offline", 1: "online" })),
    bytes(8, 2, "VFN", "Virtual Function Number", number()),
    bytes(10, 2, "NVQ", "Number of VQ Flexible Resources Assigned", number()),
    bytes(12, 2, "NVI", "Number of VI Flexible Resources Assigned", number()),
  ],
};

/** The entries of CNS 15h: as many as the list says, and fit. */
export function decodeSecondaryControllers(page: Uint8Array): DecodedField[][] {
  const fitting = Math.floor(page.length / ENTRY_BYTES) - 1;
  const count = Math.max(0, Math.min(page[0] ?? 0, MOST_ENTRIES, fitting));
  return Array.from({ length: count }, (_, index) =>
    decode(secondaryEntry, page.subarray((index + 1) * ENTRY_BYTES, (index + 2) * ENTRY_BYTES)),
  );
}
