// Scatter Gather Lists (NVMe 1.4, section 4.4), for I/O commands: data in any places and lengths, in the order in which they
// are given. Admin commands over PCI Express have none.
import {
  SGL_DESCRIPTOR_BYTES,
  SGL_SEGMENT_ALIGNMENT,
  SGL_TYPE_SHIFT,
  SglType,
} from "../../assembly/spec/sgl.ts";
import { badValue } from "../ground/errors.ts";
import type { Region } from "../memory/region.ts";

/** A Data Block, or so many bytes that a Read drops: a Bit Bucket, which has no length in what a Write sends. */
export type SglPart = Region | { readonly bucket: number };

/** How the list is laid out. */
export interface SglOptions {
  /** Memory for the descriptors of more than one part, on a qword, which the device may read; `sglBytes` are enough. */
  readonly list?: Region;
  /** The most descriptors of one segment, 2 at least; one segment holds all of them by default. */
  readonly perSegment?: number;
}

/** The first descriptor, as its two qwords: what DPTR is to hold. */
export type SglPointer = readonly [address: bigint, lengthAndType: bigint];

const ALIGNMENT = BigInt(SGL_SEGMENT_ALIGNMENT);
const TYPE_SHIFT = BigInt(56 + SGL_TYPE_SHIFT);
const MOST_BYTES = 2 ** 32 - 1;

/** Bytes that the descriptors of so many parts take, those that lead from segment to segment included. */
export function sglBytes(parts: number, perSegment = Number.POSITIVE_INFINITY): number {
  return parts <= 1 ? 0 : descriptorCount(parts, perSegment) * SGL_DESCRIPTOR_BYTES;
}

/**
 * The SGL that describes `parts`: one of them by its descriptor alone, more through a list. What comes back is for `sgl` of
 * an entry, or goes into Command Dwords 6 to 9, with PSDT 01b, by hand.
 * @throws PhasebitError USAGE when a list is needed and is not there, too short, or not on a qword; when a region was given
 * back; and for a length that no descriptor can hold.
 */
export function sgl(parts: readonly SglPart[], options: SglOptions = {}): SglPointer {
  const { list, perSegment = Number.POSITIVE_INFINITY } = options;
  if (!(perSegment >= 2)) throw badValue("perSegment", perSegment, "must be 2 at least", "4.4");
  const descriptors = parts.map(partDescriptor);
  if (descriptors.length === 0) throw badValue("parts", 0, "an SGL has one at least", "4.4");
  if (descriptors.length === 1) return descriptors[0]!;
  const bytes = sglBytes(parts.length, perSegment);
  if (list === undefined) throw badValue("parts", parts.length, "need a list: give one", "4.4");
  if (list.iova % ALIGNMENT !== 0n) {
    throw badValue("list", list.iova, "must begin on a qword: give a region that does", "4.4");
  }
  if (bytes > list.bytes) {
    throw badValue("list", list.bytes, `bytes are too few: its descriptors take ${bytes}`, "4.4");
  }
  const { first, entries } = segments(descriptors, perSegment, list.iova);
  list.write(new Uint8Array(BigUint64Array.from(entries.flat()).buffer));
  return first;
}

function partDescriptor(part: SglPart): SglPointer {
  if ("bucket" in part) return descriptor(SglType.BIT_BUCKET, 0n, part.bucket);
  part.requireHeld();
  return descriptor(SglType.DATA_BLOCK, part.iova, part.bytes);
}

function descriptor(type: SglType, address: bigint, bytes: number): SglPointer {
  if (!(Number.isInteger(bytes) && bytes >= 0 && bytes <= MOST_BYTES)) {
    throw badValue("bytes", bytes, `must be 0 to ${MOST_BYTES}`, "4.4");
  }
  return [address, BigInt(bytes) | (BigInt(type) << TYPE_SHIFT)];
}

/** Segments one behind the other from `at` on, and the descriptor that leads to the first. */
function segments(
  descriptors: readonly SglPointer[],
  perSegment: number,
  at: bigint,
): { first: SglPointer; entries: SglPointer[] } {
  const isLast = descriptors.length <= perSegment;
  const here = isLast ? descriptors : descriptors.slice(0, perSegment - 1);
  const count = isLast ? here.length : perSegment;
  const bytes = count * SGL_DESCRIPTOR_BYTES;
  const first = descriptor(isLast ? SglType.LAST_SEGMENT : SglType.SEGMENT, at, bytes);
  if (isLast) return { first, entries: [...here] };
  const others = segments(descriptors.slice(here.length), perSegment, at + BigInt(bytes));
  return { first, entries: [...here, others.first, ...others.entries] };
}

/** Descriptors of all segments: each segment but the last gives one to its successor. */
function descriptorCount(parts: number, perSegment: number): number {
  if (parts <= perSegment) return parts;
  const following = Math.ceil((parts - perSegment) / (perSegment - 1));
  return parts + following;
}
