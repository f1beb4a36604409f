// Which doubts come first: what is missing, then what the device did, then what the host did.
import type { Warning } from "./warning.ts";

/** Findings about the device, or about what was done with it: exit code 5. */
export const FAULTS: readonly Warning["kind"][] = [
  "controller-fatal",
  "controller-reset",
  "device-gone",
  "io-errors",
  "ramp-errors",
  "rejected-completions",
  "flagged-successes",
  "wrong-sqhd",
  "timed-out",
  "commands-lost",
  "queue-not-deleted",
  "stopped-early",
  "not-closed",
  "not-shut-down",
  "not-disabled",
];

const GRAVE: readonly Warning["kind"][] = [
  ...FAULTS,
  "medium-lost",
  "commands-unfinished",
  "lost-interrupts",
  "spurious-interrupts",
  "interrupted",
];

/** Whether it says more than that figures are uncertain. */
export function isGrave({ kind }: Warning): boolean {
  return GRAVE.includes(kind);
}

/** The same doubts; what weighs the same keeps its order. */
export function worstFirst(warnings: readonly Warning[]): Warning[] {
  return warnings.toSorted((a, b) => weightOf(a) - weightOf(b));
}

/** The less, the earlier it is told. */
export function weightOf(warning: Warning): number {
  if (warning.kind === "partial") return 0;
  return isGrave(warning) ? 1 : 2;
}
