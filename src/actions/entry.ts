// A submission queue entry from a command line: raw bytes first, then whatever is said of single fields.
import { readFileSync } from "node:fs";
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import { SQE_BYTES, type SqeDwords } from "../nvme/sqe.ts";
import { fieldBigint, fieldNumber } from "./numbers.ts";

/** What the command line said of the entry. */
export interface EntryFlags {
  readonly opcode?: string;
  readonly flags?: string;
  readonly nsid?: string;
  readonly mptr?: string;
  readonly prp1?: string;
  readonly prp2?: string;
  readonly sqe?: string;
  readonly [cdw: `cdw${number}`]: string | undefined;
}

/** Command Dwords that an option of their own gives: the others have names. */
export const NAMED_DWORDS: readonly number[] = [2, 3, 10, 11, 12, 13, 14, 15];

/** @throws PhasebitError USAGE for what no entry can hold, and when there is nothing to make one of */
export function entryOf(flags: EntryFlags): SqeDwords {
  if (flags.opcode === undefined && flags.sqe === undefined) {
    throw usage("say which command with --opcode, or give all 64 bytes with --sqe");
  }
  const sqe = flags.sqe === undefined ? new Uint32Array(16) : rawEntry(flags.sqe);
  const byte = (flag: string, text: string | undefined, shift: number): void => {
    if (text === undefined) return;
    sqe[0] = (sqe[0]! & ~(0xff << shift)) | (fieldNumber(flag, text, 8) << shift);
  };
  byte("--opcode", flags.opcode, 0);
  byte("--flags", flags.flags, 8);
  if (flags.nsid !== undefined) sqe[1] = fieldNumber("--nsid", flags.nsid, 32);
  const qword = (flag: string, text: string | undefined, index: number): void => {
    if (text === undefined) return;
    const value = fieldBigint(flag, text, 64);
    sqe[index] = Number(BigInt.asUintN(32, value));
    sqe[index + 1] = Number(value >> 32n);
  };
  qword("--mptr", flags.mptr, 4);
  qword("--prp1", flags.prp1, 6);
  qword("--prp2", flags.prp2, 8);
  for (const dword of NAMED_DWORDS) {
    const text = flags[`cdw${dword}`];
    if (text !== undefined) sqe[dword] = fieldNumber(`--cdw${dword}`, text, 32);
  }
  return sqe;
}

/** 64 bytes, as digits or from a file, in the order in which they lie in the queue. */
function rawEntry(text: string): SqeDwords {
  const digits = text.replace(/[\s_]/g, "");
  const bytes = /^[0-9a-f]{128}$/i.test(digits) ? Buffer.from(digits, "hex") : fileOf(text);
  if (bytes.length !== SQE_BYTES) {
    throw usage(
      `--sqe ${safeString(text)}: an entry has ${SQE_BYTES} bytes, that has ${bytes.length}`,
    );
  }
  return Uint32Array.from({ length: 16 }, (_, dword) => bytes.readUInt32LE(dword * 4));
}

function fileOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    const why = `neither ${SQE_BYTES * 2} hexadecimal digits nor a file that can be read (${code})`;
    throw usage(`--sqe ${safeString(path)}: ${why}`);
  }
}
