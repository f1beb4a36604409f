// What lies in a queue just now, entry by entry, as plain data: a picture that nothing is consumed for and nothing is
// rung for. What is told of the controller is what it has said itself: SQHD, and the phase of what it wrote (NVMe 1.4,
// sections 4.1 and 4.6).
import { CDW0_CID_SHIFT, CDW0_OPC_MASK } from "../../assembly/spec/commands.ts";
import type { Completion } from "./completion.ts";

const SQE_DWORDS = 16;

/** Whose an entry is: who may write it, or read it. */
export type EntryOwner = "host" | "controller";

/**
 * "posted": written, and the tail doorbell does not cover it yet. "rung": the controller may read it at any time. "read":
 * SQHD has passed it, and its command is at work. "completed": the completion of its command lies in the completion
 * queue, and nobody has looked at it. "free": none of these, whatever still stands in it.
 */
export type SubmissionEntryState = "free" | "posted" | "rung" | "read" | "completed";

export interface SubmissionEntry {
  readonly index: number;
  readonly state: SubmissionEntryState;
  readonly owner: EntryOwner;
  readonly opcode: number;
  readonly cid: number;
}

export interface SubmissionSnapshot {
  readonly kind: "sq";
  readonly id: number;
  /** Where its commands complete. */
  readonly cqid: number;
  /** SQHD of the last completion that was consumed. */
  readonly head: number;
  /** The entry that is posted to next. */
  readonly tail: number;
  /** The tail doorbell as it was written last. */
  readonly doorbell: number;
  /** Commands posted and not completed. */
  readonly outstanding: number;
  readonly entries: readonly SubmissionEntry[];
}

/**
 * "free": the controller may write there, and what it holds was given back, or never written. "new": written in this lap,
 * and not consumed. "reaped": consumed, and the head doorbell does not cover it yet. "overwritten": it should be that,
 * but its phase has changed since: the controller wrote where it may not.
 */
export type CompletionEntryState = "free" | "new" | "reaped" | "overwritten";

export interface CompletionEntry
  extends Omit<Completion, "raw" | "stray" | "foundMs" | "dw1" | "crd"> {
  readonly index: number;
  readonly state: CompletionEntryState;
  readonly owner: EntryOwner;
  /** Whether it holds anything but zeroes. */
  readonly isWritten: boolean;
}

export interface CompletionSnapshot {
  readonly kind: "cq";
  readonly id: number;
  /** Identifiers of the submission queues that complete into it. */
  readonly sqids: readonly number[];
  /** The entry that is looked at next. */
  readonly head: number;
  /** The head doorbell as it was written last. */
  readonly doorbell: number;
  /** The phase tag that a new entry at the head carries. */
  readonly phase: 0 | 1;
  readonly vector: number | null;
  readonly entries: readonly CompletionEntry[];
}

/** Where a submission queue stands, for `submissionSnapshot`. */
export interface SubmissionPlace
  extends Pick<SubmissionSnapshot, "id" | "cqid" | "head" | "tail" | "doorbell" | "outstanding"> {
  /** Its entries, 16 dwords each. */
  readonly dwords: Uint32Array;
  /** For each entry whether a tail doorbell has covered it since it was written. */
  readonly announced: Uint8Array;
  /** How often each CID is outstanding: of entries at the tail, and in slots of the caller's choice. */
  readonly queued: ReadonlyMap<number, number>;
  readonly placed: ReadonlyMap<number, number>;
}

/** @param completions what its completion queue holds */
export function submissionSnapshot(
  place: SubmissionPlace,
  completions: CompletionSnapshot,
): SubmissionSnapshot {
  const { id, cqid, head, tail, doorbell, outstanding, dwords, announced } = place;
  const count = announced.length;
  const cidOf = (index: number): number => dwords[index * SQE_DWORDS]! >>> CDW0_CID_SHIFT;
  const newestFirst = Array.from({ length: count }, (_, back) => (tail - 1 - back + count) % count);
  // a CID may stand in entries of commands that are long done: the newest ones are those that are outstanding
  const open = new Set([
    ...claim(newestFirst, cidOf, place.queued),
    ...claim(newestFirst, cidOf, place.placed),
  ]);
  const waiting = new Map<number, number>();
  for (const { state, sqid, cid } of completions.entries) {
    if (state === "new" && sqid === id) waiting.set(cid, (waiting.get(cid) ?? 0) + 1);
  }
  const oldestFirst = newestFirst.filter((index) => open.has(index)).reverse();
  const completed = claim(oldestFirst, cidOf, waiting);
  const toRung = distance(head, doorbell, count);
  const stateOf = (index: number): SubmissionEntryState => {
    if (completed.has(index)) return "completed";
    if (open.has(index) && announced[index] === 0) return "posted";
    if (distance(head, index, count) < toRung) return "rung";
    return open.has(index) ? "read" : "free";
  };
  const entries = Array.from({ length: count }, (_, index): SubmissionEntry => {
    const state = stateOf(index);
    const owner = state === "rung" ? "controller" : "host";
    const opcode = dwords[index * SQE_DWORDS]! & CDW0_OPC_MASK;
    return { index, state, owner, opcode, cid: cidOf(index) };
  });
  return { kind: "sq", id, cqid, head, tail, doorbell, outstanding, entries };
}

/** The first entries in this order whose CIDs are wanted, each as often as it is. */
function claim(
  order: readonly number[],
  cidOf: (index: number) => number,
  wanted: ReadonlyMap<number, number>,
): Set<number> {
  const left = new Map(wanted);
  const claimed = new Set<number>();
  for (const index of order) {
    const count = left.get(cidOf(index)) ?? 0;
    if (count === 0) continue;
    left.set(cidOf(index), count - 1);
    claimed.add(index);
  }
  return claimed;
}

/** Where a completion queue stands, for `completionSnapshot`. */
export interface CompletionPlace
  extends Pick<CompletionSnapshot, "id" | "sqids" | "head" | "doorbell" | "phase" | "vector"> {
  readonly entries: readonly Completion[];
}

export function completionSnapshot(place: CompletionPlace): CompletionSnapshot {
  const { id, sqids, head, doorbell, phase, vector, entries: found } = place;
  const count = found.length;
  const reaped = distance(doorbell, head, count);
  // behind the head the tag is this lap's, from the queue's end on the next one's
  const tagAhead = (ahead: number): number => (head + ahead < count ? phase : 1 - phase);
  const tagBehind = (back: number): number => (head - back >= 0 ? phase : 1 - phase);
  const isNew = (ahead: number): boolean =>
    found[(head + ahead) % count]!.phase === tagAhead(ahead);
  let fresh = 0;
  while (fresh < count - reaped && isNew(fresh)) fresh++;
  const stateOf = (index: number): CompletionEntryState => {
    const ahead = distance(head, index, count);
    if (ahead < fresh) return "new";
    const back = count - ahead;
    if (back > reaped) return "free";
    return found[index]!.phase === tagBehind(back) ? "reaped" : "overwritten";
  };
  const entries = found.map((completion, index): CompletionEntry => {
    const { dw0, sqhd, sqid, cid, phase, status, more, dnr, raw } = completion;
    const state = stateOf(index);
    const owner = state === "free" ? "controller" : "host";
    const isWritten = raw.some((dword) => dword !== 0);
    return { index, state, owner, isWritten, dw0, sqhd, sqid, cid, phase, status, more, dnr };
  });
  return { kind: "cq", id, sqids, head, doorbell, phase, vector, entries };
}

/** How far one entry lies behind another round the ring; 0 for what a caller rang that is no entry. */
function distance(from: number, to: number, count: number): number {
  const isEntry = (index: number): boolean =>
    Number.isInteger(index) && index >= 0 && index < count;
  return isEntry(from) && isEntry(to) ? (to - from + count) % count : 0;
}
