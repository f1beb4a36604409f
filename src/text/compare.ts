// The report on the terminal after a comparison, for 80 columns: the modes side by side, then what can be
// said about each pair, then what casts doubt on it.
import { type Analysis, analyse } from "../analysis/compare-analysis.ts";
import { driftMetrics } from "../analysis/compare-metrics.ts";
import { median } from "../analysis/totals.ts";
import { formatNs } from "../ground/units.ts";
import { groupsOf } from "../measurement/groups.ts";
import type { Measurement } from "../measurement/measurement.ts";
import { isWhole } from "../measurement/shortfall.ts";
import type { Workload } from "../measurement/workload.ts";
import { wrap } from "./columns.ts";
import {
  drainedLines,
  headerLines,
  hostLines,
  joinSections,
  type Lines,
  linesFor,
  partialLines,
  savedLines,
  type ViewOptions,
  warningLines,
} from "./compare-frame.ts";
import { pairSections } from "./compare-sentences.ts";
import { cpuRows, interruptRows, latencyRows, rateRows } from "./compare-tables.ts";
import { faultLines } from "./fault-lines.ts";
import { sharedVectorLines } from "./shared-vectors.ts";
import { depthText, roundsText, workloadsOf } from "./workload-parts.ts";

/** The report as text, lines ended. */
export function comparisonReport(measurement: Measurement, options: ViewOptions = {}): string {
  const { saved = [] } = options;
  const lines = linesFor(options);
  const analysis = analyse(measurement);
  const { modes, pairs, warnings } = analysis;
  const workloads = workloadsOf(measurement);
  return joinSections([
    partialLines(warnings, lines),
    [
      ...headerLines(measurement, workloads, runParts(measurement, workloads), lines),
      ...modeLines(measurement, lines),
    ],
    rateRows(modes, lines),
    latencyRows(modes, lines),
    cpuRows(modes, lines),
    interruptRows(modes, lines),
    sharedVectorLines(groupsOf(measurement), lines),
    drainedLines(groupsOf(measurement), lines),
    ...pairSections(pairs, lines),
    driftLines(analysis, lines),
    hostLines(measurement, lines),
    faultLines(groupsOf(measurement), lines),
    warningLines(warnings, lines),
    savedLines(saved, lines),
  ]);
}

function runParts(measurement: Measurement, workloads: readonly Workload[]): string[] {
  const { blocks } = measurement;
  const whole = blocks.filter((block) => isWhole(workloads[block.workload]!.runtimeMs, block));
  // where all were cut short, as long as they were to be
  const lengthsNs =
    whole.length > 0
      ? whole.map(({ elapsedNs }) => elapsedNs)
      : workloads.map(({ runtimeMs }) => runtimeMs * 1e6);
  const typicalNs = median(lengthsNs);
  return [
    depthText(workloads),
    `${roundsText(measurement)}, interleaved`,
    ...(blocks.length > 0 ? [`blocks of ${formatNs(typicalNs)}`] : []),
  ];
}

/** What each name stands for, where that is more than the name. */
function modeLines({ workloads }: Measurement, { colors, columns }: Lines): string[] {
  const parts = workloads
    .filter(({ name, options }) => options !== "" && options !== name)
    .map(({ name, options }) => `${name}: ${options}`);
  return wrap({ text: "modes", style: colors.dim }, parts, "  ", columns);
}

/** One line for each metric: how it changed over the rounds, clear changes set off. */
function driftLines({ modes, drift }: Analysis, { colors, columns }: Lines): string[] {
  return driftMetrics.flatMap(({ metric, title }) => {
    const parts = modes.flatMap(({ name }) => {
      const found = drift.find((entry) => entry.mode === name && entry.metric === metric);
      if (!found || found.relative === null) return [];
      return `${name} ${percent(found.relative)}${found.clear ? " (clear)" : ""}`;
    });
    const text = parts.length > 0 ? [`${title} over the rounds:`, ...parts] : [];
    return wrap({ text: "drift", style: colors.dim }, text, "  ", columns);
  });
}

function percent(share: number): string {
  const text = `${(share * 100).toFixed(1)}%`;
  if (Number.parseFloat(text) === 0) return "0.0%";
  return share > 0 ? `+${text}` : text;
}
