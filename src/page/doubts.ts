// What casts doubt on results: which comes first, and how much of it is seen and how much advice.
import type { ResultData } from "../html/report-data.ts";

export interface Doubt {
  /** Whose it is, where there are several. */
  readonly file: string | null;
  readonly text: string;
}

/** All of the results, each once: findings of any of them before what only makes figures uncertain. */
export function doubtsOf(results: readonly ResultData[]): Doubt[] {
  const all = results.flatMap(({ file, warnings, findings }) =>
    warnings.map((text, index) => ({ file, text, isFinding: index < findings })),
  );
  const files = new Map<string, Set<string>>();
  for (const { file, text } of all.toSorted((a, b) => +b.isFinding - +a.isFinding)) {
    files.set(text, (files.get(text) ?? new Set()).add(file));
  }
  return [...files].map(([text, those]) => {
    return { file: results.length > 1 ? [...those].join(", ") : null, text };
  });
}

/** The first clause, with what it has in brackets. */
export function seenIn(text: string): string {
  return /^(?:\([^)]*\)|[^(])*?[.:](?= )/.exec(text)?.[0] ?? text;
}
