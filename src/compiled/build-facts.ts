// What was built, and with what: recorded when it was built, so that a report of a fault can say so. No date, no
// host: the same tree and tools give the same facts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../ground/package.ts";

export const BUILD_FACTS_FILE = join(packageRoot, "build", "facts.json");

export interface BuildFacts {
  /** null: what was built was no checkout, as when it came in an archive. */
  readonly commit: string | null;
  /** The checkout differed from its commit. */
  readonly isModified: boolean;
  /** Versions of the tools by their names. The addon's compiler is what the addon says of itself. */
  readonly tools: Readonly<Record<string, string>>;
}

/** null when they were not recorded, cannot be read, or are no such facts. */
export function readBuildFacts(): BuildFacts | null {
  try {
    const facts: unknown = JSON.parse(readFileSync(BUILD_FACTS_FILE, "utf8"));
    return isFacts(facts) ? facts : null;
  } catch {
    return null;
  }
}

function isFacts(value: unknown): value is BuildFacts {
  if (typeof value !== "object" || value === null) return false;
  const { commit, isModified, tools } = value as Partial<Record<keyof BuildFacts, unknown>>;
  return (
    (commit === null || typeof commit === "string") &&
    typeof isModified === "boolean" &&
    typeof tools === "object" &&
    tools !== null &&
    Object.values(tools).every((version) => typeof version === "string")
  );
}
