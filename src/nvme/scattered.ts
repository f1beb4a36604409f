// The data of one command in pieces, each in pages of its own, described by an SGL.
import { CDW0_PSDT_MASK, CDW0_PSDT_SHIFT } from "../../assembly/spec/commands.ts";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { Psdt } from "../../assembly/spec/sgl.ts";
import { badValue } from "../ground/errors.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { Region } from "../memory/region.ts";
import { sgl, sglBytes } from "./sgl.ts";
import type { SqeDwords } from "./sqe.ts";

/** So many bytes of data, or so many that a Read drops. */
export type CarriedPart = number | { readonly bucket: number };

/** A part of the data: where it begins, and whether it is dropped. */
export interface Piece {
  readonly offset: number;
  readonly bytes: number;
  readonly isDropped: boolean;
}

/** @throws PhasebitError USAGE for parts that are not the bytes together, and for a Bit Bucket in what is sent; RangeError for
 * input that is longer */
export function piecesOf(
  parts: readonly CarriedPart[],
  bytes: number,
  input?: Uint8Array,
): Piece[] {
  if ((input?.length ?? 0) > bytes) {
    throw new RangeError(`${input?.length} bytes do not fit ${bytes}`);
  }
  let offset = 0;
  const pieces = parts.map((part) => {
    const isDropped = typeof part !== "number";
    const piece = { offset, bytes: isDropped ? part.bucket : part, isDropped };
    offset += piece.bytes;
    return piece;
  });
  const bucket = pieces.find(({ isDropped }) => isDropped && input !== undefined);
  if (bucket !== undefined) {
    throw badValue(
      "sgl",
      bucket.bytes,
      "bytes to be dropped: data that are sent have no Bit Bucket",
      "4.4",
    );
  }
  if (offset === bytes) return pieces;
  throw badValue("sgl", offset, `bytes in all: the data are ${bytes}`, "4.4");
}

/** @returns the pieces' memory in their order and, where they need one, the list, once DPTR leads to them */
export function scattered(
  sqe: SqeDwords,
  memory: LinearMemory,
  pieces: readonly Piece[],
  input: Uint8Array | undefined,
): Region[] {
  const regions = pieces
    .filter(({ isDropped }) => !isDropped)
    .map(({ offset, bytes }) => {
      const whole = memory.allocate(Math.max(1, Math.ceil(bytes / PAGE_BYTES)) * PAGE_BYTES);
      return input === undefined ? whole : whole.write(input.subarray(offset, offset + bytes));
    });
  const places = regions.values();
  const parts = pieces.map(({ bytes, isDropped }) =>
    isDropped ? { bucket: bytes } : places.next().value!.slice(0, bytes),
  );
  const bytes = sglBytes(parts.length);
  const list = bytes === 0 ? undefined : memory.allocate(bytes, { kind: "commands" });
  setDataPointer(sqe, Psdt.SGL, sgl(parts, list && { list }));
  return list === undefined ? regions : [...regions, list];
}

/** The data as they are, from wherever their pieces lie. */
export function gathered(
  regions: readonly Region[],
  pieces: readonly Piece[],
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(bytes);
  const kept = pieces.filter(({ isDropped }) => !isDropped);
  for (const [index, piece] of kept.entries()) {
    data.set(regions[index]!.copy(piece.bytes), piece.offset);
  }
  return data;
}

/** DPTR, Command Dwords 6 to 9: PRP1 and PRP2, or a descriptor; an SGL says so in PSDT. */
export function setDataPointer(
  sqe: SqeDwords,
  psdt: Psdt,
  pointer: readonly [bigint, bigint],
): void {
  if (psdt !== Psdt.PRP) {
    sqe[0] = (sqe[0]! & ~(CDW0_PSDT_MASK << CDW0_PSDT_SHIFT)) | (psdt << CDW0_PSDT_SHIFT);
  }
  for (const [index, value] of pointer.entries()) {
    sqe[6 + 2 * index] = Number(BigInt.asUintN(32, value));
    sqe[7 + 2 * index] = Number(value >> 32n);
  }
}
