// Where memory lies for the device: the base of the windows, and addresses for what is mapped beside them. Numbers in,
// numbers out.
import { IOVA_WINDOW_DMA } from "../../assembly/layout.ts";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import type { Span } from "./arena.ts";

/** Addresses, both ends included. */
export interface IovaRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** Addresses that hold something already. */
export interface TakenRange extends IovaRange {
  /** What lies there, for messages. */
  readonly what: string;
}

/** Below 39 bits, the narrowest IOMMU in use. */
const NARROWEST: IovaRange = { start: 0n, end: (1n << 39n) - 1n };
const EVERYWHERE: IovaRange = { start: 0n, end: (1n << 64n) - 1n };
const WINDOW_BYTES = 1n << 32n;
/** Windows of 4 GiB below 39 bits. */
const MOST_WINDOWS = 127;
const PAGE = BigInt(PAGE_BYTES);

/**
 * What the device adds to a pointer: the first multiple of 4 GiB from which the DMA windows lie inside a usable range,
 * 4 GiB itself if it can.
 * @throws PhasebitError ENVIRONMENT when they fit none.
 */
export function iovaBaseFor(dma: Span, reported: readonly IovaRange[]): bigint {
  const ranges = reported.length > 0 ? reported : [NARROWEST];
  const candidates = [
    BigInt(IOVA_WINDOW_DMA) * WINDOW_BYTES,
    ...ranges.flatMap(({ start }) => {
      const base = (start / WINDOW_BYTES) * WINDOW_BYTES;
      return [base, base + WINDOW_BYTES];
    }),
  ];
  const base = candidates.find((one) =>
    isIn(ranges, rangeOf(one + BigInt(dma.pointer), dma.bytes)),
  );
  if (base !== undefined) return base;
  throw new PhasebitError(
    "ENVIRONMENT",
    `place the DMA windows: ${dma.bytes} bytes fit none of the IOMMU's ranges (${listed(ranges)})`,
    { what: "memory", value: dma.bytes },
  );
}

/**
 * The address asked for, if `bytes` fit there.
 * @throws PhasebitError USAGE, by name, when it lies on no page, outside of what the IOMMU can map, or on something else.
 */
export function requirePlace(
  iova: bigint,
  bytes: number,
  reported: readonly IovaRange[],
  taken: readonly TakenRange[],
): bigint {
  const ranges = reported.length > 0 ? reported : [EVERYWHERE];
  const wanted = rangeOf(iova, bytes);
  if (iova < 0n || iova % PAGE !== 0n) {
    throw badValue("iova", iova, `must be a multiple of ${PAGE_BYTES}`);
  }
  if (!isIn(ranges, wanted)) {
    const why = `${bytes} bytes lie outside of what the IOMMU can map: ${listed(ranges)}`;
    throw badValue("iova", `${hex(iova)}h`, why);
  }
  const other = taken.find((one) => meets(one, wanted));
  if (other === undefined) return iova;
  const where = `${other.what} from ${hex(other.start)}h to ${hex(other.end)}h`;
  throw badValue("iova", `${hex(iova)}h`, `${bytes} bytes would lie on ${where}`);
}

/** A free address whose low dword is the pointer. @throws PhasebitError ENVIRONMENT when there is none. */
export function findPlace(
  { pointer, bytes }: Span,
  reported: readonly IovaRange[],
  taken: readonly TakenRange[],
): bigint {
  const ranges = reported.length > 0 ? reported : [NARROWEST];
  const windows = Array.from({ length: MOST_WINDOWS }, (_, index) => BigInt(index + 1));
  const iova = windows
    .map((window) => window * WINDOW_BYTES + BigInt(pointer))
    .find((one) => {
      const wanted = rangeOf(one, bytes);
      return isIn(ranges, wanted) && !taken.some((other) => meets(other, wanted));
    });
  if (iova !== undefined) return iova;
  throw new PhasebitError(
    "ENVIRONMENT",
    `map ${bytes} bytes: no address is free in the IOMMU's ranges (${listed(ranges)})`,
    { what: "iova" },
  );
}

/** The addresses of `bytes` from `start` on. */
export function rangeOf(start: bigint, bytes: number): IovaRange {
  return { start, end: start + BigInt(bytes) - 1n };
}

function isIn(ranges: readonly IovaRange[], { start, end }: IovaRange): boolean {
  return ranges.some((range) => range.start <= start && end <= range.end);
}

function meets(one: IovaRange, other: IovaRange): boolean {
  return one.start <= other.end && other.start <= one.end;
}

function listed(ranges: readonly IovaRange[]): string {
  return ranges.map(({ start, end }) => `${hex(start)}-${hex(end)}`).join(", ");
}

function hex(value: bigint): string {
  return value.toString(16);
}
