// The status field of a completion, told in full: type, code, name, what happened and what to do, Command Retry Delay,
// More and Do Not Retry (NVMe 1.4, section 4.6.1).
import {
  STATUS_CODE_MASK,
  STATUS_CRD_SHIFT,
  STATUS_DNR,
  STATUS_MORE,
} from "../../assembly/spec/status.ts";
import { commandStatus } from "./status-command.ts";
import { genericStatus } from "./status-generic.ts";
import { mediaStatus, pathStatus } from "./status-media.ts";
import type { StatusRow } from "./status-row.ts";

/** What a status says. */
export interface DecodedStatus {
  /** Status Code Type, 0 to 7, and Status Code, 0 to 255. */
  readonly sct: number;
  readonly sc: number;
  /** "Generic Command Status" */
  readonly type: string;
  /** The specification's name; the type where the code has none. */
  readonly name: string;
  /** What happened. */
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Command Retry Delay: an index from 1 of CRDT1 to CRDT3 in Identify Controller, 0 for none. */
  readonly crd: number;
  /** The Error Information log has more about the command. */
  readonly more: boolean;
  /** Do Not Retry: the same command would fail again. */
  readonly dnr: boolean;
}

/** Status Code Types (4.6.1.1). */
const types: Readonly<Record<number, string>> = {
  0: "Generic Command Status",
  1: "Command Specific Status",
  2: "Media and Data Integrity Error",
  3: "Path Related Status",
  7: "Vendor Specific",
};

const VENDOR_SCT = 7;
/** Of any type, codes from here on are the vendor's. */
const VENDOR_SC = 0xc0;

const tables: readonly (readonly [sct: number, rows: readonly StatusRow[]])[] = [
  [0, genericStatus],
  [1, commandStatus],
  [2, mediaStatus],
  [3, pathStatus],
];

const known: ReadonlyMap<number, StatusRow> = new Map(
  tables.flatMap(([sct, rows]) => rows.map((row) => [(sct << 8) | row[0], row] as const)),
);

/** Codes (SCT << 8 | SC) that have a name. */
export const namedStatuses: readonly number[] = [...known.keys()];

/**
 * A status field in words (NVMe 1.4, section 4.6.1).
 * @param field bits 31:17 of completion dword 3, shifted down: DNR, More, CRD, SCT and SC; higher bits are ignored
 */
export function decodeStatus(field: number): DecodedStatus {
  const code = field & STATUS_CODE_MASK;
  const sct = code >> 8;
  const sc = code & 0xff;
  const [, name, meaning, remedy] = known.get(code) ?? unnamed(sct, sc);
  return {
    ...{ sct, sc, type: types[sct] ?? "Reserved", name, meaning, remedy },
    crd: (field >>> STATUS_CRD_SHIFT) & 0x3,
    more: (field & STATUS_MORE) !== 0,
    dnr: (field & STATUS_DNR) !== 0,
  };
}

function unnamed(sct: number, sc: number): StatusRow {
  const isVendors = sct === VENDOR_SCT || sc >= VENDOR_SC;
  return isVendors
    ? [sc, types[sct] ?? "Reserved", "the vendor gave it its meaning", "ask the vendor"]
    : [
        sc,
        types[sct] ?? "Reserved",
        "the specification has no such code",
        "a later revision may have it; otherwise the controller is wrong",
      ];
}

/** The name of a status code (SCT << 8 | SC): "LBA Out of Range (0/80)", the digits hexadecimal. */
export function statusName(code: number): string {
  const { sct, sc, name } = decodeStatus(code);
  return `${name} (${sct.toString(16)}/${sc.toString(16).padStart(2, "0")})`;
}
