// What may have made a difference beside what is compared, in words.
import type { Confounding } from "../analysis/diff-confounded.ts";

/** One sentence. */
export function confoundingText(found: Confounding): string {
  if (found.kind === "conditions-confounded") {
    return `a and b differ in ${listed(found.names)} throughout: that may have made the difference`;
  }
  const [older, newer] = found.first === "a" ? ["a", "b"] : ["b", "a"];
  const made = found.isWhole
    ? `all of ${older} was measured before all of ${newer}`
    : `most of ${older} was measured before ${newer}`;
  return `${made}: what drifted meanwhile counts as a difference; measure in turns`;
}

/** "host, kernel and CPU". */
function listed(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
