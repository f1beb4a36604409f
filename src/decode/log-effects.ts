// Log pages that list what a controller has: Commands Supported and Effects, LID 05h (NVMe 1.4, figure 199), and of 2.0
// Supported Log Pages, 00h, and Feature Identifiers Supported and Effects, 12h.
import { type DecodedField, decodeValue } from "./decode.ts";
import { featureName, logPageName } from "./names.ts";
import { adminCommandName, ioCommandName } from "./opcodes.ts";
import { flag, number, oneOf } from "./shows.ts";
import { bit, bits, type Field, type Structure } from "./structure.ts";

/** What there is, by its number. */
export interface Listed {
  readonly number: number;
  /** "Identify"; "vendor specific", "opcode" where it has no name. */
  readonly name: string;
  readonly fields: readonly DecodedField[];
}

const SCOPE: readonly Field[] = [
  bit(20, "NSCPE", "Namespace Scope (2.0)", flag()),
  bit(21, "CSCPE", "Controller Scope (2.0)", flag()),
  bit(22, "NSETSCPE", "NVM Set Scope (2.0)", flag()),
  bit(23, "EGSCPE", "Endurance Group Scope (2.0)", flag()),
  bit(24, "DSCPE", "Domain Scope (2.0)", flag()),
  bit(25, "NSSSCPE", "NVM Subsystem Scope (2.0)", flag()),
];

const commandEffects: Structure = {
  name: "Commands Supported and Effects",
  longName: "Commands Supported and Effects, LID 05h",
  bytes: 4,
  section: "5.14.1.5",
  fields: [
    bit(0, "CSUPP", "Command Supported", flag()),
    bit(1, "LBCC", "Logical Block Content Change", flag()),
    bit(2, "NCC", "Namespace Capability Change", flag()),
    bit(3, "NIC", "Namespace Inventory Change", flag()),
    bit(4, "CCC", "Controller Capability Change", flag()),
    bits(
      18,
      16,
      "CSE",
      "Command Submission and Execution",
      oneOf({
        0: "no restriction",
        1: "no other command on the namespace",
        2: "no other command on any namespace",
      }),
    ),
    bit(19, "USS", "UUID Selection Supported", flag()),
    ...SCOPE,
  ],
};

const featureEffects: Structure = {
  name: "Features Supported and Effects",
  longName: "Feature Identifiers Supported and Effects, LID 12h",
  bytes: 4,
  section: "2.0, 5.16.1.18",
  fields: [
    bit(0, "FSUPP", "Feature Supported", flag()),
    bit(1, "UDCC", "User Data Content Change", flag()),
    bit(2, "NCC", "Namespace Capability Change", flag()),
    bit(3, "NIC", "Namespace Inventory Change", flag()),
    bit(4, "CCC", "Controller Capability Change", flag()),
    bit(19, "USS", "UUID Selection Supported", flag()),
    ...SCOPE,
  ],
};

const supportedPage: Structure = {
  name: "Supported Log Pages",
  longName: "Supported Log Pages, LID 00h",
  bytes: 4,
  section: "2.0, 5.16.1.1",
  fields: [
    bit(0, "LSUPP", "LID Supported", flag()),
    bit(1, "IOS", "Index Offset Supported", flag()),
    bits(31, 16, "LIDSP", "LID Specific Parameter", number()),
  ],
};

const ENTRIES = 256;
const IO_TABLE = 1024;

/** The commands that there are, by opcode, of the admin queue and of I/O queues. */
export function decodeEffects(page: Uint8Array): {
  readonly admin: readonly Listed[];
  readonly io: readonly Listed[];
} {
  const table = (at: number, nameOf: (opcode: number) => string): Listed[] =>
    listed(commandEffects, page.subarray(at, at + ENTRIES * 4), nameOf);
  return { admin: table(0, adminCommandName), io: table(IO_TABLE, ioCommandName) };
}

/** The features that there are, by FID. */
export function decodeFeatureEffects(page: Uint8Array): Listed[] {
  return listed(featureEffects, page, featureName);
}

/** The log pages that there are, by LID. */
export function decodeSupportedPages(page: Uint8Array): Listed[] {
  return listed(supportedPage, page, logPageName);
}

/** Entries whose bit 0 says that there is something. */
function listed(
  structure: Structure,
  table: Uint8Array,
  nameOf: (number: number) => string,
): Listed[] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const found: Listed[] = [];
  for (let number = 0; number < ENTRIES && number * 4 + 4 <= table.length; number++) {
    const value = view.getUint32(number * 4, true);
    if ((value & 1) === 0) continue;
    found.push({ number, name: nameOf(number), fields: decodeValue(structure, value) });
  }
  return found;
}
