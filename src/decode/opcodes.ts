// Opcodes of admin and NVM commands (NVMe 1.4, figures 139 and 346, and 2.0), their names, which way data go, and what a
// command may destroy.

/** What a command is. */
export interface Opcode {
  readonly name: string;
  /** Whether the specification has it; else the name says whose it is. */
  readonly isNamed: boolean;
  /**
   * What of the user's it can destroy or change for good: "data", or the drive's "configuration"; null for what does neither.
   */
  readonly destroys: "data" | "configuration" | null;
}

type Row = readonly [opcode: number, name: string, destroys?: "data" | "configuration"];

const adminRows: readonly Row[] = [
  [0x00, "Delete I/O Submission Queue"],
  [0x01, "Create I/O Submission Queue"],
  [0x02, "Get Log Page"],
  [0x04, "Delete I/O Completion Queue"],
  [0x05, "Create I/O Completion Queue"],
  [0x06, "Identify"],
  [0x08, "Abort"],
  [0x09, "Set Features"],
  [0x0a, "Get Features"],
  [0x0c, "Asynchronous Event Request"],
  [0x0d, "Namespace Management", "data"],
  [0x10, "Firmware Commit", "configuration"],
  [0x11, "Firmware Image Download", "configuration"],
  [0x14, "Device Self-test"],
  [0x15, "Namespace Attachment", "configuration"],
  [0x18, "Keep Alive"],
  [0x19, "Directive Send", "configuration"],
  [0x1a, "Directive Receive"],
  [0x1c, "Virtualization Management", "configuration"],
  [0x1d, "NVMe-MI Send", "configuration"],
  [0x1e, "NVMe-MI Receive"],
  [0x20, "Capacity Management", "data"],
  [0x24, "Lockdown", "configuration"],
  [0x7c, "Doorbell Buffer Config"],
  [0x80, "Format NVM", "data"],
  [0x81, "Security Send", "data"],
  [0x82, "Security Receive"],
  [0x84, "Sanitize", "data"],
  [0x86, "Get LBA Status"],
];

const ioRows: readonly Row[] = [
  [0x00, "Flush"],
  [0x01, "Write", "data"],
  [0x02, "Read"],
  [0x04, "Write Uncorrectable", "data"],
  [0x05, "Compare"],
  [0x08, "Write Zeroes", "data"],
  [0x09, "Dataset Management", "data"],
  [0x0c, "Verify"],
  [0x0d, "Reservation Register", "configuration"],
  [0x0e, "Reservation Report"],
  [0x11, "Reservation Acquire", "configuration"],
  [0x12, "I/O Management Receive"],
  [0x15, "Reservation Release", "configuration"],
  [0x18, "Cancel"],
  [0x19, "Copy", "data"],
  [0x1d, "I/O Management Send", "configuration"],
  [0x79, "Zone Management Send", "data"],
  [0x7a, "Zone Management Receive"],
  [0x7d, "Zone Append", "data"],
];

const admin = tableOf(adminRows);
const io = tableOf(ioRows);

/** From here on opcodes are the vendor's. */
const VENDOR_ADMIN = 0xc0;
const VENDOR_IO = 0x80;

/** An admin command by its opcode. What nobody knows may do anything. */
export function adminCommand(opcode: number): Opcode {
  return admin.get(opcode) ?? unnamed(opcode, VENDOR_ADMIN);
}

/** A command of the NVM command set (or of Zoned Namespaces) by its opcode. What nobody knows may do anything. */
export function ioCommand(opcode: number): Opcode {
  return io.get(opcode) ?? unnamed(opcode, VENDOR_IO);
}

/** "Identify" */
export function adminCommandName(opcode: number): string {
  return adminCommand(opcode).name;
}

/** "Read" */
export function ioCommandName(opcode: number): string {
  return ioCommand(opcode).name;
}

/** Which way an opcode's data go: its bits 1:0 (figure 104). */
export function directionOf(opcode: number): "none" | "out" | "in" | "both" {
  return (["none", "out", "in", "both"] as const)[opcode & 0x3]!;
}

function unnamed(opcode: number, vendors: number): Opcode {
  const name = opcode >= vendors ? "vendor specific" : "reserved";
  return { name, isNamed: false, destroys: "data" };
}

function tableOf(rows: readonly Row[]): ReadonlyMap<number, Opcode> {
  return new Map(
    rows.map(([opcode, name, destroys = null]) => [opcode, { name, isNamed: true, destroys }]),
  );
}
