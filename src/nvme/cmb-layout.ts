// What CMBLOC and CMBSZ come to (NVMe 1.4, sections 3.1.11 and 3.1.12), and where its addresses may begin. Numbers in,
// numbers out: whatever a controller says is looked at before anything is mapped by it.
import {
  CMBLOC_CDMMMS_SHIFT,
  CMBLOC_CDPCILS_SHIFT,
  CMBLOC_CDPMLS_SHIFT,
  CMBLOC_CQDA_SHIFT,
  CMBLOC_CQMMS_SHIFT,
  CMBLOC_FLAG_MASK,
  CMBSZ_MOST_SZU,
  CMBSZ_UNIT_SHIFT,
  CMBSZ_UNIT_STEP,
} from "../../assembly/spec/controller-memory.ts";
import * as spec from "../../assembly/spec/registers.ts";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import type { Span } from "../memory/arena.ts";

/** A Controller Memory Buffer as its registers describe it. */
export interface CmbLayout {
  /** BIR: the BAR that it lies in. */
  readonly bar: number;
  /** From the beginning of the BAR. */
  readonly offset: number;
  readonly bytes: number;
  /** Of the unit in which both are told. */
  readonly unitBytes: number;
  /** CMBSZ: what it may be used for. */
  readonly sqs: boolean;
  readonly cqs: boolean;
  readonly lists: boolean;
  readonly rds: boolean;
  readonly wds: boolean;
  /** CMBLOC: what may lie on both sides of its edge. */
  readonly cqmms: boolean;
  readonly cdpmls: boolean;
  readonly cdpcils: boolean;
  readonly cdmmms: boolean;
  readonly cqda: boolean;
}

/** BARs that BIR may name: 1 is the second half of BAR 0. */
const BARS: readonly number[] = [0, 2, 3, 4, 5];

/** @returns the layout, or what is wrong with it. */
export function cmbLayout(cmbloc: number, cmbsz: number): CmbLayout | string {
  const szu = (cmbsz >>> spec.CMBSZ_SZU_SHIFT) & spec.CMBSZ_SZU_MASK;
  const units = (cmbsz >>> spec.CMBSZ_SZ_SHIFT) & spec.CMBSZ_SZ_MASK;
  const offset = (cmbloc >>> spec.CMBLOC_OFST_SHIFT) & spec.CMBLOC_OFST_MASK;
  const bar = (cmbloc >>> spec.CMBLOC_BIR_SHIFT) & spec.CMBLOC_BIR_MASK;
  if (szu > CMBSZ_MOST_SZU) return `CMBSZ.SZU ${szu} is reserved`;
  if (!BARS.includes(bar)) return `CMBLOC.BIR ${bar} is no BAR`;
  if (units === 0) return "CMBSZ.SZ is 0";
  const unitBytes = 2 ** (CMBSZ_UNIT_SHIFT + CMBSZ_UNIT_STEP * szu);
  const supports = (shift: number) => ((cmbsz >>> shift) & 1) === 1;
  const allows = (shift: number) => ((cmbloc >>> shift) & CMBLOC_FLAG_MASK) === 1;
  return {
    // both are in units of SZU
    ...{ bar, unitBytes, offset: offset * unitBytes, bytes: units * unitBytes },
    sqs: supports(spec.CMBSZ_SQS_SHIFT),
    cqs: supports(spec.CMBSZ_CQS_SHIFT),
    lists: supports(spec.CMBSZ_LISTS_SHIFT),
    rds: supports(spec.CMBSZ_RDS_SHIFT),
    wds: supports(spec.CMBSZ_WDS_SHIFT),
    cqmms: allows(CMBLOC_CQMMS_SHIFT),
    cdpmls: allows(CMBLOC_CDPMLS_SHIFT),
    cdpcils: allows(CMBLOC_CDPCILS_SHIFT),
    cdmmms: allows(CMBLOC_CDMMMS_SHIFT),
    cqda: allows(CMBLOC_CQDA_SHIFT),
  };
}

/** How much of [offset, offset + bytes) is mapped: whole pages, as many as there is room for. */
export function mappedBytes(bytes: number, room: number): number {
  return Math.floor(Math.min(bytes, room) / PAGE_BYTES) * PAGE_BYTES;
}

/** Addresses, both ends included. */
export interface AddressRange {
  readonly start: bigint;
  readonly end: bigint;
}

const WINDOW = 1n << 32n;
const ALL = 1n << 64n;

/**
 * Where the addresses of controller memory may begin, the best first: what the controller adds to a pointer, a multiple of
 * 4 GiB, so that an address's low dword is the pointer. Outside of everything that the IOMMU can map, so that nothing mapped
 * later can lie under it; where the IOMMU can map everything, outside of what is mapped.
 * @param window what is mapped of it
 * @param bytes all of the controller's memory, which its addresses reach however much is mapped
 * @param taken what is mapped for the controller, and other memory of its own
 * @param usable what the IOMMU can map; empty when nobody says
 * @param preferred the window that has its number reserved, taken where it is free
 */
export function basesFor(
  window: Span,
  bytes: number,
  taken: readonly AddressRange[],
  usable: readonly AddressRange[],
  preferred: number,
): bigint[] {
  const rangeOf = (base: bigint): AddressRange => {
    const start = base + BigInt(window.pointer);
    return { start, end: start + BigInt(bytes) - 1n };
  };
  const isFree = (base: bigint, others: readonly AddressRange[]): boolean => {
    const own = rangeOf(base);
    return own.end < ALL && !others.some(({ start, end }) => own.start <= end && start <= own.end);
  };
  const first = BigInt(preferred) * WINDOW;
  const after = [...usable, ...taken].flatMap(({ end }) => {
    const next = (end / WINDOW + 1n) * WINDOW;
    return [next, next + WINDOW];
  });
  const candidates = [...new Set([first, ...after])];
  const outside = candidates.filter((base) => isFree(base, [...taken, ...usable]));
  const unmapped = candidates.filter((base) => isFree(base, taken));
  return [...new Set([...outside, ...unmapped])];
}

/**
 * Where a device may be given addresses of another device's memory: what it adds to a pointer there, multiples of 4 GiB
 * inside of what its IOMMU can map, and outside of what is taken.
 * @param window the other's memory, as it lies in the other's linear memory
 */
export function peerBases(
  window: Span,
  taken: readonly AddressRange[],
  usable: readonly AddressRange[],
): bigint[] {
  const ranges = usable.length > 0 ? usable : [{ start: 0n, end: NARROWEST_END }];
  const bases = Array.from({ length: MOST_PEERS }, (_, index) => BigInt(index + 1) * WINDOW);
  return bases.filter((base) => {
    const start = base + BigInt(window.pointer);
    const end = start + BigInt(window.bytes) - 1n;
    const isUsable = ranges.some((range) => range.start <= start && end <= range.end);
    return isUsable && !taken.some((range) => start <= range.end && range.start <= end);
  });
}

/** 39 bits, the narrowest IOMMU in use. */
const NARROWEST_END = (1n << 39n) - 1n;
const MOST_PEERS = 120;
