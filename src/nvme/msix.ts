// MSI-X as the function itself has it (PCI Express Base, section 6.1.4): its table with a Mask Bit for each vector, the
// Pending Bit Array, and Function Mask. NVMe leaves all of it to PCI Express (NVMe 1.4, section 7.5.2).
import { fieldOf, numberOf } from "../decode/find.ts";
import { configurationSpace } from "../decode/pci-walk.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import type { InterruptKind, Transport } from "../transport/transport.ts";
import type { Masking, Wiring } from "../transport/wiring.ts";
import { configOf } from "./config.ts";

const SECTION = "7.5.2";
const ENTRY_BYTES = 16;
const ADDRESS_HIGH = 4;
const DATA = 8;
const CONTROL = 12;
const MASK_BIT = 1;
/** Message Control in the capability, and its Function Mask. */
const MESSAGE_CONTROL = 2;
const FUNCTION_MASK = 0x4000;

/** What has vectors: a device, or the transport below it. */
export interface Vectored {
  readonly transport: Transport;
}

/** A vector in the table; null where the host does not show it. */
export interface MsixVector {
  readonly vector: number;
  /** Message Address, both halves. */
  readonly address: bigint | null;
  readonly data: number | null;
  readonly isMasked: boolean | null;
  /** Its message waits for the end of a mask. */
  readonly isPending: boolean | null;
}

/** Where a structure lies. */
export interface BarPlace {
  readonly bar: number;
  readonly offset: number;
}

/** MSI-X of a function as it is just now. */
export interface MsixState {
  readonly isEnabled: boolean;
  /** Function Mask: every vector is as if masked. */
  readonly isFunctionMasked: boolean;
  readonly table: BarPlace;
  readonly pendingBits: BarPlace;
  readonly vectors: readonly MsixVector[];
}

/**
 * The table and the Pending Bit Array, read from the function's BARs. Nothing is written.
 * @throws PhasebitError USAGE where the function has no MSI-X, or its transport shows none of it.
 */
export function readMsix({ transport }: Vectored): MsixState {
  const { count, control, table, pendingBits } = capabilityOf(transport);
  const wiring = wiringOf(transport);
  const array = Array.from({ length: Math.ceil(count / 32) }, (_, dword) =>
    wiring.readMsix("pending", pendingBits.bar, pendingBits.offset + dword * 4),
  );
  const vectorAt = (vector: number): MsixVector => {
    const entry = table.offset + vector * ENTRY_BYTES;
    const read = (at: number): number | null => wiring.readMsix("table", table.bar, entry + at);
    const [low, high, data, mask] = [read(0), read(ADDRESS_HIGH), read(DATA), read(CONTROL)];
    const bits = array[vector >>> 5] ?? null;
    return {
      vector,
      address: low === null || high === null ? null : (BigInt(high) << 32n) | BigInt(low),
      data,
      isMasked: mask === null ? null : (mask & MASK_BIT) !== 0,
      isPending: bits === null ? null : ((bits >>> (vector & 31)) & 1) !== 0,
    };
  };
  return {
    isEnabled: (control & 0x8000) !== 0,
    isFunctionMasked: (control & FUNCTION_MASK) !== 0,
    ...{ table, pendingBits },
    vectors: Array.from({ length: count }, (_, vector) => vectorAt(vector)),
  };
}

/**
 * Masks a vector that has an eventfd: what comes for it meanwhile waits, and is sent when it is unmasked.
 * @param kind in which the device's interrupts come
 * @returns what masks it: its bit in the table, the kernel, or the loss of its eventfd.
 * @throws PhasebitError USAGE for a vector without an eventfd, REFUSED where masking would lose interrupts (MSI, whose
 * mask is that of `maskInterrupts`) or nothing can mask.
 */
export function maskVector(device: Vectored, kind: InterruptKind, vector: number): Masking {
  return setMask(device, kind, vector, true);
}

/** Unmasks a vector, upon which what waited is sent; otherwise as `maskVector`. */
export function unmaskVector(device: Vectored, kind: InterruptKind, vector: number): Masking {
  return setMask(device, kind, vector, false);
}

/**
 * Sets or clears Function Mask, which masks all vectors of MSI-X at once.
 * @throws PhasebitError REFUSED where it does not keep what was written: Linux's vfio-pci lets nobody write there.
 */
export function maskFunction(device: Vectored, isMasked: boolean): void {
  const { transport } = device;
  const { control, offset } = capabilityOf(transport);
  const config = configOf(transport);
  const wanted = isMasked ? control | FUNCTION_MASK : control & ~FUNCTION_MASK;
  config.write16(offset + MESSAGE_CONTROL, wanted);
  const read = config.read16(offset + MESSAGE_CONTROL);
  if ((read & FUNCTION_MASK) === (wanted & FUNCTION_MASK)) return;
  const why = `Function Mask stays ${Number(!isMasked)}: whoever holds the function for us lets nobody write it`;
  throw refused(transport, "mask the function", why);
}

function setMask(
  { transport }: Vectored,
  kind: InterruptKind,
  vector: number,
  isMasked: boolean,
): Masking {
  const wiring = wiringOf(transport);
  const doing = `${isMasked ? "mask" : "unmask"} vector ${vector}`;
  const masking = wiring.masking(kind);
  if (masking === null) {
    const why =
      kind === "msi"
        ? "a message of MSI has no mask of its own; INTMS and INTMC have (maskInterrupts)"
        : `nothing masks ${kind} here`;
    throw refused(transport, doing, why);
  }
  if (!wiring.isWired(kind, vector)) {
    throw badValue(
      "vector",
      vector,
      `has no eventfd with ${kind}: interrupt() comes first`,
      SECTION,
    );
  }
  wiring.mask(kind, vector, isMasked);
  return masking;
}

/** The capability, taken apart. */
function capabilityOf(transport: Transport) {
  const space = configurationSpace(configOf(transport).copy());
  const found = space.capabilities.find(({ name }) => name === "MSIXCAP");
  const of = (path: string): number => numberOf(found?.fields ?? [], path) ?? 0;
  if (found === undefined) {
    const why = "the function has no MSI-X capability";
    throw new PhasebitError("USAGE", `MSI-X of ${transport.address}: ${why}`, { what: "msix" });
  }
  return {
    offset: found.offset,
    control: Number(fieldOf(found.fields, "MXC")?.value ?? 0),
    count: of("MXC.TS") + 1, // 0's based
    table: { bar: of("MTAB.TBIR"), offset: of("MTAB.TO") * 8 },
    pendingBits: { bar: of("MPBA.PBIR"), offset: of("MPBA.PBAO") * 8 },
  };
}

function wiringOf({ wiring, address }: Transport): Wiring {
  if (wiring !== undefined) return wiring;
  throw new PhasebitError("USAGE", `vectors of ${address}: its transport only counts interrupts`);
}

function refused({ address }: Transport, doing: string, why: string): PhasebitError {
  const facts = { what: "vector", limit: why, section: SECTION };
  return new PhasebitError("REFUSED", `${doing} of ${address}: ${why}`, facts);
}
