// What `phasebit admin` and `phasebit io` are asked to do, checked before any device is opened.
import { CDW0_PSDT_MASK, CDW0_PSDT_SHIFT } from "../../assembly/spec/commands.ts";
import { Psdt } from "../../assembly/spec/sgl.ts";
import { usage } from "../ground/errors.ts";
import { safeString, typedText } from "../ground/strings.ts";
import { parseSize } from "../ground/units.ts";
import { timeOption } from "../measurement/workload.ts";
import type { CarriedPart } from "../nvme/scattered.ts";
import type { SqeDwords } from "../nvme/sqe.ts";
import { type EntryFlags, entryOf } from "./entry.ts";
import { inputBytes } from "./input-file.ts";
import type { InspectFlags } from "./inspect.ts";
import { fieldNumber } from "./numbers.ts";
import { isStdout, requireNew } from "./output-file.ts";

/** "admin" is the Admin Submission Queue, "io" an I/O queue pair made for the command. */
export type QueueKind = "admin" | "io";

/** What the command line said. */
export interface PassthroughFlags extends InspectFlags, EntryFlags {
  readonly dataIn?: string;
  readonly dataOut?: boolean;
  readonly dataLen?: string;
  readonly sgl?: string | true;
  readonly read?: boolean;
  readonly write?: boolean;
  readonly input?: string;
  readonly output?: string;
  readonly queueEntries: string;
  readonly sqid?: string;
  readonly slot?: string;
  readonly cid?: string;
  readonly timeout: string;
  readonly dryRun?: boolean;
  readonly destructive?: boolean;
}

/** The same, parsed. */
export interface Wish {
  readonly sqe: SqeDwords;
  /** Bytes of memory for data; 0 for none, or where PRP1 and PRP2 are given by hand. */
  readonly bytes: number;
  readonly input: Uint8Array | null;
  /** The data are described by an SGL of these parts; null for PRPs. */
  readonly sgl: readonly CarriedPart[] | null;
  /** Whether the data are shown, or written to `output`, afterwards. */
  readonly isRead: boolean;
  readonly output: string | null;
  readonly entries: number;
  readonly sqid: number;
  readonly slot: number | null;
  readonly cid: number | null;
  readonly timeoutMs: number;
}

/** Room for any list that fits the default windows beside it. */
const MOST_BYTES = 256 * 2 ** 20;
const PSDT_BITS = CDW0_PSDT_MASK << CDW0_PSDT_SHIFT;
const MOST_ADMIN_ENTRIES = 4096;
const MOST_ENTRIES = 65_536;

/** @throws PhasebitError USAGE for what makes no sense, in the flag's own words */
export function wishOf(kind: QueueKind, flags: PassthroughFlags): Wish {
  const sqe = entryOf(flags);
  const readBytes = bytesIn(flags);
  const input = inputOf(flags);
  if (flags.output !== undefined && readBytes === 0) {
    throw usage("--output: there are no data to write; say how much comes in with --data-in");
  }
  const bytes = Math.max(readBytes, input?.length ?? 0);
  if (bytes > 0 && (flags.prp1 ?? flags.prp2) !== undefined) {
    throw usage("--prp1, --prp2: data get PRPs of their own; leave --data-in and --data-out out");
  }
  const sgl = sglOf(flags, bytes, input !== null);
  if (sgl !== null) sqe[0] = (sqe[0]! & ~PSDT_BITS) | (Psdt.SGL << CDW0_PSDT_SHIFT);
  const most = kind === "admin" ? MOST_ADMIN_ENTRIES : MOST_ENTRIES;
  const entries = between("--queue-entries", flags.queueEntries, 2, most);
  if (flags.output !== undefined && !isStdout(flags.output)) requireNew(flags.output);
  return {
    ...{ sqe, bytes, input, sgl, entries, isRead: readBytes > 0, output: flags.output ?? null },
    sqid: kind === "admin" ? 0 : between("--sqid", flags.sqid ?? "1", 1, 65_535),
    slot: flags.slot === undefined ? null : between("--slot", flags.slot, 0, entries - 1),
    cid: flags.cid === undefined ? null : fieldNumber("--cid", flags.cid, 16),
    timeoutMs: timeOption("timeout", flags.timeout, 1),
  };
}

/** Bytes that come in, by either program's words. */
function bytesIn({ dataIn, dataLen, read, write, dataOut }: PassthroughFlags): number {
  if (dataIn !== undefined) return sizeOf("--data-in", dataIn);
  if (dataLen === undefined) {
    if (read === true) throw usage("--read: say how many bytes with --data-in");
    return 0;
  }
  if (read !== true && write !== true && dataOut !== true) {
    throw usage(
      "--data-len: say which way with --read or --write; here it is --data-in LEN, or --data-out",
    );
  }
  return read === true ? sizeOf("--data-len", dataLen) : 0;
}

/** "512,bucket:512,3k", or one Data Block. @throws PhasebitError USAGE for parts that are not the data */
function sglOf({ sgl }: PassthroughFlags, bytes: number, isSent: boolean): CarriedPart[] | null {
  if (sgl === undefined) return null;
  if (bytes === 0) throw usage("--sgl: there are no data; say which with --data-in or --data-out");
  if (sgl === true) return [bytes];
  const parts = sgl.split(",").map((part) => {
    const [, bucket] = /^bucket:(.*)$/.exec(part) ?? [];
    if (bucket !== undefined && isSent) {
      throw usage(`--sgl ${safeString(sgl)}: data that go out have no bucket`);
    }
    return bucket === undefined ? sizeOf("--sgl", part) : { bucket: sizeOf("--sgl", bucket) };
  });
  const sum = parts.reduce(
    (all: number, part) => all + (typeof part === "number" ? part : part.bucket),
    0,
  );
  if (sum === bytes) return parts;
  throw usage(`--sgl ${safeString(sgl)}: comes to ${sum} bytes, the data are ${bytes}`);
}

/** What goes out: a file's bytes, of which --data-len may ask for fewer, or for zeroes behind them. */
function inputOf(flags: PassthroughFlags): Uint8Array | null {
  const isOut = flags.dataOut === true || flags.write === true;
  if (!isOut) {
    if (flags.input === undefined) return null;
    throw usage("--input: data go out with --data-out only");
  }
  if (flags.input === undefined) throw usage("--data-out: say which file with --input");
  const bytes = inputBytes(flags.input, MOST_BYTES, `1 to ${MOST_BYTES} can go out`);
  if (flags.dataLen === undefined || flags.read === true) return bytes;
  const sized = new Uint8Array(sizeOf("--data-len", flags.dataLen));
  sized.set(bytes.subarray(0, sized.length));
  return sized;
}

function sizeOf(flag: string, text: string): number {
  const parsed = parseSize(text);
  if (!parsed.ok) throw usage(`${flag} ${typedText(text)}: ${parsed.why}`);
  if (parsed.value >= 1 && parsed.value <= MOST_BYTES) return parsed.value;
  throw usage(`${flag} ${typedText(text)}: must be 1 to ${MOST_BYTES} bytes`);
}

function between(flag: string, text: string, least: number, most: number): number {
  const value = fieldNumber(flag, text, 32);
  if (value >= least && value <= most) return value;
  throw usage(`${flag} ${typedText(text)}: must be ${least} to ${most}`);
}
