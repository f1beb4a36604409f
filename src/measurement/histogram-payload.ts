// HdrHistogram's compressed V2 encoding of sparse counts, as its logs carry it in base64. Ours beside the
// library's for two reasons: what it unpacks may be a damaged or hostile file, and nothing here is allocated
// beyond our own buckets; and it packs an interval in 41 us of CPU where the library, which fills a dense
// array first, takes 144 us, on a core that the measured jobs may need.
//
//   outer: cookie u32 | length u32 | zlib( inner )                                        all big-endian
//   inner: cookie u32 | payload bytes u32 | index offset u32 | digits u32
//          | lowest u64 | highest u64 | ratio f64 | payload
//   payload: ZigZag LEB128 numbers, count after count from index 0; -n stands for n zeros in a row
import { deflateSync, inflateSync } from "node:zlib";
import {
  HISTOGRAM_COUNTS,
  HISTOGRAM_DIGITS,
  HISTOGRAM_HIGHEST_NS,
  HISTOGRAM_LOWEST_NS,
} from "../../assembly/layout.ts";

/** [index in the counts array, count], index ascending, count above 0. */
export type SparseCounts = readonly (readonly [number, number])[];

const COMPRESSED_COOKIE = 0x1c849314;
const COOKIE = 0x1c849313;
const OUTER_BYTES = 8;
const INNER_BYTES = 40;
/** A LEB128 number of 64 bits takes at most nine bytes here: the ninth carries eight bits. */
const NUMBER_BYTES = 9;
const MOST_INNER_BYTES = INNER_BYTES + HISTOGRAM_COUNTS * NUMBER_BYTES;
/** Twice a count must stay exact in a double. */
const LARGEST_COUNT = 2 ** 52;
const BEYOND = "counts beyond the buckets";

/** The encoding of `counts` in base64. @throws RangeError for a count that is not from 1 to 2^52. */
export function packCounts(counts: SparseCounts): string {
  const inner = Buffer.allocUnsafe(INNER_BYTES + counts.length * 2 * NUMBER_BYTES);
  let at = INNER_BYTES;
  let next = 0;
  for (const [index, count] of counts) {
    if (!(count >= 1 && count <= LARGEST_COUNT)) throw new RangeError(`count ${count} at ${index}`);
    const zeros = index - next;
    // a single zero is written as itself, more of them as their negative number
    if (zeros > 0) at = putNumber(inner, at, zeros === 1 ? 0 : zeros * 2 - 1);
    at = putNumber(inner, at, count * 2);
    next = index + 1;
  }
  putHeader(inner, at - INNER_BYTES);
  const compressed = deflateSync(inner.subarray(0, at));
  const outer = Buffer.allocUnsafe(OUTER_BYTES);
  outer.writeUInt32BE(COMPRESSED_COOKIE, 0);
  outer.writeUInt32BE(compressed.length, 4);
  return Buffer.concat([outer, compressed]).toString("base64");
}

/**
 * The counts in an encoding, which may be anything.
 * @throws Error saying what is wrong with it; nothing is allocated beyond the size of our own histograms.
 */
export function unpackCounts(text: string): [number, number][] {
  const counts: [number, number][] = [];
  eachCount(text, (index, count) => counts.push([index, count]));
  return counts;
}

/** Takes them one by one, where they need not be kept: a report has millions. @throws Error as `unpackCounts` */
export function eachCount(text: string, take: (index: number, count: number) => void): void {
  if (!/^HISTF[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Error("is no HdrHistogram V2 in base64");
  const outer = Buffer.from(text, "base64");
  require(outer.length > OUTER_BYTES &&
    outer.readUInt32BE(0) === COMPRESSED_COOKIE, "no V2 cookie");
  require(outer.readUInt32BE(4) ===
    outer.length - OUTER_BYTES, "cut short, or longer than it says");
  const inner = inflate(outer.subarray(OUTER_BYTES));
  requireHeader(inner);
  readCounts(inner, take);
}

function putHeader(inner: Buffer, payloadBytes: number): void {
  inner.writeUInt32BE(COOKIE, 0);
  inner.writeUInt32BE(payloadBytes, 4);
  inner.writeUInt32BE(0, 8);
  inner.writeUInt32BE(HISTOGRAM_DIGITS, 12);
  inner.writeBigUInt64BE(BigInt(HISTOGRAM_LOWEST_NS), 16);
  inner.writeBigUInt64BE(BigInt(HISTOGRAM_HIGHEST_NS), 24);
  inner.writeDoubleBE(1, 32);
}

function inflate(compressed: Buffer): Buffer {
  try {
    return inflateSync(compressed, { maxOutputLength: MOST_INNER_BYTES });
  } catch (error) {
    throw new Error(`does not inflate: ${(error as Error).message}`);
  }
}

function requireHeader(inner: Buffer): void {
  require(inner.length >= INNER_BYTES && inner.readUInt32BE(0) === COOKIE, "no V2 cookie inside");
  require(inner.readUInt32BE(4) === inner.length - INNER_BYTES, "cut short inside");
  // Offset and ratio are not looked at: hdr-histogram-js writes 1 and 5e-324 where Java writes 0 and 1.
  const isOurs =
    inner.readUInt32BE(12) === HISTOGRAM_DIGITS &&
    inner.readBigUInt64BE(16) === BigInt(HISTOGRAM_LOWEST_NS) &&
    inner.readBigUInt64BE(24) === BigInt(HISTOGRAM_HIGHEST_NS);
  require(isOurs, "has other buckets than 1 ns to 1 h with three digits");
}

function readCounts(inner: Buffer, take: (index: number, count: number) => void): void {
  let index = 0;
  for (let at = INNER_BYTES; at < inner.length; ) {
    let value = inner[at]!;
    // most are of one byte
    if (value < 0x80) at += 1;
    else ({ value, end: at } = getNumber(inner, at));
    if (value % 2 === 1) index += (value + 1) / 2;
    else if (value === 0) index += 1;
    else {
      if (index >= HISTOGRAM_COUNTS || value / 2 > LARGEST_COUNT) throw new Error(BEYOND);
      take(index++, value / 2);
    }
    // zeros may fill the array to its end, as the dense writers of others do
    if (index > HISTOGRAM_COUNTS) throw new Error(BEYOND);
  }
}

function putNumber(bytes: Buffer, at: number, value: number): number {
  let rest = value;
  while (rest >= 0x80) {
    bytes[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[at++] = rest;
  return at;
}

/** Numbers beyond 2^53 come out inexact, and above every limit. */
function getNumber(bytes: Buffer, from: number): { value: number; end: number } {
  let value = 0;
  for (let at = from, scale = 1; at < from + NUMBER_BYTES; at++, scale *= 0x80) {
    const byte = bytes[at];
    if (byte === undefined) break;
    if (at === from + NUMBER_BYTES - 1) return { value: value + byte * scale, end: at + 1 };
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new Error("ends within a number");
}

function require(condition: boolean, why: string): void {
  if (!condition) throw new Error(why);
}
