// Results that are named by a shell's `*`, which names what lies beside them too: among several files, what is no result is
// passed over and told. One that is named alone, and one that is damaged, is an error.
import { safeString } from "../ground/strings.ts";
import { NoResult } from "../results/read.ts";

/** What is among named files. */
export interface Among<T> {
  readonly found: readonly T[];
  /** Why each of the others is none. */
  readonly others: readonly string[];
}

/**
 * Reads each of `names` by `read`.
 * @throws what `read` throws, for what is no result only where nothing else was named
 */
export function among<T>(names: readonly string[], read: (name: string) => T): Among<T> {
  const found: T[] = [];
  const others: NoResult[] = [];
  for (const name of names) {
    try {
      found.push(read(name));
    } catch (error) {
      if (!(error instanceof NoResult)) throw error;
      others.push(error);
    }
  }
  if (found.length === 0 && others.length > 0) throw others[0]!;
  return { found, others: others.map(({ message }) => message) };
}

/** A line on stderr for each that was passed over. */
export function tellLeftOut(others: readonly string[]): void {
  for (const why of others) process.stderr.write(`phasebit: ${safeString(why)}; left out\n`);
}
