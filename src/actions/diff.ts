// phasebit diff: two saved results, or two sets of them, figure by figure.
import { type Diff, diffSides } from "../analysis/diff.ts";
import { parseGate } from "../analysis/diff-gate.ts";
import { type Judgement, judge } from "../analysis/diff-judge.ts";
import { usage } from "../ground/errors.ts";
import { saveText } from "../results/files.ts";
import { jsonText } from "../results/save.ts";
import { diffReport } from "../text/diff.ts";
import { diffDocument } from "../text/diff-document.ts";
import { diffVerdicts } from "../text/diff-judgements.ts";
import { diffMarkdown } from "../text/diff-markdown.ts";
import type { Doubt } from "../text/gate-words.ts";
import { asideText, type Verdict } from "../text/verdicts.ts";
import { SideReader } from "./diff-sides.ts";
import { type GateFlags, gatedExitCode, gatesOf } from "./gates.ts";
import {
  type FileKind,
  isStdout,
  kindByHead,
  kindByKeys,
  type OutputFileFlags,
  requireForceHasEffect,
  requireOther,
  requireOutput,
} from "./output-file.ts";

/** What the command line said. */
export interface DiffFlags extends GateFlags, OutputFileFlags {
  readonly a?: readonly string[];
  readonly b?: readonly string[];
  readonly despiteDifferences?: boolean;
  readonly outputFormat: "normal" | "json" | "markdown";
}

/** What tells each format's files from others. */
const kinds: Readonly<Record<DiffFlags["outputFormat"], FileKind>> = {
  normal: kindByHead("diff of phasebit", (head) => /^a {7}\S.*\nb {7}\S/m.test(head)),
  json: kindByKeys("diff of phasebit", ({ kind }) => kind === "diff"),
  markdown: kindByHead("diff of phasebit", (head) => head.startsWith("### phasebit diff\n")),
};

/** Reads both sides, compares, prints, and judges the conditions. */
export function diff(a: string | undefined, b: string | undefined, flags: DiffFlags): void {
  requireForceHasEffect(flags);
  const names = sideNames(a, b, flags);
  const gates = gatesOf(flags, parseGate);
  const file = isStdout(flags.output) ? undefined : flags.output;
  const reader = new SideReader();
  const sides = [reader.read(names.a), reader.read(names.b)] as const;
  if (file !== undefined) {
    requireOther(
      file,
      sides.flatMap((side) => side.results.map((result) => result.file)),
    );
    requireOutput([file], kinds[flags.outputFormat], flags);
  }
  const found = diffSides(...sides, flags.despiteDifferences);
  const judgements = judge(found, gates, flags.strict);
  const doubts = flags.strict ? doubtsAbout(found) : [];
  const verdicts = diffVerdicts(found, judgements, doubts);
  process.exitCode = gatedExitCode(verdicts);
  const text = rendered(found, judgements, doubts, flags.outputFormat);
  if (file === undefined) process.stdout.write(text);
  else saveWith(file, text, verdicts);
}

function sideNames(a: string | undefined, b: string | undefined, flags: DiffFlags) {
  const [setA, setB] = [flags.a ?? [], flags.b ?? []];
  if (a !== undefined && b !== undefined && setA.length + setB.length === 0) {
    return { a: [a], b: [b] };
  }
  if (a === undefined && setA.length > 0 && setB.length > 0) return { a: setA, b: setB };
  throw usage(
    "diff: name two sides, as in: phasebit diff before.json after.json, or " +
      "phasebit diff --a before-*.json --b after-*.json",
  );
}

function doubtsAbout({ confounded, warnings }: Diff): Doubt[] {
  return [...confounded, ...warnings.map(({ warning }) => warning)];
}

function rendered(
  found: Diff,
  judgements: readonly Judgement[],
  doubts: readonly Doubt[],
  format: DiffFlags["outputFormat"],
): string {
  if (format === "json") return jsonText(diffDocument(found, judgements, doubts));
  if (format === "markdown") return diffMarkdown(found, judgements, doubts);
  return diffReport(found, diffVerdicts(found, judgements, doubts));
}

/** Whoever reads the log of a pipeline sees why it failed, wherever the rest went. */
function saveWith(file: string, text: string, verdicts: readonly Verdict[]): void {
  saveText(file, text);
  process.stderr.write(asideText(verdicts));
}
