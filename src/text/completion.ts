// A command and its completion for people: what was sent, what came back, the status in full, and what the error log has
// about it.

import type { ErrorEntry } from "../decode/log-error.ts";
import { decodeStatus, statusName } from "../decode/status.ts";
import type { Carried } from "../nvme/carried.ts";
import { commandText } from "../nvme/command-text.ts";
import { statusBits } from "../nvme/completion.ts";
import { wrap } from "./columns.ts";
import type { Lines } from "./compare-frame.ts";
import { fieldLines } from "./fields.ts";

/** Dwords in a line. */
const GROUP = 8;

/** An entry in words and as its dwords. */
export function entryLines(sqe: ArrayLike<number>, isAdmin: boolean, lines: Lines): string[] {
  const dwords = Array.from({ length: 16 }, (_, at) => dwordText(sqe[at]!));
  return [
    ...labelled("command", commandText(sqe, isAdmin), lines),
    ...labelled("SQE", dwords.slice(0, GROUP).join(" "), lines),
    ...labelled("", dwords.slice(GROUP).join(" "), lines),
  ];
}

/** What came back, with the error log's entry where the command failed. */
export function completionLines(
  { completion, slot }: Carried,
  entry: ErrorEntry | null,
  lines: Lines,
): string[] {
  const { sqid, cid, sqhd, phase, raw, status, dw0 } = completion;
  const place = `SQ ${sqid}, entry ${slot}, CID ${cid.toString(16).toUpperCase().padStart(4, "0")}h`;
  const { meaning, remedy } = decodeStatus(status);
  const name = [statusName(status), ...statusBits(completion)].join(", ");
  const style = status === 0 ? lines.colors.green : lines.colors.red;
  return [
    ...labelled("place", place, lines),
    ...labelled("CQE", raw.map(dwordText).join(" "), lines),
    ...labelled("", `DW0 ${dw0} (${dwordText(dw0)}), SQHD ${sqhd}, phase ${phase}`, lines),
    ...labelled("status", name, lines).map((line) => style(line)),
    ...(status === 0 ? [] : labelled("", `${meaning}; ${remedy}`, lines)),
    ...(status === 0 ? [] : logLines(entry, lines)),
  ];
}

function logLines(entry: ErrorEntry | null, lines: Lines): string[] {
  if (entry === null) return labelled("log", "the error log has no entry of this command", lines);
  return [
    ...labelled("log", "its entry in the error log", lines),
    ...fieldLines(entry.fields, lines),
  ];
}

/** A label, and text whose words wrap. */
export function labelled(label: string, text: string, { colors, columns }: Lines): string[] {
  return wrap({ text: label, style: colors.bold }, [text], ", ", columns);
}

function dwordText(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
