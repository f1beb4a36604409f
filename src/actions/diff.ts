// phasebit diff: two saved results, or two sets of them, figure by figure.
import { type Diff, diffSides } from "../analysis/diff.ts";
import { type Gate, parseGate, quotedGate } from "../analysis/diff-gate.ts";
import { type Judgement, judge } from "../analysis/diff-judge.ts";
import { exitCodes, usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import { checkOutput, saveText } from "../results/files.ts";
import { jsonText } from "../results/save.ts";
import { diffReport } from "../text/diff.ts";
import { diffDocument } from "../text/diff-document.ts";
import { judgementText } from "../text/diff-judgements.ts";
import { diffMarkdown } from "../text/diff-markdown.ts";
import { SideReader } from "./diff-sides.ts";
import { requireOther } from "./other-file.ts";

/** What the command line said. */
export interface DiffFlags {
  readonly a?: readonly string[];
  readonly b?: readonly string[];
  readonly failIf?: readonly string[];
  readonly strict?: boolean;
  readonly despiteDifferences?: boolean;
  readonly outputFormat: "normal" | "json" | "markdown";
  readonly output?: string;
}

/** Reads both sides, compares, prints, and judges the conditions. */
export function diff(a: string | undefined, b: string | undefined, flags: DiffFlags): void {
  const names = sideNames(a, b, flags);
  const gates = (flags.failIf ?? []).map(gateOf);
  if (flags.strict && gates.length === 0)
    throw usage("--strict: there is no --fail-if to be strict about");
  const file = flags.output === "-" ? undefined : flags.output;
  if (file !== undefined) checkOutput(file);
  const reader = new SideReader();
  const sides = [reader.read(names.a), reader.read(names.b)] as const;
  if (file !== undefined)
    requireOther(
      file,
      sides.flatMap((side) => side.results.map((result) => result.file)),
    );
  const found = diffSides(...sides, flags.despiteDifferences);
  const judgements = judge(found, gates, flags.strict);
  process.exitCode = exitCodeOf(judgements);
  const text = rendered(found, judgements, flags.outputFormat);
  if (file === undefined) process.stdout.write(text);
  else saveWith(file, text, found, judgements);
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

function gateOf(text: string): Gate {
  const parsed = parseGate(text);
  if (parsed.ok) return parsed.value;
  throw usage(`--fail-if ${quotedGate(text)}: ${parsed.why}`);
}

function rendered(
  found: Diff,
  judgements: readonly Judgement[],
  format: DiffFlags["outputFormat"],
): string {
  if (format === "json") return jsonText(diffDocument(found, judgements));
  if (format === "markdown") return diffMarkdown(found, judgements);
  return diffReport(found, judgements);
}

/** Whoever reads the log of a pipeline sees why it failed, wherever the rest went. */
function saveWith(file: string, text: string, found: Diff, judgements: readonly Judgement[]): void {
  saveText(file, text);
  for (const judgement of judgements) {
    if (judgement.outcome !== "ok") {
      process.stderr.write(`phasebit: ${safeString(judgementText(judgement, found))}\n`);
    }
  }
}

/** What failed for certain is told, whatever else could not be judged. */
function exitCodeOf(judgements: readonly Judgement[]): number {
  const has = (outcome: Judgement["outcome"]): boolean =>
    judgements.some((judgement) => judgement.outcome === outcome);
  if (has("failed")) return exitCodes.THRESHOLD;
  return has("not judged") ? exitCodes.USAGE : 0;
}
