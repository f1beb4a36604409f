// A submission queue entry in words, for a trace: the opcode's name and the fields of its Command Dwords under the
// specification's (NVMe 1.4, sections 5 and 6). What no field has a name for stands as it is.
import {
  AdminOpcode,
  CDW0_CID_SHIFT,
  CDW0_OPC_MASK,
  CDW0_PSDT_MASK,
  CDW0_PSDT_SHIFT,
  NvmOpcode,
} from "../../assembly/spec/commands.ts";
import { Psdt, SGL_SUBTYPE_MASK, SGL_TYPE_SHIFT, SglType } from "../../assembly/spec/sgl.ts";
import { adminCommand, ioCommand } from "../decode/opcodes.ts";

/** [name, Command Dword, shift, mask of the field once it is shifted down]. */
type Field = readonly [name: string, dword: number, shift: number, mask: number];

const BIT = 0x1;
const BYTE = 0xff;
const WORD = 0xffff;
const DWORD = 0xffffffff;

const QUEUE: readonly Field[] = [
  ["QID", 10, 0, WORD],
  ["QSIZE", 10, 16, WORD],
  ["PC", 11, 0, BIT],
];
const BLOCKS: readonly Field[] = [
  ["NLB", 12, 0, WORD],
  ["LR", 12, 31, BIT],
  ["FUA", 12, 30, BIT],
];
const FEATURE: readonly Field[] = [["FID", 10, 0, BYTE]];

const adminFields: Readonly<Record<AdminOpcode, readonly Field[]>> = {
  [AdminOpcode.DELETE_IO_SQ]: [["QID", 10, 0, WORD]],
  [AdminOpcode.CREATE_IO_SQ]: [...QUEUE, ["QPRIO", 11, 1, 0x3], ["CQID", 11, 16, WORD]],
  [AdminOpcode.GET_LOG_PAGE]: [
    ["LID", 10, 0, BYTE],
    ["RAE", 10, 15, BIT],
    ["NUMDL", 10, 16, WORD],
    ["NUMDU", 11, 0, WORD],
    ["LPOL", 12, 0, DWORD],
    ["LPOU", 13, 0, DWORD],
  ],
  [AdminOpcode.DELETE_IO_CQ]: [["QID", 10, 0, WORD]],
  [AdminOpcode.CREATE_IO_CQ]: [...QUEUE, ["IEN", 11, 1, BIT], ["IV", 11, 16, WORD]],
  [AdminOpcode.IDENTIFY]: [
    ["CNS", 10, 0, BYTE],
    ["CNTID", 10, 16, WORD],
  ],
  [AdminOpcode.ABORT]: [
    ["SQID", 10, 0, WORD],
    ["CID", 10, 16, WORD],
  ],
  [AdminOpcode.SET_FEATURES]: [...FEATURE, ["SV", 10, 31, BIT], ["CDW11", 11, 0, DWORD]],
  [AdminOpcode.GET_FEATURES]: [...FEATURE, ["SEL", 10, 8, 0x7], ["CDW11", 11, 0, DWORD]],
  [AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST]: [],
  [AdminOpcode.VIRTUALIZATION_MANAGEMENT]: [
    ["ACT", 10, 0, 0xf],
    ["RT", 10, 8, 0x7],
    ["CNTLID", 10, 16, WORD],
    ["NR", 11, 0, WORD],
  ],
  [AdminOpcode.DOORBELL_BUFFER_CONFIG]: [],
};

const nvmFields: Readonly<Record<NvmOpcode, readonly Field[]>> = {
  [NvmOpcode.FLUSH]: [],
  [NvmOpcode.WRITE]: BLOCKS,
  [NvmOpcode.READ]: BLOCKS,
  [NvmOpcode.WRITE_UNCORRECTABLE]: [["NLB", 12, 0, WORD]],
  [NvmOpcode.COMPARE]: BLOCKS,
  [NvmOpcode.WRITE_ZEROES]: [...BLOCKS, ["DEAC", 12, 25, BIT]],
  [NvmOpcode.DATASET_MANAGEMENT]: [
    ["NR", 10, 0, BYTE],
    ["AD", 11, 2, BIT],
    ["IDW", 11, 1, BIT],
    ["IDR", 11, 0, BIT],
  ],
};

/** Commands with SLBA in Command Dwords 10 and 11. */
const ADDRESSED: ReadonlySet<number> = new Set([
  NvmOpcode.READ,
  NvmOpcode.WRITE,
  NvmOpcode.COMPARE,
  NvmOpcode.WRITE_ZEROES,
  NvmOpcode.WRITE_UNCORRECTABLE,
]);

/** Told only when they are not 0. */
const SILENT = new Set([
  "LR",
  "FUA",
  "DEAC",
  "RAE",
  "SV",
  "SEL",
  "QPRIO",
  "NUMDU",
  "LPOL",
  "LPOU",
  "CNTID",
  "CDW11",
]);

/**
 * "Read NSID 1 SLBA 4096 NLB 7 PRP1 1_14600000h": numbers are decimal, addresses, bytes and dwords hexadecimal.
 * @param isAdmin whether it goes to the Admin Submission Queue, where opcodes mean something else
 */
export function commandText(sqe: ArrayLike<number>, isAdmin: boolean): string {
  const opcode = sqe[0]! & CDW0_OPC_MASK;
  const tables: Readonly<Record<number, readonly Field[]>> = isAdmin ? adminFields : nvmFields;
  const fields = tables[opcode] ?? [];
  const rest = Uint32Array.from({ length: 16 }, (_, dword) => sqe[dword]!);
  const take = (dword: number, mask: number): number => {
    const value = (rest[dword]! & mask) >>> 0;
    rest[dword] = (rest[dword]! & ~mask) >>> 0;
    return value;
  };
  take(0, (CDW0_OPC_MASK | (WORD << CDW0_CID_SHIFT)) >>> 0);
  const parts = [commandName(opcode, isAdmin)];
  const add = (label: string, value: string | number): void => void parts.push(`${label} ${value}`);
  const nsid = take(1, DWORD);
  if (nsid !== 0) add("NSID", nsid === DWORD ? hex(nsid, 8) : nsid);
  if (!isAdmin && ADDRESSED.has(opcode)) {
    const low = take(10, DWORD);
    add("SLBA", `${(BigInt(take(11, DWORD)) << 32n) | BigInt(low)}`);
  }
  for (const [label, dword, shift, mask] of fields) {
    const value = take(dword, (mask << shift) >>> 0) >>> shift;
    if (value !== 0 || !SILENT.has(label)) add(label, HEXADECIMAL[label]?.(value) ?? value);
  }
  const psdt = (rest[0]! >>> CDW0_PSDT_SHIFT) & CDW0_PSDT_MASK;
  const isSgl = psdt === Psdt.SGL;
  if (isSgl) {
    take(0, CDW0_PSDT_MASK << CDW0_PSDT_SHIFT);
    parts.push(sglText(take));
  }
  for (const [label, dword] of isSgl ? [MPTR] : [MPTR, ...PRPS]) {
    const low = take(dword, DWORD);
    const high = take(dword + 1, DWORD);
    if (low !== 0 || high !== 0) add(label, `${high.toString(16)}_${hex(low, 8)}`);
  }
  rest.forEach((value, dword) => {
    if (value !== 0) add(`CDW${dword}`, hex(value, 8));
  });
  return parts.join(" ");
}

/** "SGL Last Segment 1_14600000h 32 bytes": the descriptor in DPTR, without what is reserved in it. */
function sglText(take: (dword: number, mask: number) => number): string {
  const low = take(6, DWORD);
  const high = take(7, DWORD);
  const bytes = take(8, DWORD);
  const kind = take(9, 0xff00_0000) >>> 24;
  const name = SglType[kind >>> SGL_TYPE_SHIFT];
  const known = (kind & SGL_SUBTYPE_MASK) === 0 && name !== undefined;
  const type = known ? titled(name) : `type ${hex(kind, 2)}`;
  return `SGL ${type} ${high.toString(16)}_${hex(low, 8)} ${bytes} bytes`;
}

const MPTR = ["MPTR", 4] as const;
const PRPS = [
  ["PRP1", 6],
  ["PRP2", 8],
] as const;

/** "Create I/O SQ", or "opcode 7Fh" of one that has no name here. */
export function commandName(opcode: number, isAdmin: boolean): string {
  const names: Readonly<Record<number, string>> = isAdmin ? AdminOpcode : NvmOpcode;
  const name = names[opcode];
  if (name !== undefined) return titled(name);
  const known = isAdmin ? adminCommand(opcode) : ioCommand(opcode);
  return known.isNamed ? known.name : `opcode ${hex(opcode, 2)}`;
}

/** Bytes that the specification writes in hexadecimal, and what is no number. */
const HEXADECIMAL: Readonly<Record<string, (value: number) => string>> = {
  CNS: (value) => hex(value, 2),
  LID: (value) => hex(value, 2),
  FID: (value) => hex(value, 2),
  CID: (value) => hex(value, 4),
  CDW11: (value) => hex(value, 8),
};

function hex(value: number, digits: number): string {
  return `${value.toString(16).toUpperCase().padStart(digits, "0")}h`;
}

const ACRONYMS = new Set(["SQ", "CQ"]);

/** "CREATE_IO_SQ" as "Create I/O SQ". */
function titled(name: string): string {
  const words = name.split("_").map((word) => {
    if (word === "IO") return "I/O";
    return ACRONYMS.has(word) ? word : word.charAt(0) + word.slice(1).toLowerCase();
  });
  return words.join(" ");
}
