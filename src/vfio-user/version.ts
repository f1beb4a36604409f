// What both sides can do: the JSON in VERSION. Each keeps what the other has said, for the whole session.

import { PeerError } from "./peer-error.ts";
import { Default, MAJOR, MINOR, MOST_FDS, version } from "./protocol.ts";

/** What a peer takes. */
export interface Capabilities {
  readonly minor: number;
  /** Descriptors in one message. */
  readonly maxMsgFds: number;
  /** Bytes in one read or write. */
  readonly maxDataXferSize: number;
  /** Memory windows at a time. */
  readonly maxDmaMaps: number;
  /** Sizes of pages of memory windows, or'ed together. */
  readonly pgsizes: number;
}

/** More than any peer has to say. */
const MOST_JSON_BYTES = 4096;

const fields = [
  ["maxMsgFds", "max_msg_fds", Default.MAX_MSG_FDS, 0],
  ["maxDataXferSize", "max_data_xfer_size", Default.MAX_DATA_XFER_SIZE, 8],
  ["maxDmaMaps", "max_dma_maps", Default.MAX_DMA_MAPS, 0],
  ["pgsizes", "pgsizes", Default.PGSIZES, 1],
] as const;

/** What phasebit itself takes. A client has no windows of others, and leaves `maxDmaMaps` out. */
export interface Offer {
  readonly maxDmaMaps?: number;
  /** The highest minor version that the other side knows; a server answers with none that is higher. */
  readonly minor?: number;
}

export function encodeVersion({ maxDmaMaps, minor = MINOR }: Offer = {}): Uint8Array {
  const capabilities = {
    max_msg_fds: MOST_FDS,
    max_data_xfer_size: Default.MAX_DATA_XFER_SIZE,
    ...(maxDmaMaps !== undefined && { max_dma_maps: maxDmaMaps }),
    pgsizes: Default.PGSIZES,
  };
  const json = new TextEncoder().encode(`${JSON.stringify({ capabilities })}\0`);
  return version.encode({ major: MAJOR, minor: Math.min(minor, MINOR) }, json);
}

/** @throws PeerError for another major version, and for JSON that is none or has numbers that cannot be */
export function decodeVersion(payload: Uint8Array): Capabilities {
  const { major, minor } = version.decode(payload);
  if (major !== MAJOR) throw new PeerError(`version ${major}.${minor}, which is not ${MAJOR}.x`);
  const said = objectOf(payload.subarray(version.bytes));
  const found = fields.map(([key, name, byDefault, least]) => {
    const value = said[name] ?? byDefault;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) {
      return [key, value];
    }
    throw new PeerError(`a VERSION whose ${name} is no whole number from ${least}`);
  });
  return { minor, ...(Object.fromEntries(found) as Omit<Capabilities, "minor">) };
}

/** The capabilities, which may be missing. */
function objectOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  if (bytes.length === 0) return {};
  if (bytes.length > MOST_JSON_BYTES) throw new PeerError(`a VERSION with ${bytes.length} bytes`);
  if (bytes.at(-1) !== 0) throw new PeerError("a VERSION whose JSON does not end in a NUL");
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, -1)));
  } catch (cause) {
    throw new PeerError("a VERSION whose JSON is none", { cause });
  }
  if (!isObject(parsed)) throw new PeerError("a VERSION whose JSON is no object");
  const { capabilities = {} } = parsed;
  if (!isObject(capabilities)) throw new PeerError("a VERSION whose capabilities are no object");
  return capabilities;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
