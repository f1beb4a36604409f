// The Error Information log, LID 01h (NVMe 1.4, figure 195): entries of 64 bytes, the newest first.
import { ERROR_LOG_ENTRY_BYTES } from "../../assembly/spec/identify.ts";
import { type DecodedField, decode } from "./decode.ts";
import { flag, hex, number } from "./shows.ts";
import { statusName } from "./status.ts";
import { bit, bits, bytes, type Field, type Structure } from "./structure.ts";
import { unlessZero } from "./units.ts";

const NO_COMMAND = 0xffff;

const ofNoCommand = number((value) => (Number(value) === NO_COMMAND ? "of no command" : undefined));

const STATUS: readonly Field[] = [
  bit(0, "P", "phase tag of the completion", number()),
  bits(
    11,
    1,
    "SCT/SC",
    "status code",
    hex(3, (code) => statusName(Number(code))),
  ),
  bits(13, 12, "CRD", "Command Retry Delay", number()),
  bit(14, "M", "More", flag()),
  bit(15, "DNR", "Do Not Retry", flag()),
];

const LOCATION: readonly Field[] = [
  bits(7, 0, "BYTE", "byte of the command", number(commandByte)),
  bits(10, 8, "BIT", "bit of that byte", number()),
];

/** "Command Dword 10" */
function commandByte(byte: number | bigint): string {
  const dword = Number(byte) >> 2;
  return dword < 16 ? `Command Dword ${dword}` : "outside of the entry";
}

/** "Command Dword 10, byte 40, bit 0" */
const location = hex(4, (value) => {
  const place = Number(value);
  if (place === NO_COMMAND) return "of no field";
  return `${commandByte(place & 0xff)}, byte ${place & 0xff}, bit ${(place >> 8) & 0x7}`;
});

export const errorLogEntry: Structure = {
  name: "Error Information Log Entry",
  longName: "Error Information Log Entry, LID 01h",
  bytes: ERROR_LOG_ENTRY_BYTES,
  section: "5.14.1.1",
  fields: [
    bytes(0, 8, "ERRCNT", "Error Count", unlessZero("an empty entry")),
    bytes(8, 2, "SQID", "Submission Queue ID", ofNoCommand),
    bytes(
      10,
      2,
      "CID",
      "Command ID",
      hex(4, (value) => (Number(value) === NO_COMMAND ? "of no command" : undefined)),
    ),
    bytes(
      12,
      2,
      "STATUS",
      "Status Field",
      hex(4, (value) => statusName((Number(value) >> 1) & 0x7ff)),
      {
        fields: STATUS,
      },
    ),
    bytes(14, 2, "PEL", "Parameter Error Location", location, {
      fields: LOCATION,
    }),
    bytes(16, 8, "LBA", "first LBA with the error", number()),
    bytes(24, 4, "NSID", "Namespace", number()),
    bytes(28, 1, "VSIA", "Vendor Specific Information Available: its log page", hex(2)),
    bytes(29, 1, "TRTYPE", "Transport Type", unlessZero("not transport related")),
    bytes(32, 8, "CSI", "Command Specific Information", number()),
    bytes(40, 2, "TTSI", "Transport Type Specific Information", number()),
    bytes(63, 1, "LPVER", "Log Page Version (2.1)", number()),
  ],
};

/** An entry of the error log. */
export interface ErrorEntry {
  /** Error Count: which error since the controller was made. */
  readonly count: bigint;
  readonly sqid: number;
  readonly cid: number;
  /** SCT << 8 | SC */
  readonly status: number;
  readonly fields: readonly DecodedField[];
}

/** The entries of the page that hold an error, in its order: the newest first. */
export function decodeErrorLog(page: Uint8Array): ErrorEntry[] {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const found: ErrorEntry[] = [];
  for (let at = 0; at + ERROR_LOG_ENTRY_BYTES <= page.length; at += ERROR_LOG_ENTRY_BYTES) {
    const count = view.getBigUint64(at, true);
    if (count === 0n) continue;
    found.push({
      count,
      sqid: view.getUint16(at + 8, true),
      cid: view.getUint16(at + 10, true),
      status: (view.getUint16(at + 12, true) >> 1) & 0x7ff,
      fields: decode(errorLogEntry, page.subarray(at, at + ERROR_LOG_ENTRY_BYTES)),
    });
  }
  return found;
}
