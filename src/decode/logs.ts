// Log pages by LID (NVMe 1.4, figure 191, and 2.0): names for a command line, lengths, and pages as fields.
import { LogPage } from "../../assembly/spec/commands.ts";
import { type DecodedField, decode } from "./decode.ts";
import { groupField, numberedFields, numberText } from "./fields.ts";
import { decodeNamespaceList } from "./lists.ts";
import {
  decodeEffects,
  decodeFeatureEffects,
  decodeSupportedPages,
  type Listed,
} from "./log-effects.ts";
import { decodeErrorLog } from "./log-error.ts";
import { firmwareLog } from "./log-firmware.ts";
import { smartLog } from "./log-smart.ts";
import { sanitizeLog, selfTestLog, telemetryHeader } from "./log-state.ts";
import type { Structure } from "./structure.ts";

/** Log Identifiers by the names that a user may type. */
export const logNames: Readonly<Record<string, number>> = {
  supported: LogPage.SUPPORTED_LOG_PAGES,
  error: LogPage.ERROR_INFORMATION,
  smart: LogPage.SMART,
  firmware: LogPage.FIRMWARE_SLOT,
  "changed-namespaces": LogPage.CHANGED_NAMESPACES,
  effects: LogPage.COMMANDS_SUPPORTED_AND_EFFECTS,
  "self-test": 0x06,
  "telemetry-host": 0x07,
  "telemetry-controller": 0x08,
  features: LogPage.FEATURES_SUPPORTED_AND_EFFECTS,
  sanitize: 0x81,
};

/** What is read of a page of which nobody knows how long it is. */
const UNKNOWN_BYTES = 512;
const lengths: Readonly<Record<number, number>> = {
  [LogPage.SUPPORTED_LOG_PAGES]: 1024,
  [LogPage.CHANGED_NAMESPACES]: 4096,
  [LogPage.COMMANDS_SUPPORTED_AND_EFFECTS]: 4096,
  [LogPage.FEATURES_SUPPORTED_AND_EFFECTS]: 1024,
  [LogPage.MI_COMMANDS_SUPPORTED_AND_EFFECTS]: 4096,
  6: 564,
};

/** @param errorEntries ELPE + 1, which the error log's length follows from */
export function logBytes(lid: number, errorEntries: number): number {
  if (lid === LogPage.ERROR_INFORMATION) return errorEntries * 64;
  return lengths[lid] ?? UNKNOWN_BYTES;
}

/** A page from its beginning in words, as much of it as there is; null where phasebit has no table for it. */
export function logFields(lid: number, page: Uint8Array): DecodedField[] | null {
  return pages[lid]?.(page) ?? null;
}

const by =
  (structure: Structure) =>
  (page: Uint8Array): DecodedField[] =>
    decode(structure, page);

const pages: Readonly<Record<number, (page: Uint8Array) => DecodedField[]>> = {
  [LogPage.SUPPORTED_LOG_PAGES]: (page) => listFields(decodeSupportedPages(page)),
  [LogPage.ERROR_INFORMATION]: (page) =>
    decodeErrorLog(page).map(({ count, fields }) =>
      groupField("ENTRY", "error, the newest first", `error ${count}`, fields),
    ),
  [LogPage.SMART]: by(smartLog),
  [LogPage.FIRMWARE_SLOT]: by(firmwareLog),
  [LogPage.CHANGED_NAMESPACES]: (page) =>
    numberedFields("NSID", "namespace that changed", decodeNamespaceList(page)),
  [LogPage.COMMANDS_SUPPORTED_AND_EFFECTS]: (page) => {
    const { admin, io } = decodeEffects(page);
    return [
      groupField("ADMIN", "admin commands that there are", String(admin.length), listFields(admin)),
      groupField("IO", "I/O commands that there are", String(io.length), listFields(io)),
    ];
  },
  [LogPage.FEATURES_SUPPORTED_AND_EFFECTS]: (page) => listFields(decodeFeatureEffects(page)),
  6: by(selfTestLog),
  7: by(telemetryHeader(0x07)),
  8: by(telemetryHeader(0x08)),
  129: by(sanitizeLog),
};

/** "06h", the names of the bits that are set, and what has the number. */
function listFields(listed: readonly Listed[]): DecodedField[] {
  return listed.map(({ number, name, fields }) => {
    const set = fields.filter(({ value }) => value !== 0).map((field) => field.name);
    return { name: numberText(number), longName: name, value: number, text: set.join(" ") };
  });
}
