// What the entries of a ring are called in its drawing: a mark, a word, a colour, and what it means to whoever learns
// queues by it (NVMe 1.4, sections 4.1 and 4.6).
import type picocolors from "picocolors";
import type { CompletionEntryState, SubmissionEntryState } from "../nvme/snapshot.ts";

/** Styles by name, which do nothing where colours are not wanted. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** How a state is drawn. */
export interface Look {
  readonly mark: string;
  readonly word: string;
  readonly color: "dim" | "yellow" | "red" | "blue" | "green" | "magenta";
  readonly meaning: string;
}

export const submissionLooks: Readonly<Record<SubmissionEntryState, Look>> = {
  free: { mark: "·", word: "free", color: "dim", meaning: "the host may write a command here" },
  posted: {
    mark: "○",
    word: "posted",
    color: "yellow",
    meaning: "written by the host, not rung: the controller does not know",
  },
  rung: {
    mark: "●",
    word: "rung",
    color: "red",
    meaning: "the controller's: it may read the entry at any time",
  },
  read: {
    mark: "◐",
    word: "at work",
    color: "blue",
    meaning: "SQHD has passed it: read by the controller, at work",
  },
  completed: {
    mark: "◉",
    word: "completed",
    color: "green",
    meaning: "its completion is there; the host has not looked",
  },
};

export const completionLooks: Readonly<Record<CompletionEntryState, Look>> = {
  free: { mark: "·", word: "free", color: "dim", meaning: "the controller may write a completion" },
  new: {
    mark: "●",
    word: "new",
    color: "green",
    meaning: "its phase is this lap's: the host may take it",
  },
  reaped: {
    mark: "○",
    word: "reaped",
    color: "yellow",
    meaning: "taken; the host's until its head doorbell is rung",
  },
  overwritten: {
    mark: "✗",
    word: "overwritten",
    color: "magenta",
    meaning: "its phase changed before the host gave it back",
  },
};

/** Letters beside an entry, for where the ring's numbers point. */
export const pointers = {
  H: { sq: "head: SQHD, as completions told it", cq: "head: the host looks here next" },
  D: { sq: "doorbell: the tail as it was rung", cq: "doorbell: the head as it was rung" },
  T: { sq: "tail: the host posts here next", cq: "" },
} as const;
