// What doctor finds: each with what to do about it.

/** "problem": no run could start. "hint": one could, and would be worse for it. */
export type Level = "ok" | "hint" | "problem";

export interface Finding {
  /** What was looked at, in a word. */
  readonly about: string;
  readonly level: Level;
  readonly text: string;
  /** The command that mends it; null where none does. */
  readonly remedy: string | null;
}

export function ok(about: string, text: string): Finding {
  return { about, level: "ok", text, remedy: null };
}

export function hint(about: string, text: string, remedy: string | null = null): Finding {
  return { about, level: "hint", text, remedy };
}

export function problem(about: string, text: string, remedy: string | null = null): Finding {
  return { about, level: "problem", text, remedy };
}

/** Nothing is in the way. */
export function isReady(findings: readonly Finding[]): boolean {
  return findings.every(({ level }) => level !== "problem");
}
