// Log pages (NVMe 1.4, section 5.14) of any length, in pieces that a command can carry, and the entry of the error log
// that belongs to a failed command.
import { LogPage } from "../../assembly/spec/commands.ts";
import { ERROR_LOG_ENTRY_BYTES } from "../../assembly/spec/identify.ts";
import { decodeErrorLog, type ErrorEntry } from "../decode/log-error.ts";
import type { PhasebitError } from "../ground/errors.ts";
import { type Carried, carry, type Place } from "./carried.ts";
import { type Completion, completionError } from "./completion.ts";
import { ADMIN_TIMEOUT_MS } from "./controller.ts";
import * as sqe from "./sqe.ts";

/** A longer page is read in pieces of this size, or of MDTS where that is less. */
const PIECE_BYTES = 128 * 1024;
/** Entries of the error log that are looked through: those of a page. */
const ENTRIES_LOOKED_AT = 64;
const LSP_SHIFT = 8;

/** Which page, and how much of it. */
export interface LogRange {
  /** Log Identifier. */
  readonly lid: number;
  /** A multiple of 4. */
  readonly bytes: number;
  /** Where it begins, in bytes; a multiple of 4. 0 by default. */
  readonly offset?: bigint;
  /** FFFFFFFFh, the controller, by default. */
  readonly nsid?: number;
  /** Log Specific Field, 4 bits (7 with 2.0). */
  readonly lsp?: number;
  /** Retain Asynchronous Event: events of the page's type are not cleared. */
  readonly retainEvent?: boolean;
  readonly timeoutMs?: number;
}

/** A page that was read, or the command that was refused. */
export type LogAnswer =
  | { readonly ok: true; readonly data: Uint8Array; readonly last: Carried }
  | { readonly ok: false; readonly last: Carried };

/**
 * Reads a log page, as many commands as it takes; with more than one the page may change between them.
 * @returns the page, or the first command that failed
 * @throws PhasebitError USAGE for a range that the fields cannot hold, DEVICE when a command is not answered
 */
export async function readLog(place: Place, range: LogRange): Promise<LogAnswer> {
  const { lid, bytes, offset = 0n, nsid, lsp = 0, retainEvent = false } = range;
  sqe.requireField("lsp", lsp, 7, "5.14");
  const data = new Uint8Array(bytes);
  const most = Math.min(PIECE_BYTES, place.controller.identity.maxTransferBytes ?? PIECE_BYTES);
  for (let at = 0; ; ) {
    const piece = Math.min(most, bytes - at);
    const command = sqe.getLogPage({
      ...{ lid, bytes: piece, offset: offset + BigInt(at), retainEvent },
      ...(nsid !== undefined && { nsid }),
    });
    command[10] = command[10]! | (lsp << LSP_SHIFT);
    const timeoutMs = range.timeoutMs ?? ADMIN_TIMEOUT_MS;
    const last = await carry(place, place.controller.admin, command, { timeoutMs, bytes: piece });
    if (last.completion.status !== 0 || last.data === null) return { ok: false, last };
    data.set(last.data, at);
    at += piece;
    if (at >= bytes) return { ok: true, data, last };
  }
}

/**
 * The newest entry of the Error Information log with a failed command's SQID and CID (5.14.1.1). The log is read with
 * Retain Asynchronous Event, so that no event is lost.
 * @returns null when there is none, for a success, and when the log cannot be read
 */
export async function errorEntryOf(
  place: Place,
  { status, sqid, cid }: Pick<Completion, "status" | "sqid" | "cid">,
): Promise<ErrorEntry | null> {
  if (status === 0) return null;
  const entries = Math.min(place.controller.identity.errorEntries, ENTRIES_LOOKED_AT);
  const bytes = entries * ERROR_LOG_ENTRY_BYTES;
  const lid = LogPage.ERROR_INFORMATION;
  const answer = await readLog(place, { lid, bytes, retainEvent: true });
  if (!answer.ok) return null;
  const own = decodeErrorLog(answer.data).filter(
    (entry) => entry.sqid === sqid && entry.cid === cid && entry.status === status,
  );
  return own.reduce<ErrorEntry | null>(
    (newest, entry) => (newest === null || entry.count > newest.count ? entry : newest),
    null,
  );
}

/**
 * The failure that an error status is, with what the error log says of it.
 * @param what names the command
 */
export async function failureOf(
  place: Place,
  what: string,
  completion: Completion,
): Promise<PhasebitError> {
  const entry = await errorEntryOf(place, completion).catch(() => null);
  const location = entry?.fields.find(({ name }) => name === "PEL")?.meaning;
  const error = completionError(what, completion);
  if (entry === null || location === undefined) return error;
  error.message += `; error log entry ${entry.count}: ${location}`;
  return error;
}
