// A diff as JSON. Names are those of the result documents and of docs/diff.md.
import type { Diff, FigureDiff, SideWarning } from "../analysis/diff.ts";
import type { Confounding } from "../analysis/diff-confounded.ts";
import type { Judgement } from "../analysis/diff-judge.ts";
import type { Side } from "../analysis/diff-sides.ts";
import { SEED } from "../analysis/diff-values.ts";
import { formatGate } from "../analysis/gate.ts";
import { version } from "../ground/package.ts";
import { warningText } from "../results/warnings.ts";
import { RESAMPLES } from "../statistics/bootstrap.ts";
import { VERDICT_LEVEL } from "../statistics/sign-flip.ts";
import { confoundingText } from "./diff-confounded.ts";
import type { Doubt } from "./gate-words.ts";

/** Raised when a key changes its meaning or goes away; new keys do not raise it. */
const SCHEMA = 1;

export type DiffDocument = ReturnType<typeof diffDocument>;

/** Everything about a diff, fit for JSON. `doubts` are warnings that fail. */
export function diffDocument(
  diff: Diff,
  judgements: readonly Judgement[] = [],
  doubts: readonly Doubt[] = [],
) {
  const { a, b, subject, observations, differences, unmatched, figures, warnings } = diff;
  const { onBothSides } = diff;
  return {
    schema: SCHEMA,
    kind: "diff",
    version,
    a: sideEntry(a),
    b: sideEntry(b),
    subject,
    observations,
    method: methods[observations.of],
    differences,
    unmatched,
    onBothSides,
    figures: figures.map(figureEntry),
    failIf: judgements.map(judgementEntry),
    /** Kinds of warnings that failed because it was strict. */
    strict: doubts.map(({ kind }) => kind),
    warnings: [...warnings.map(warningEntry), ...diff.confounded.map(confoundingEntry(diff))],
  };
}

const common = {
  confidence: 0.95,
  resamples: RESAMPLES,
  level: VERDICT_LEVEL,
  seed: SEED,
} as const;
const sets = {
  interval: "symmetric bootstrap-t, each side resampled by itself",
  verdict: "exchange of the observations, step-down maximum over all figures",
  ...common,
} as const;

const methods = {
  results: sets,
  rounds: sets,
  "paired rounds": {
    interval: "symmetric bootstrap-t over rounds",
    verdict: "sign flips of rounds, step-down maximum over all figures",
    ...common,
  },
  intervals: {
    interval: "symmetric bootstrap-t over moving blocks of intervals",
    verdict: "the same resamples, step-down maximum over all figures",
    ...common,
  },
} as const;

function sideEntry({ name, results, chosen, skipped }: Side) {
  return {
    name,
    chosen,
    results: results.map(({ file, measurement }) => {
      const { kind, startedMs, version: madeBy, argv, host, devices, workload } = measurement;
      const [device] = devices;
      // JSON has no integers of 64 bits.
      const options = { ...workload, seed: workload.seed.toString() };
      return { file, kind, startedMs, version: madeBy, argv, host, device, workload: options };
    }),
    skipped,
  };
}

function figureEntry(diff: FigureDiff) {
  const { group, figure, a, b, difference, ratio, ci95, verdict, effect } = diff;
  const { noInterval, noRatioInterval, tooFewIos } = diff;
  return {
    ...group,
    metric: figure.metric,
    a,
    b,
    difference,
    ratio,
    ci95,
    verdict,
    effect,
    noInterval,
    noRatioInterval,
    tooFewIos,
  };
}

function judgementEntry({ gate, diff, outcome, change, interval, value }: Judgement) {
  const { group, figure } = diff;
  return {
    condition: formatGate(gate),
    ...group,
    metric: figure.metric,
    outcome,
    change,
    interval,
    value,
  };
}

/** A doubt about the comparison is one about all that is compared. */
function confoundingEntry({ a, b }: Diff) {
  const results = a.results.length + b.results.length;
  return (found: Confounding) => {
    return { sides: ["a", "b"], results, ...found, text: confoundingText(found) };
  };
}

function warningEntry({ sides, warning, results }: SideWarning) {
  return { sides, results, ...warning, text: warningText(warning) };
}
