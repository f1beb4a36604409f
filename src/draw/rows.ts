// A ring as rows, one for each entry: where it is pointed at, its number, its mark, what it holds. Where a ring has more
// rows than there is room for, runs of entries in the same state become one row.

import { statusName } from "../decode/status.ts";
import { commandName } from "../nvme/command-text.ts";
import type {
  CompletionEntry,
  CompletionSnapshot,
  SubmissionEntry,
  SubmissionSnapshot,
} from "../nvme/snapshot.ts";
import { type Colors, completionLooks, type Look, submissionLooks } from "./words.ts";

/** One row, before it is cut to a width. */
export interface Row {
  /** Letters of what points here: "HDT". */
  readonly letters: string;
  readonly label: string;
  readonly look: Look;
  /** What it holds: a part of fixed width, and one that is cut where there is no room. */
  readonly text: string;
  readonly more: string;
}

/** Entries in one state that stand together, with nothing that points at any of them but the first. */
interface Run<Entry> {
  readonly letters: string;
  readonly look: Look;
  readonly entries: Entry[];
}

/** Of a long run that holds commands the ends are shown. */
const SHORTEST_FOLD = 4;

export function submissionRows(ring: SubmissionSnapshot, most: number): Row[] {
  const lettersAt = (index: number): string =>
    letter("H", ring.head === index) +
    letter("D", ring.doorbell === index) +
    letter("T", ring.tail === index);
  const rowOf = (entry: SubmissionEntry): Row => ({
    letters: lettersAt(entry.index),
    label: String(entry.index),
    look: submissionLooks[entry.state],
    text: entry.state === "free" ? "" : `${hex(entry.cid, 4)} ${shortName(entry.opcode, ring.id)}`,
    more: "",
  });
  return fitted(runsOf(ring.entries, lettersAt, submissionLooks), rowOf, most);
}

export function completionRows(ring: CompletionSnapshot, most: number): Row[] {
  const lettersAt = (index: number): string =>
    letter("H", ring.head === index) + letter("D", ring.doorbell === index);
  const rowOf = (entry: CompletionEntry): Row => ({
    letters: lettersAt(entry.index),
    label: String(entry.index),
    look: completionLooks[entry.state],
    ...completionText(entry),
  });
  return fitted(runsOf(ring.entries, lettersAt, completionLooks), rowOf, most);
}

function completionText(entry: CompletionEntry): { text: string; more: string } {
  const { state, phase, sqid, cid, status, sqhd } = entry;
  if (state === "free") return { text: `p${phase}`, more: "" };
  const code = `${(status >> 8).toString(16)}/${(status & 0xff).toString(16).padStart(2, "0")}`;
  const name = statusName(status).replace(/ \([^)]*\)$/, "");
  return {
    text: `p${phase} sq${sqid} ${hex(cid, 4)} ${code}`,
    more: `SQHD ${sqhd} ${name}`,
  };
}

function runsOf<State extends string, Entry extends { index: number; state: State }>(
  entries: readonly Entry[],
  lettersAt: (index: number) => string,
  looks: Readonly<Record<State, Look>>,
): Run<Entry>[] {
  const runs: Run<Entry>[] = [];
  for (const entry of entries) {
    const letters = lettersAt(entry.index);
    const look = looks[entry.state];
    const last = runs.at(-1);
    if (last !== undefined && letters === "" && last.look === look) last.entries.push(entry);
    else runs.push({ letters, look, entries: [entry] });
  }
  return runs;
}

/** All rows where there is room for them; else runs are folded, and of what is too long still the middle is left out. */
function fitted<Entry extends { index: number }>(
  runs: readonly Run<Entry>[],
  rowOf: (entry: Entry) => Row,
  most: number,
): Row[] {
  const count = runs.reduce((sum, { entries }) => sum + entries.length, 0);
  if (count <= most) return runs.flatMap(({ entries }) => entries.map(rowOf));
  const folded = runs.flatMap((run) => foldedRun(run, rowOf));
  if (folded.length <= most) return folded;
  const half = Math.max(1, Math.floor((most - 1) / 2));
  const left = folded.length - 2 * half;
  const gap = { ...folded[half]!, letters: "", label: "⋮", text: `${left} rows more`, more: "" };
  return [...folded.slice(0, half), gap, ...folded.slice(-half)];
}

function foldedRun<Entry extends { index: number }>(
  { letters, look, entries }: Run<Entry>,
  rowOf: (entry: Entry) => Row,
): Row[] {
  const first = entries[0]!;
  const last = entries.at(-1)!;
  const holdsCommands = look.word !== "free";
  const [from, to] = holdsCommands ? [1, entries.length - 1] : [0, entries.length];
  const folded = entries.slice(from, to);
  if (folded.length < (holdsCommands ? SHORTEST_FOLD - 2 : 2)) return entries.map(rowOf);
  const label = `${folded[0]!.index}–${folded.at(-1)!.index}`;
  const fold = { letters: "", label, look, text: `${folded.length} entries`, more: "" };
  return holdsCommands ? [rowOf(first), fold, rowOf(last)] : [{ ...fold, letters }];
}

/** A row of exactly `width` columns. */
export function rowText(row: Row, width: number, labelWidth: number, colors: Colors): string {
  const { letters, label, look, text, more } = row;
  const arrow = `${letters.padStart(3)}${letters === "" ? " " : "▸"}`;
  const lead = ` ${label.padStart(labelWidth)} `;
  const room = width - arrow.length - lead.length - look.mark.length - 1;
  const word = look.word;
  const beside = room - word.length - 1;
  const whole = more === "" ? text : `${text} ${more}`;
  const body = cut(whole.length <= beside ? whole : text, beside).padEnd(beside);
  const style = colors[look.color];
  return `${colors.bold(arrow)}${colors.dim(lead)}${style(look.mark)} ${body} ${style(word)}`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

function letter(name: string, isHere: boolean): string {
  return isHere ? name : "";
}

function hex(value: number, digits: number): string {
  return `${value.toString(16).toUpperCase().padStart(digits, "0")}h`;
}

/** A command's name without what the drawing says anyway. */
function shortName(opcode: number, queueId: number): string {
  const name = commandName(opcode, queueId === 0);
  return name.replace("I/O ", "").replace(/^Asynchronous (Event) Request$/, "Async $1");
}
