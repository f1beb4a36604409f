// `--fail-if` and `--strict` of what measures: checked before, judged afterwards.
import { analyse } from "../analysis/compare-analysis.ts";
import { type Gate, quotedGate } from "../analysis/gate.ts";
import { parseMeasuredGate } from "../analysis/measured-gate.ts";
import { judgeMeasured, type Planned, requireMeasured } from "../analysis/measured-judge.ts";
import { exitCodes, usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import type { Parsed } from "../ground/units.ts";
import type { Measurement, Warning } from "../measurement/measurement.ts";
import { doubtVerdicts, measuredEntry, measuredJudgementText } from "../text/gate-words.ts";
import type { Verdict } from "../text/verdicts.ts";

export interface GateFlags {
  readonly failIf?: readonly string[];
  readonly strict?: boolean;
}

/** The conditions on a command line. @throws PhasebitError USAGE */
export function gatesOf(
  { failIf = [], strict = false }: GateFlags,
  parse: (text: string) => Parsed<Gate>,
): Gate[] {
  if (strict && failIf.length === 0) {
    throw usage("--strict: there is no --fail-if to be strict about");
  }
  return failIf.map((text) => {
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    throw usage(`--fail-if ${quotedGate(text)}: ${parsed.why}`);
  });
}

/**
 * Judges what was measured; made before it is measured.
 * @throws PhasebitError USAGE for what is no condition, or one about what will not be measured.
 */
export function measuredGates(
  flags: GateFlags,
  planned: readonly Planned[],
): (measurement: Measurement) => Verdict[] {
  const gates = gatesOf(flags, parseMeasuredGate);
  requireMeasured(gates, planned);
  return (measurement) => [
    ...judgeMeasured(measurement, gates, planned).map((judgement) => {
      const { outcome } = judgement;
      const entry = measuredEntry(judgement);
      return { outcome, text: safeString(measuredJudgementText(judgement)), entry };
    }),
    ...(flags.strict ? doubtVerdicts(warningsOf(measurement)) : []),
  ];
}

function warningsOf(measurement: Measurement): readonly Warning[] {
  return measurement.rounds === null ? measurement.warnings : analyse(measurement).warnings;
}

/**
 * The exit code: what failed for certain is told, whatever else could not be judged.
 * @param otherwise what it is without conditions.
 */
export function gatedExitCode(verdicts: readonly Verdict[], otherwise = 0): number {
  const has = (wanted: Verdict["outcome"]): boolean =>
    verdicts.some(({ outcome }) => outcome === wanted);
  if (has("failed")) return exitCodes.THRESHOLD;
  if (otherwise !== 0) return otherwise;
  return has("not judged") ? exitCodes.NOT_JUDGED : 0;
}
