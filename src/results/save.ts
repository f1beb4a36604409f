// Puts a result into files, under a name that nobody has yet.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { hgrm } from "../analysis/histogram.ts";
import { withFractions } from "../fio/fractions.ts";
import { distributionsOf, groupsOf } from "../measurement/groups.ts";
import type { Measurement } from "../measurement/measurement.ts";
import { workloadName } from "../measurement/workload-names.ts";
import { documentOf } from "./document.ts";
import { RESULTS_FOLDER, saveText } from "./files.ts";
import { requireValid } from "./validate.ts";

/** A measurement as JSON, which is made once however often it is wanted. */
export class SavedResult {
  readonly #measurement: Measurement;
  readonly #document: object;
  readonly text: string;

  /** @param judged what became of the conditions in --fail-if; without any, nothing is said of them. */
  constructor(measurement: Measurement, judged: readonly JudgedCondition[] = []) {
    this.#measurement = measurement;
    this.#document = withConditions(documentOf(measurement), judged);
    this.text = jsonText(this.#document);
  }

  /**
   * Saves the document, and of a run the latencies of each direction as .hgrm beside it.
   * @returns the files, the document first.
   * @throws PhasebitError RESULTS when one could not be written whole.
   */
  save(output?: string): string[] {
    const { kind } = this.#measurement;
    const file = output ?? this.#freeName();
    const files = [{ file, text: this.text }, ...(kind === "run" ? this.#distributions(file) : [])];
    for (const { file: name, text } of files) saveText(name, text);
    requireValid(kind, this.#document, file);
    return files.map(({ file: name }) => name);
  }

  #distributions(document: string) {
    const stem = document.replace(/\.json$/, "");
    const distributions = distributionsOf(groupsOf(this.#measurement));
    return distributions.map(({ op, latency }) => ({
      file: distributions.length > 1 ? `${stem}.${op}.hgrm` : `${stem}.hgrm`,
      text: hgrm(latency),
    }));
  }

  #freeName(): string {
    const { kind, startedMs, workload } = this.#measurement;
    const name = workloadName(workload);
    return freeName(startedMs, kind === "run" ? name : `${kind}-${name}`);
  }
}

/** A condition in --fail-if as it stands in the document. */
export interface JudgedCondition {
  /** "p99 > 200us" */
  readonly condition: string;
  /** "poll.read" */
  readonly group: string;
  readonly outcome: string;
  /** Of the figure, in ns or as a number. */
  readonly value: number | null;
}

/** They stand beside the figures, of a run under "phasebit". */
function withConditions(document: object, judged: readonly JudgedCondition[]): object {
  if (judged.length === 0) return document;
  if (!("phasebit" in document)) return { ...document, failIf: judged };
  return { ...document, phasebit: { ...(document.phasebit as object), failIf: judged } };
}

/** A document as JSON, a line for each list of numbers; fio's tree has its fractions as fio writes them. */
export function jsonText(document: object): string {
  const text = plainText(document);
  if (!("fio version" in document)) return text;
  const own = text.indexOf('\n  "phasebit": {');
  return own < 0 ? withFractions(text) : withFractions(text.slice(0, own)) + text.slice(own);
}

function plainText(document: object): string {
  const lines = JSON.stringify(document, null, 2);
  // Line ends in strings are escaped, so what spans lines is a list of numbers and nothing else.
  const lists = lines.replace(/\[\n\s+(-?[0-9][0-9eE.+,\s-]*?)\n\s*\]/g, (_, numbers: string) => {
    return `[${numbers.replace(/\s+/g, "")}]`;
  });
  return `${lists}\n`;
}

/** "results/20261122T091405Z-randread-4k-qd1x1.json"; a number is added when there is one already. */
function freeName(startedMs: number, label: string): string {
  const second = new Date(startedMs).toISOString().replace(/\.[0-9]+Z$|[-:]/g, "");
  const stem = join(RESULTS_FOLDER, `${second}Z-${label}`);
  for (let number = 2, name = stem; ; number++) {
    if (!existsSync(`${name}.json`)) return `${name}.json`;
    name = `${stem}-${number}`;
  }
}
