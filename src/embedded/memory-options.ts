// The embedded controller's own memory in its address: a Controller Memory Buffer and a Persistent Memory Region.
//
//   cmb=16m                    its size; none unless given
//   cmb-szu=0                  size units of 4 KiB << (4 * szu), in which size and offset are told
//   cmb-offset=0               where it begins in its BAR
//   cmb-for=sq+cq+lists+data   what it may be used for; reads and writes are the two directions of data
//   cmb-mixed=0                1: lists and data of a command may lie on both sides, lists apart from their command
//   cmb-legacy=0               1: as before 1.4, without CMBMSC
//   pmr=16m, pmr-for=data      a region, and the directions of data that it takes
import { CMBSZ_UNIT_SHIFT, CMBSZ_UNIT_STEP } from "../../assembly/spec/controller-memory.ts";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { formatBytes, parseSize } from "../ground/units.ts";
import { parameterError } from "./parameter.ts";

/** A Controller Memory Buffer as the device is made with it. */
export interface EmbeddedCmb {
  readonly bytes: number;
  /** From the beginning of its BAR. */
  readonly offset: number;
  readonly szu: number;
  /** Bits 4:0 of CMBSZ. */
  readonly uses: number;
  readonly mixes: boolean;
  readonly isLegacy: boolean;
}

/** A Persistent Memory Region, which is all of its BAR. */
export interface EmbeddedPmr {
  readonly bytes: number;
  /** Bits 4:3 of PMRCAP. */
  readonly uses: number;
}

export const memoryKeys = [
  ...["cmb", "cmb-szu", "cmb-offset", "cmb-for", "cmb-mixed", "cmb-legacy"],
  ...["pmr", "pmr-for"],
];

/** Units of 16 MiB: a larger one would leave nothing in a linear memory. */
const MOST_SZU = 3;
const MOST_BYTES = 2 ** 30;
/** CMBLOC.OFST and CMBSZ.SZ have twenty bits. */
const MOST_UNITS = 2 ** 20 - 1;

const cmbUses: Readonly<Record<string, number>> = {
  sq: 0x01,
  cq: 0x02,
  lists: 0x04,
  reads: 0x08,
  writes: 0x10,
  data: 0x18,
};
const pmrUses: Readonly<Record<string, number>> = { reads: 0x08, writes: 0x10, data: 0x18 };

/** The value of a parameter, if it was given. */
type Given = (key: string) => string | undefined;

/** @throws PhasebitError USAGE for a size, a place or a use that is none. */
export function cmbOf(given: Given): EmbeddedCmb | null {
  const size = given("cmb");
  if (size === undefined) {
    requireNone(given, "cmb-", "cmb");
    return null;
  }
  const szu = digit(given, "cmb-szu", MOST_SZU);
  const unit = 2 ** (CMBSZ_UNIT_SHIFT + CMBSZ_UNIT_STEP * szu);
  const isLegacy = digit(given, "cmb-legacy", 1) === 1;
  return {
    bytes: inUnits("cmb", size, unit, 1),
    offset: inUnits("cmb-offset", given("cmb-offset") ?? "0", unit, 0),
    szu,
    uses: withCommands(usesOf("cmb-for", given("cmb-for") ?? "sq+cq+lists+data", cmbUses), given),
    mixes: digit(given, "cmb-mixed", 1) === 1,
    isLegacy,
  };
}

/** @throws PhasebitError USAGE for a size or a use that is none. */
export function pmrOf(given: Given): EmbeddedPmr | null {
  const size = given("pmr");
  if (size === undefined) {
    requireNone(given, "pmr-", "pmr");
    return null;
  }
  return {
    bytes: inUnits("pmr", size, PAGE_BYTES, 1),
    uses: usesOf("pmr-for", given("pmr-for") ?? "data", pmrUses),
  };
}

/** Where its memory lies in the window of the device's BARs: first the buffer's BAR, then the region's. */
export function barsOf(cmb: EmbeddedCmb | null, pmr: EmbeddedPmr | null) {
  const cmbBar = cmb === null ? 0 : cmb.offset + cmb.bytes;
  return { cmbBar, pmrBar: pmr?.bytes ?? 0, bytes: cmbBar + (pmr?.bytes ?? 0) };
}

/** What says how, without that there is one. */
function requireNone(given: Given, prefix: string, main: string): void {
  for (const key of memoryKeys) {
    const value = key.startsWith(prefix) ? given(key) : undefined;
    if (value !== undefined) {
      throw parameterError(key, value, `has no effect without ${main}=SIZE; leave it out`);
    }
  }
}

function digit(given: Given, key: string, most: number): number {
  const text = given(key) ?? "0";
  const value = /^[0-9]$/.test(text) ? Number(text) : Number.NaN;
  if (value <= most) return value;
  throw parameterError(key, text, `expected a whole number from 0 to ${most}`);
}

function inUnits(key: string, text: string, unit: number, least: number): number {
  const bytes = parseSize(text);
  if (!bytes.ok) throw parameterError(key, text, bytes.why);
  const units = bytes.value / unit;
  const isWhole = Number.isInteger(units) && units >= least && units <= MOST_UNITS;
  if (isWhole && bytes.value <= MOST_BYTES) return bytes.value;
  const most = Math.min(MOST_BYTES, MOST_UNITS * unit);
  throw parameterError(
    key,
    text,
    `expected ${least === 0 ? "0 or " : ""}a multiple of ${formatBytes(unit)}, at most ${formatBytes(most)}`,
  );
}

/** Lists lie only where submission queues may (3.1.12, CMBSZ.LISTS). */
function withCommands(uses: number, given: Given): number {
  const { sq, lists } = cmbUses as { sq: number; lists: number };
  if ((uses & lists) === 0 || (uses & sq) !== 0) return uses;
  throw parameterError(
    "cmb-for",
    given("cmb-for")!,
    "lists need sq beside them (NVMe 1.4, 3.1.12)",
  );
}

function usesOf(key: string, text: string, names: Readonly<Record<string, number>>): number {
  const parts = text === "" ? [] : text.split("+");
  const wrong = parts.find((part) => !Object.hasOwn(names, part));
  if (wrong === undefined) return parts.reduce((uses, part) => uses | names[part]!, 0);
  throw parameterError(key, text, `expected some of ${Object.keys(names).join("+")}`);
}
