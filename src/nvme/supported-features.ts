// Which features a controller says that it has, so that nobody need ask for one that it has not: each question that it
// refuses is an entry in its error log (5.14.1.1).
import { Cns, LogPage } from "../../assembly/spec/commands.ts";
import {
  FEATURE_EFFECTS_LOG_BYTES,
  FEATURE_FSUPP,
  IDENTIFY_BYTES,
  IdentifyController,
  SCOPE_NAMESPACE,
  SUPPORTED_LOG_PAGES_BYTES,
  SUPPORTED_LSUPP,
} from "../../assembly/spec/identify.ts";
import { carry, type Place } from "./carried.ts";
import { ADMIN_TIMEOUT_MS } from "./controller.ts";
import { failureOf, readLog } from "./log.ts";
import * as sqe from "./sqe.ts";

/** A feature that there is. */
export interface SupportedFeature {
  readonly fid: number;
  /** Each namespace has its own. */
  readonly isOfNamespace: boolean;
}

/** What a controller says of its features. */
export interface SupportedFeatures {
  /**
   * "log": page 12h, which 2.0 made mandatory, and it says all. "identify": what NVMe 1.4 makes mandatory, and what fields of
   * Identify Controller tell; of others nobody knows.
   */
  readonly source: "log" | "identify";
  readonly features: readonly SupportedFeature[];
}

/** Mandatory for I/O controllers (figure 271). */
const MANDATORY = [0x01, 0x02, 0x04, 0x05, 0x07, 0x08, 0x09, 0x0a, 0x0b];

/** Optional ones that are there when a field of Identify Controller is not 0 under a mask (figure 247). */
const TOLD: readonly (readonly [fid: number, offset: number, bytes: 1 | 2 | 4, mask: number])[] = [
  [0x06, IdentifyController.VWC, 1, 0x1],
  [0x0c, IdentifyController.APSTA, 1, 0x1],
  [0x0d, IdentifyController.HMPRE, 4, 0xffff_ffff],
  [0x0e, IdentifyController.ONCS, 2, 0x40],
  [0x0f, IdentifyController.KAS, 2, 0xffff],
  [0x10, IdentifyController.HCTMA, 2, 0x1],
  [0x11, IdentifyController.CTRATT, 4, 0x2],
  [0x15, IdentifyController.OAES, 4, 0x2000],
  [0x81, IdentifyController.ONCS, 2, 0x20],
  [0x82, IdentifyController.ONCS, 2, 0x20],
  [0x83, IdentifyController.ONCS, 2, 0x20],
  [0x84, IdentifyController.NWPC, 1, 0x1],
];

/** Those that each namespace has for itself. */
const OF_NAMESPACE = new Set([0x03, 0x05, 0x7f, 0x82, 0x83, 0x84]);
/** LPA bit 5: Supported Log Pages is there. */
const LPA_SUPPORTED_PAGES = 0x20;

/** @throws PhasebitError DEVICE when the controller refuses what it must have */
export async function supportedFeatures(place: Place): Promise<SupportedFeatures> {
  const identified = await identifyController(place);
  const page = (identified.getUint8(IdentifyController.LPA) & LPA_SUPPORTED_PAGES) !== 0;
  const listed = page ? await listedFeatures(place) : null;
  if (listed !== null) return { source: "log", features: listed };
  const told = TOLD.filter(([, ...field]) => isTold(identified, ...field)).map(([fid]) => fid);
  const fids = [...MANDATORY, ...told].sort((a, b) => a - b);
  return {
    source: "identify",
    features: fids.map((fid) => ({ fid, isOfNamespace: isOfNamespace(fid) })),
  };
}

/** Whether a field of Identify Controller says whether it is there. */
export function isToldByIdentify(fid: number): boolean {
  return TOLD.some(([told]) => told === fid);
}

/** Whether each namespace has a feature for itself, as far as the specification says. */
export function isOfNamespace(fid: number): boolean {
  return OF_NAMESPACE.has(fid);
}

/** The lowest active NSID, or null: none is active. */
export async function firstNamespace(place: Place): Promise<number | null> {
  const list = await identify(place, Cns.ACTIVE_NAMESPACES);
  return list.getUint32(0, true) || null;
}

/** By page 12h; null where page 00h does not have it. */
async function listedFeatures(place: Place): Promise<SupportedFeature[] | null> {
  const pages = await logOf(place, LogPage.SUPPORTED_LOG_PAGES, SUPPORTED_LOG_PAGES_BYTES);
  const lid = LogPage.FEATURES_SUPPORTED_AND_EFFECTS;
  if ((pages.getUint32(lid * 4, true) & SUPPORTED_LSUPP) === 0) return null;
  const effects = await logOf(place, lid, FEATURE_EFFECTS_LOG_BYTES);
  return Array.from({ length: 256 }, (_, fid) => [fid, effects.getUint32(fid * 4, true)] as const)
    .filter(([, effect]) => (effect & FEATURE_FSUPP) !== 0)
    .map(([fid, effect]) => ({ fid, isOfNamespace: (effect & SCOPE_NAMESPACE) !== 0 }));
}

function isTold(data: DataView, offset: number, bytes: 1 | 2 | 4, mask: number): boolean {
  if (bytes === 1) return (data.getUint8(offset) & mask) !== 0;
  return ((bytes === 2 ? data.getUint16(offset, true) : data.getUint32(offset, true)) & mask) !== 0;
}

const identifyController = (place: Place): Promise<DataView> => identify(place, Cns.CONTROLLER);

async function identify(place: Place, cns: Cns): Promise<DataView> {
  const options = { timeoutMs: ADMIN_TIMEOUT_MS, bytes: IDENTIFY_BYTES };
  const command = sqe.identify({ cns });
  const { completion, data } = await carry(place, place.controller.admin, command, options);
  if (completion.status === 0 && data !== null) return viewOf(data);
  throw await failureOf(place, `Identify, CNS ${cns}`, completion);
}

async function logOf(place: Place, lid: LogPage, bytes: number): Promise<DataView> {
  const answer = await readLog(place, { lid, bytes, retainEvent: true });
  if (answer.ok) return viewOf(answer.data);
  throw await failureOf(place, `Get Log Page ${lid.toString(16)}h`, answer.last.completion);
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
