// The sides of a diff as they are named: files, folders of results, and FILE#NAME for one mode of a comparison
// or one point of a sweep.
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { choicesOf, type Side } from "../analysis/diff-sides.ts";
import { isSystemError, PhasebitError, usage } from "../ground/errors.ts";
import { nearest, safeString } from "../ground/strings.ts";
import { requireDistinct } from "../results/merge-about.ts";
import type { Result } from "../results/read.ts";
import { readResult } from "../results/read.ts";
import { among } from "./results-among.ts";

/** What one name stands for. */
interface Named {
  readonly results: readonly Result[];
  readonly chosen: string | null;
  readonly skipped: readonly string[];
}

/** Reads sides; a file that both have is read once, so that it is known to be the same. */
export class SideReader {
  readonly #read = new Map<string, Result>();

  /**
   * The side that these names stand for.
   * @throws PhasebitError USAGE for what is no result, and for results of which no two can be told apart.
   */
  read(names: readonly string[]): Side {
    const { found: all, others } = among(names, (name) => this.#named(name));
    const results = all.flatMap((named) => named.results);
    const chosen = oneChoice(all, names);
    requireDistinct(results);
    return {
      name: names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")}, …`,
      results,
      chosen,
      skipped: [...others, ...all.flatMap(({ skipped }) => skipped)],
    };
  }

  #named(name: string): Named {
    if (name === "") throw usage('diff "": names no file; give a result, or a folder of results');
    if (existsSync(name)) {
      if (statSync(name).isDirectory()) return this.#folder(name);
      return { results: [this.#result(name)], chosen: null, skipped: [] };
    }
    const split = choiceIn(name);
    if (split === null) return { results: [readResult(name)], chosen: null, skipped: [] };
    const result = this.#result(split.file);
    requireChoice(result, split.chosen);
    return { results: [result], chosen: split.chosen, skipped: [] };
  }

  #result(file: string): Result {
    const path = realpathSync(file);
    const known = this.#read.get(path) ?? readResult(file);
    this.#read.set(path, known);
    return known;
  }

  /** All results in a folder; what is none is told, for it may be one that broke. */
  #folder(folder: string): Named {
    const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
    const results: Result[] = [];
    const skipped: string[] = [];
    for (const file of files.sort()) {
      try {
        results.push(this.#result(join(folder, file)));
      } catch (error) {
        skipped.push(skippedText(join(folder, file), error));
      }
    }
    if (results.length > 0) return { results, chosen: null, skipped };
    const why = skipped.length > 0 ? `; the first file: ${skipped[0]}` : "";
    throw usage(`${safeString(folder)}: has no result of phasebit${why}`);
  }
}

/** Why a file is none of the results; throws what is a bug. */
function skippedText(file: string, error: unknown): string {
  if (error instanceof PhasebitError) return error.message;
  // A link to nowhere, a file that may not be read.
  if (isSystemError(error)) return safeString(`${file}: cannot be read: ${error.message}`);
  throw error;
}

/** "compare.json#poll" where compare.json is there; names of files and modes may have a "#" too. */
function choiceIn(name: string): { file: string; chosen: string } | null {
  for (let at = name.indexOf("#"); at >= 0; at = name.indexOf("#", at + 1)) {
    const file = name.slice(0, at);
    if (existsSync(file) && statSync(file).isFile()) return { file, chosen: name.slice(at + 1) };
  }
  return null;
}

function requireChoice(result: Result, chosen: string): void {
  const choices = choicesOf(result);
  if (choices.includes(chosen)) return;
  const named = `${safeString(result.file)}#${safeString(chosen)}`;
  if (choices.length === 0) {
    throw usage(`${named}: a run has no modes to choose from; name the file alone`);
  }
  const near = nearest(chosen, choices);
  const hint = near === undefined ? "" : `did you mean ${safeString(near)}? `;
  throw usage(`${named}: ${hint}it has ${choices.map(safeString).join(", ")}`);
}

function oneChoice(all: readonly Named[], names: readonly string[]): string | null {
  const choices = [...new Set(all.map(({ chosen }) => chosen))];
  if (choices.length === 1) return choices[0]!;
  throw usage(
    `${names.map(safeString).join(" ")}: one side must be one mode; choose the same in each file`,
  );
}
