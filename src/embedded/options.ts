// The embedded controller's address: "embedded?key=value&…", checked here once and turned into numbers.
//
//   size=1G           of each namespace; with medium=FILE the file's own size. k, m, g, t are powers of 1024
//   lba=4096          block size, or one for each namespace: 512,4096
//   namespaces=1
//   medium=ram        ram (zeroes), null (moves no data), or an existing file
//   latency=none      none, a time (20us), or lognormal:MEDIAN,SIGMA
//   queues=64         I/O queues of each kind
//   entries=4096      of the largest queue: CAP.MQES + 1
//   mdts=9            4 KiB << mdts is the longest transfer; 0 is no limit
//   dstrd=0           doorbell stride: 4 << dstrd bytes
//   interrupts=, vectors= …    interrupt-options.ts
//   version=1.4       or 2.0: the revision of the specification
//   sgls=1            or 0: whether I/O commands may have SGLs
//   seed=1            of everything random
//   serial=, model=, firmware=    SN, MN and FR; %XX writes any byte
//   cmb=, pmr= …      memory of its own: memory-options.ts
//   fault=            embedded-faults.ts; may be given several times
import { statSync } from "node:fs";
import {
  IdentityField,
  LARGEST_LBA_SHIFT,
  LatencyModel,
  MOST_BLOCKS_POWER,
  MOST_FAULTS,
  MOST_IO_QUEUES,
  MOST_NAMESPACES,
  MOST_QUEUE_ENTRIES,
  SMALLEST_LBA_SHIFT,
  Version,
} from "../../assembly/device/options.ts";
import { FR_BYTES, MN_BYTES, SN_BYTES } from "../../assembly/spec/identify.ts";
import { type PhasebitError, usage } from "../ground/errors.ts";
import { nearest, safeString } from "../ground/strings.ts";
import { formatBytes, parseSize, parseTimeNs, TIME_FORMAT } from "../ground/units.ts";
import { type EmbeddedFault, parseFaults } from "./faults.ts";
import {
  type EmbeddedVectors,
  hostMessagesOf,
  interruptKeys,
  vectorsOf,
} from "./interrupt-options.ts";
import { cmbOf, type EmbeddedCmb, type EmbeddedPmr, memoryKeys, pmrOf } from "./memory-options.ts";
import { parameterError } from "./parameter.ts";

/** What the embedded controller is made of. Plain data: it is sent to the device's thread. */
export interface EmbeddedOptions {
  readonly medium:
    | { readonly kind: "null" }
    | { readonly kind: "ram" }
    | { readonly kind: "file"; readonly path: string };
  readonly namespaces: readonly { readonly blocks: number; readonly lbaShift: number }[];
  readonly queues: number;
  readonly entries: number;
  readonly vectors: EmbeddedVectors;
  /** Messages of MSI that the host has for it. */
  readonly hostMessages: number;
  readonly mdts: number;
  readonly dstrd: number;
  readonly version: Version;
  readonly sgls: boolean;
  readonly seed: bigint;
  readonly latency: { readonly model: LatencyModel; readonly ns: number; readonly sigma: number };
  /** Strings to set, byte by byte. */
  readonly identity: readonly {
    readonly field: IdentityField;
    readonly bytes: readonly number[];
  }[];
  readonly cmb: EmbeddedCmb | null;
  readonly pmr: EmbeddedPmr | null;
  readonly faults: readonly EmbeddedFault[];
}

/** More RAM than this does not fit beside everything else in a linear memory of 4 GiB. */
const MOST_MEDIUM_BYTES = 2 * 1024 ** 3;
const MOST_MDTS = 20;
const MOST_DSTRD = 8;
const MOST_SEED = 2n ** 64n - 1n;
const MOST_SIGMA = 10;

const identityKeys: Readonly<Record<string, { field: IdentityField; bytes: number }>> = {
  serial: { field: IdentityField.SN, bytes: SN_BYTES },
  model: { field: IdentityField.MN, bytes: MN_BYTES },
  firmware: { field: IdentityField.FR, bytes: FR_BYTES },
};

const keys = [
  ..."size lba namespaces medium latency queues entries mdts dstrd version sgls seed fault".split(
    " ",
  ),
  ...Object.keys(identityKeys),
  ...interruptKeys,
  ...memoryKeys,
];

/** The revisions of the specification that the controller can keep. */
const versions: ReadonlyMap<string, Version> = new Map([
  ["1.4", Version.V1_4],
  ["2.0", Version.V2_0],
]);

/** The values given for each key, in order. */
type Parameters = ReadonlyMap<string, readonly string[]>;

/**
 * The options in `address`, "embedded" or "embedded?key=value&…".
 * @throws PhasebitError USAGE that names the parameter, its value and what is allowed.
 */
export function parseEmbedded(address: string): EmbeddedOptions {
  const parameters = split(address);
  const medium = mediumOf(one(parameters, "medium") ?? "ram");
  const seed = seedOf(one(parameters, "seed") ?? "1");
  return {
    medium,
    namespaces: namespacesOf(parameters, medium),
    queues: integer(parameters, "queues", 64, 1, MOST_IO_QUEUES),
    entries: integer(parameters, "entries", 4096, 2, MOST_QUEUE_ENTRIES),
    vectors: vectorsOf((key) => one(parameters, key)),
    hostMessages: hostMessagesOf((key) => one(parameters, key)),
    mdts: integer(parameters, "mdts", 9, 0, MOST_MDTS),
    dstrd: integer(parameters, "dstrd", 0, 0, MOST_DSTRD),
    version: versionOf(one(parameters, "version") ?? "1.4"),
    sgls: integer(parameters, "sgls", 1, 0, 1) === 1,
    seed,
    latency: latencyOf(one(parameters, "latency") ?? "none"),
    identity: identityOf(parameters),
    cmb: cmbOf((key) => one(parameters, key)),
    pmr: pmrOf((key) => one(parameters, key)),
    faults: faultsOf(parameters, seed),
  };
}

function split(address: string): Parameters {
  const [name, ...rest] = address.split("?");
  if (name !== "embedded") throw usage(`device ${safeString(address)}: expected "embedded?…"`);
  const found = new Map<string, string[]>();
  for (const part of rest.join("?").split("&")) {
    if (part === "") continue;
    const [key = "", ...value] = part.split("=");
    if (!keys.includes(key)) throw unknownKey(key);
    found.set(key, [...(found.get(key) ?? []), decode(key, value.join("="))]);
  }
  return found;
}

function unknownKey(key: string): PhasebitError {
  const near = nearest(key, keys);
  const advice = near ? `did you mean ${near}?` : `the parameters are ${keys.join(", ")}`;
  return usage(`device embedded: unknown parameter "${safeString(key)}": ${advice}`);
}

/** Percent-encoded bytes; strings for the device keep them as single bytes. */
function decode(key: string, value: string): string {
  if (/%(?![0-9a-fA-F]{2})/.test(value)) throw parameterError(key, value, "% needs two digits");
  if (key in identityKeys) return value.replace(/%(..)/g, (_, hex) => byteOf(hex));
  try {
    return decodeURIComponent(value);
  } catch {
    throw parameterError(key, value, "the percent-encoded bytes are not UTF-8");
  }
}

function byteOf(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

/** The value of a parameter that may be given once. */
function one(parameters: Parameters, key: string): string | undefined {
  const values = parameters.get(key);
  if (values && values.length > 1) throw parameterError(key, values[1] ?? "", "is given twice");
  return values?.[0];
}

function integer(
  parameters: Parameters,
  key: string,
  absent: number,
  least: number,
  most: number,
): number {
  const text = one(parameters, key);
  if (text === undefined) return absent;
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw parameterError(key, text, `expected a whole number from ${least} to ${most}`);
}

function versionOf(text: string): Version {
  const version = versions.get(text);
  if (version !== undefined) return version;
  throw parameterError("version", text, "expected 1.4 or 2.0");
}

function seedOf(text: string): bigint {
  const seed = /^([0-9]{1,20}|0x[0-9a-fA-F]{1,16})$/.test(text) ? BigInt(text) : -1n;
  if (seed >= 0n && seed <= MOST_SEED) return seed;
  throw parameterError("seed", text, "expected a whole number below 2^64");
}

function mediumOf(text: string): EmbeddedOptions["medium"] {
  if (text === "ram" || text === "null") return { kind: text };
  if (text === "") throw parameterError("medium", text, "expected ram, null or a file");
  return { kind: "file", path: text };
}

function namespacesOf(
  parameters: Parameters,
  medium: EmbeddedOptions["medium"],
): EmbeddedOptions["namespaces"] {
  const count = integer(parameters, "namespaces", 1, 1, MOST_NAMESPACES);
  const shifts = lbaShifts(one(parameters, "lba") ?? "4096", count);
  const bytes =
    medium.kind === "file" ? fileBytes(medium.path, parameters, count) : sizeOf(parameters);
  const total = bytes * count;
  if (medium.kind !== "null" && total > MOST_MEDIUM_BYTES) {
    throw parameterError(
      medium.kind === "file" ? "medium" : "size",
      medium.kind === "file" ? medium.path : formatBytes(bytes),
      `${count} namespace(s) need ${formatBytes(total)}; at most 2GiB fit, use medium=null for more`,
    );
  }
  return shifts.map((lbaShift) => ({ blocks: blocksOf(bytes, lbaShift, medium), lbaShift }));
}

function blocksOf(bytes: number, lbaShift: number, medium: EmbeddedOptions["medium"]): number {
  const block = 2 ** lbaShift;
  const blocks = bytes / block;
  const [key, value] =
    medium.kind === "file" ? ["medium", medium.path] : ["size", formatBytes(bytes)];
  if (blocks < 1 || !Number.isInteger(blocks)) {
    throw parameterError(key, value, `${bytes} bytes are no whole number of ${block}-byte blocks`);
  }
  if (blocks > 2 ** MOST_BLOCKS_POWER) {
    throw parameterError(key, value, `a namespace has at most 2^${MOST_BLOCKS_POWER} blocks`);
  }
  return blocks;
}

function lbaShifts(text: string, count: number): number[] {
  const shifts = text.split(",").map((part) => lbaShift(part, text));
  if (shifts.length !== 1 && shifts.length !== count) {
    throw parameterError("lba", text, `expected one block size, or ${count}: one per namespace`);
  }
  return Array.from({ length: count }, (_, index) => shifts[index] ?? shifts[0] ?? 0);
}

function lbaShift(part: string, text: string): number {
  const bytes = parseSize(part);
  const shift = bytes.ok ? Math.log2(bytes.value) : Number.NaN;
  if (Number.isInteger(shift) && shift >= SMALLEST_LBA_SHIFT && shift <= LARGEST_LBA_SHIFT) {
    return shift;
  }
  throw parameterError("lba", text, "a block size is a power of two from 512 to 64k");
}

function sizeOf(parameters: Parameters): number {
  const text = one(parameters, "size") ?? "1G";
  const bytes = parseSize(text);
  if (!bytes.ok) throw parameterError("size", text, bytes.why);
  if (bytes.value === 0) throw parameterError("size", text, "a namespace has at least one block");
  return bytes.value;
}

function fileBytes(path: string, parameters: Parameters, count: number): number {
  const size = one(parameters, "size");
  if (size !== undefined)
    throw parameterError("size", size, `the size is that of ${safeString(path)}`);
  if (count > 1)
    throw parameterError("namespaces", `${count}`, "a file is the medium of one namespace");
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile()) return stat.size;
  const why = stat
    ? "is not a plain file"
    : "there is no such file; make it with truncate -s 1G FILE";
  throw parameterError("medium", path, `${why} (or use ram or null)`);
}

function latencyOf(text: string): EmbeddedOptions["latency"] {
  if (text === "none") return { model: LatencyModel.NONE, ns: 0, sigma: 0 };
  const [, median, sigma] = /^lognormal:([^,]*),(.*)$/.exec(text) ?? [];
  if (median !== undefined && sigma !== undefined) {
    const spread = /^[0-9]+(\.[0-9]+)?$/.test(sigma) ? Number(sigma) : Number.NaN;
    if (!(spread <= MOST_SIGMA)) {
      throw parameterError("latency", text, `sigma is a number from 0 to ${MOST_SIGMA}`);
    }
    return { model: LatencyModel.LOGNORMAL, ns: time(median, text), sigma: spread };
  }
  return { model: LatencyModel.CONSTANT, ns: time(text, text), sigma: 0 };
}

function time(part: string, text: string): number {
  const ns = parseTimeNs(part);
  if (ns !== undefined) return ns;
  throw parameterError(
    "latency",
    text,
    `expected none, TIME or lognormal:TIME,SIGMA; ${TIME_FORMAT}`,
  );
}

function identityOf(parameters: Parameters): EmbeddedOptions["identity"] {
  return Object.entries(identityKeys).flatMap(([key, { field, bytes }]) => {
    const text = one(parameters, key);
    if (text === undefined) return [];
    const given = Array.from(text, (character) => character.charCodeAt(0));
    if (given.length > bytes) throw parameterError(key, text, `at most ${bytes} bytes`);
    if (given.some((byte) => byte > 0xff)) {
      throw parameterError(key, text, "write bytes beyond ASCII as %XX");
    }
    // Space padded to its full length (NVMe 1.4, section 1.5), so that nothing of the default remains.
    return [{ field, bytes: [...given, ...Array(bytes - given.length).fill(0x20)] }];
  });
}

function faultsOf(parameters: Parameters, seed: bigint): readonly EmbeddedFault[] {
  const given = parameters.get("fault") ?? [];
  const faults = given.flatMap((text) => parseFaults(text, seed));
  if (faults.length > MOST_FAULTS) {
    throw parameterError("fault", given.at(-1) ?? "", `at most ${MOST_FAULTS} faults`);
  }
  return faults;
}
