// phasebit report: saved results as one page.
import { resolve } from "node:path";
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import { reportHtml } from "../html/report.ts";
import { isPage } from "../html/template.ts";
import { saveText } from "../results/files.ts";
import { type Result, readResult } from "../results/read.ts";
import {
  isStdout,
  kindByHead,
  type OutputFileFlags,
  requireForceHasEffect,
  requireOutput,
} from "./output-file.ts";
import { among, tellLeftOut } from "./results-among.ts";

/** What the command line said. */
export interface ReportFlags extends OutputFileFlags {
  readonly title?: string;
}

const reportKind = kindByHead("report of phasebit", (head) => isPage(head, "report"));

/** Reads the results, at least one, and writes the report. */
export function report(files: readonly string[], flags: ReportFlags): void {
  requireForceHasEffect(flags);
  requireDifferent(files);
  const title = flags.title === undefined ? undefined : titleOf(flags.title);
  const results = resultsIn(files);
  const output = flags.output ?? `${results[0]!.file.replace(/\.json$/, "")}.html`;
  if (isStdout(output)) {
    process.stdout.write(reportHtml(results, title));
    return;
  }
  // beside its result lies what was made of it, and is made again
  requireOutput([output], reportKind, {
    ...flags,
    force: flags.force ?? flags.output === undefined,
  });
  const html = reportHtml(results, title);
  saveText(output, html);
  const size = `${Math.ceil(Buffer.byteLength(html) / 1024)}KiB`;
  const count = results.length === 1 ? "1 result" : `${results.length} results`;
  process.stderr.write(`${safeString(output)}  ${size}  ${count}\n`);
}

function resultsIn(files: readonly string[]): readonly Result[] {
  const { found, others } = among(files, readResult);
  tellLeftOut(others);
  return found;
}

function requireDifferent(files: readonly string[]): void {
  const paths = files.map((file) => resolve(file));
  const twice = files.find((_, index) => paths.indexOf(paths[index]!) !== index);
  if (twice !== undefined) throw usage(`${safeString(twice)}: is named twice; name it once`);
}

/** In any language, but without what moves or hides text. */
function titleOf(typed: string): string {
  const title = typed.replace(/\p{C}+/gu, " ").trim();
  if (title !== "") return title;
  throw usage('--title "": says nothing; leave it out, or give the report a heading');
}
