// Features: their names on a command line, their values decoded, and which of them are not to be set by accident.
import { type DecodedField, decode, decodeValue } from "./decode.ts";
import { featureData } from "./feature-data.ts";
import { featureCapabilities, featureFields } from "./feature-fields.ts";
import { featureName, namedFeatures } from "./names.ts";
import type { Structure } from "./structure.ts";

/** Names for a command line, short ones where the specification's are long. */
const shortNames: Readonly<Record<string, number>> = {
  power: 0x02,
  "lba-range": 0x03,
  "write-cache": 0x06,
  vwc: 0x06,
  queues: 0x07,
  coalescing: 0x08,
  vector: 0x09,
  "write-atomicity": 0x0a,
  events: 0x0b,
  aec: 0x0b,
  apst: 0x0c,
  hmb: 0x0d,
  "keep-alive": 0x0f,
  kato: 0x0f,
  hctm: 0x10,
  "host-id": 0x81,
  "write-protection": 0x84,
};

/** Feature Identifiers by the names that a user may type: the specification's in lower case, and short ones. */
export const featureIdentifiers: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    namedFeatures.map((fid) => [featureName(fid).toLowerCase().replaceAll(" ", "-"), fid]),
  ),
  ...shortNames,
};

/** A value of a feature, in words. */
export function decodeFeature(fid: number, value: number): DecodedField[] {
  return decodeValue(structureOf(fid, featureFields[fid] ?? []), value);
}

/** What SEL 3 returns: whether the feature can be saved, changed, and whether each namespace has its own. */
export function decodeFeatureCapabilities(fid: number, value: number): DecodedField[] {
  return decodeValue(structureOf(fid, featureCapabilities), value);
}

/** Bytes of a feature's data beside its value; 0 where it has none. */
export function featureDataBytes(fid: number): number {
  return featureData(fid, 0)?.bytes ?? 0;
}

/** A feature's data in words; `value` may say how much of them there is. */
export function decodeFeatureData(fid: number, value: number, data: Uint8Array): DecodedField[] {
  const structure = featureData(fid, value);
  return structure === undefined ? [] : decode(structure, data);
}

/** What setting a feature may do that a reset does not undo; null where nothing is known of that kind. */
export function lastingEffect(fid: number): string | null {
  const named = lasting[fid];
  if (named !== undefined) return named;
  if (fid >= 0xc0) return "nobody but the vendor knows what it does";
  return namedFeatures.includes(fid) ? null : "no specification known to phasebit has it";
}

const lasting: Readonly<Record<number, string>> = {
  3: "ranges of blocks get types that last",
  13: "the controller gets memory of the host that nobody keeps for it",
  23: "it decides what a failed sanitize leaves",
  25: "namespaces of other command sets are lost from sight",
  29: "it may take all namespaces of the endurance group",
  125: "metadata of the controller last",
  126: "metadata of the controller last",
  127: "metadata of the namespace last",
  128: "the progress marker lasts",
  131: "reservations may outlive a power loss",
  132: "the namespace may stay write protected, for ever",
  133: "boot partitions may stay locked",
};

function structureOf(fid: number, fields: Structure["fields"]): Structure {
  return {
    name: featureName(fid),
    longName: featureName(fid),
    bytes: 4,
    section: "5.21.1",
    fields,
  };
}
