// Puts a result into files, under a name that nobody has yet.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { directionsOf, latenciesOf, workloadName } from "../analysis/totals.ts";
import type { RunMeasurement } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import { RESULTS_FOLDER, saveText } from "./files.ts";
import { fioDocument } from "./fio.ts";
import { hgrm } from "./hgrm.ts";
import { type DocumentKind, requireValid } from "./validate.ts";

/**
 * Saves the result document, and the latencies of each direction as .hgrm beside it.
 * @returns the files, the document first.
 * @throws PhasebitError RESULTS when one could not be written whole.
 */
export function saveRun(run: RunMeasurement, output?: string): string[] {
  const document = output ?? freeName(run.startedMs, workloadName(run.workload));
  const stem = document.replace(/\.json$/, "");
  const measured = directionsOf(run.workload)
    .map((direction) => ({ direction, latencies: latenciesOf(run, direction) }))
    .filter(({ latencies }) => latencies.total > 0);
  const distributions = measured.map(({ direction, latencies }) => ({
    file: measured.length > 1 ? `${stem}.${direction}.hgrm` : `${stem}.hgrm`,
    text: hgrm(latencies),
  }));
  const content = fioDocument(run);
  const files = [{ file: document, text: jsonText(content) }, ...distributions];
  for (const { file, text } of files) saveText(file, text);
  requireValid("run", content, document);
  return files.map(({ file }) => file);
}

/**
 * Saves the document of a comparison or a sweep, whose file's name begins with `kind`.
 * @returns the file.
 * @throws PhasebitError RESULTS when it could not be written whole.
 */
export function saveDocument(
  document: object,
  { kind, startedMs, workload }: { kind: DocumentKind; startedMs: number; workload: Workload },
  output?: string,
): string {
  const file = output ?? freeName(startedMs, `${kind}-${workloadName(workload)}`);
  saveText(file, jsonText(document));
  requireValid(kind, document, file);
  return file;
}

/** The result document of a run as JSON. */
export function documentText(run: RunMeasurement): string {
  return jsonText(fioDocument(run));
}

/** A document as JSON, a line for each list of numbers. */
export function jsonText(document: object): string {
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
