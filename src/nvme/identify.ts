// Identify data, parsed from a copy. Everything here comes from a device: lengths are checked, strings
// made safe, numbers that are too large for what follows refused by name (NVMe 1.4, section 5.15).
import {
  FLBAS_FORMAT_HIGH_MASK,
  FLBAS_FORMAT_HIGH_SHIFT,
  FLBAS_FORMAT_LOW_BITS,
  FLBAS_FORMAT_MASK,
  FR_BYTES,
  IDENTIFY_BYTES,
  IdentifyController,
  IdentifyNamespace,
  LBAF_LBADS_MASK,
  LBAF_LBADS_SHIFT,
  LBAF_MS_MASK,
  MN_BYTES,
  OACS_DOORBELL_BUFFER_CONFIG,
  SN_BYTES,
  SUBNQN_BYTES,
} from "../../assembly/spec/identify.ts";
import {
  SGLS_BIT_BUCKET,
  SGLS_DWORDS,
  SGLS_LONGER,
  SGLS_SUPPORT_MASK,
  SGLS_SUPPORTED,
} from "../../assembly/spec/sgl.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import { safeText } from "../ground/strings.ts";

/** Block sizes that make sense: 512 bytes to 64 KiB. */
const LBADS_MIN = 9;
const LBADS_MAX = 16;

/** Identify Controller, what phasebit uses of it. */
export interface ControllerData {
  readonly vid: number;
  readonly serial: string;
  readonly model: string;
  readonly firmware: string;
  /** SUBNQN: the name of its NVM subsystem; empty where it has none. */
  readonly subsystem: string;
  /** Largest transfer in bytes; null when there is no limit. */
  readonly maxTransferBytes: number | null;
  /** RTD3E: what a shutdown typically takes; null when the controller does not say. */
  readonly rtd3EntryMs: number | null;
  /** NN: the highest NSID. */
  readonly namespaces: number;
  /** Entries of the error log: ELPE + 1. */
  readonly errorEntries: number;
  /** Asynchronous Event Requests that may be outstanding: AERL + 1. */
  readonly eventRequests: number;
  /** OACS bit 8: Doorbell Buffer Config is supported. */
  readonly hasDoorbellBuffer: boolean;
  /** SGLS: which SGLs I/O commands may have; null for none. */
  readonly sgls: SglSupport | null;
}

/** Which SGLs there are. */
export interface SglSupport {
  /** Data Blocks begin on a dword, and have whole ones. */
  readonly isDwordAligned: boolean;
  readonly hasBitBucket: boolean;
  /** A list may describe more than the data. */
  readonly mayBeLonger: boolean;
}

/** Identify Namespace, what phasebit uses of it. */
export interface NamespaceData {
  readonly nsid: number;
  readonly blocks: number;
  readonly blockBytes: number;
}

/** @param minPageBytes MDTS counts in these (CAP.MPSMIN) */
export function parseController(data: Uint8Array, minPageBytes: number): ControllerData {
  const view = viewOf(data);
  const mdts = view.getUint8(IdentifyController.MDTS);
  const text = (offset: number, bytes: number): string =>
    safeText(data.subarray(offset, offset + bytes));
  return {
    vid: view.getUint16(IdentifyController.VID, true),
    serial: text(IdentifyController.SN, SN_BYTES),
    model: text(IdentifyController.MN, MN_BYTES),
    firmware: text(IdentifyController.FR, FR_BYTES),
    subsystem: text(IdentifyController.SUBNQN, SUBNQN_BYTES),
    maxTransferBytes: mdts === 0 ? null : minPageBytes * 2 ** Math.min(mdts, 32),
    rtd3EntryMs: view.getUint32(IdentifyController.RTD3E, true) / 1000 || null, // from us
    namespaces: view.getUint32(IdentifyController.NN, true),
    errorEntries: view.getUint8(IdentifyController.ELPE) + 1, // 0's based
    eventRequests: view.getUint8(IdentifyController.AERL) + 1, // 0's based
    hasDoorbellBuffer:
      (view.getUint16(IdentifyController.OACS, true) & OACS_DOORBELL_BUFFER_CONFIG) !== 0,
    sgls: sglSupport(view.getUint32(IdentifyController.SGLS, true)),
  };
}

/** 3 is reserved: whoever says so is not believed to have any. */
function sglSupport(sgls: number): SglSupport | null {
  const support = sgls & SGLS_SUPPORT_MASK;
  if (support !== SGLS_SUPPORTED && support !== SGLS_DWORDS) return null;
  return {
    isDwordAligned: support === SGLS_DWORDS,
    hasBitBucket: (sgls & SGLS_BIT_BUCKET) !== 0,
    mayBeLonger: (sgls & SGLS_LONGER) !== 0,
  };
}

/** @throws PhasebitError DEVICE when the namespace is inactive or its numbers make no sense. */
export function parseNamespace(data: Uint8Array, nsid: number): NamespaceData {
  const view = viewOf(data);
  const blocks = view.getBigUint64(IdentifyNamespace.NSZE, true);
  if (blocks === 0n) {
    throw badValue("nsid", nsid, "the controller has no such active namespace", "6.1.5");
  }
  const format = formatIndex(view);
  const lbaf = view.getUint32(IdentifyNamespace.LBAF0 + format * 4, true);
  const lbads = (lbaf >>> LBAF_LBADS_SHIFT) & LBAF_LBADS_MASK;
  if (lbads < LBADS_MIN || lbads > LBADS_MAX) {
    throw implausible(nsid, `LBADS ${lbads} is outside ${LBADS_MIN} to ${LBADS_MAX}`);
  }
  if (blocks * (1n << BigInt(lbads)) > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw implausible(nsid, `NSZE ${blocks} with LBADS ${lbads} is larger than 8 PiB`);
  }
  const metadataBytes = lbaf & LBAF_MS_MASK;
  if (metadataBytes !== 0) {
    throw badValue(
      "nsid",
      nsid,
      `its format has ${metadataBytes} bytes of metadata for each block, which phasebit cannot ` +
        "move yet; choose another namespace, or format it without metadata",
    );
  }
  return { nsid, blocks: Number(blocks), blockBytes: 2 ** lbads };
}

/** Bits 6:5 of FLBAS mean nothing where four bits are enough (NVM Command Set 1.0, Identify Namespace). */
function formatIndex(view: DataView): number {
  const flbas = view.getUint8(IdentifyNamespace.FLBAS);
  const low = flbas & FLBAS_FORMAT_MASK;
  const formats = view.getUint8(IdentifyNamespace.NLBAF) + 1; // 0's based
  if (formats <= 2 ** FLBAS_FORMAT_LOW_BITS) return low;
  const high = (flbas >>> FLBAS_FORMAT_HIGH_SHIFT) & FLBAS_FORMAT_HIGH_MASK;
  return (high << FLBAS_FORMAT_LOW_BITS) | low;
}

function implausible(nsid: number, what: string): PhasebitError {
  return new PhasebitError("DEVICE", `Identify Namespace ${nsid}: ${what}`);
}

function viewOf(data: Uint8Array): DataView {
  if (data.length !== IDENTIFY_BYTES) throw new Error(`Identify data has ${data.length} bytes`);
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
