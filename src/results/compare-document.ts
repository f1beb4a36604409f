// The result document of a comparison. Names are those of docs/comparing.md.

import { analyse } from "../analysis/compare-analysis.ts";
import type { MeasuredBlock } from "../analysis/compare-modes.ts";
import { SEED } from "../analysis/compare-pairs.ts";
import { encodeCounts } from "../analysis/histogram.ts";
import type { ComparisonMeasurement } from "../run/comparison.ts";
import { RESAMPLES } from "../statistics/bootstrap.ts";
import { VERDICT_LEVEL } from "../statistics/sign-flip.ts";
import { warningText } from "./warnings.ts";

/** Raised when a key changes its meaning or goes away; new keys do not raise it. */
const SCHEMA = 1;

export type ComparisonDocument = ReturnType<typeof comparisonDocument>;

/** Everything about a comparison, fit for JSON. */
export function comparisonDocument(measurement: ComparisonMeasurement) {
  const { modes, pairs, drift, warnings } = analyse(measurement);
  return {
    schema: SCHEMA,
    conditions: conditionsOf(measurement),
    modes: Object.fromEntries(
      modes.map(({ name, figures, blocks }) => [
        name,
        { ...figures, blocks: blocks.map(blockEntry) },
      ]),
    ),
    pairs: pairs.flatMap(({ comparisons }) => comparisons),
    drift,
    warnings: warnings.map((warning) => ({ ...warning, text: warningText(warning) })),
  };
}

function conditionsOf(measurement: ComparisonMeasurement) {
  const { version, argv, startedMs, interrupted, host, device, workload } = measurement;
  return {
    version,
    argv,
    startedMs,
    interrupted,
    host,
    device,
    // JSON has no integers of 64 bits.
    workload: { ...workload, seed: workload.seed.toString() },
    modes: measurement.modes,
    rounds: measurement.rounds,
    method: {
      interval: "symmetric bootstrap-t over rounds",
      confidence: 0.95,
      resamples: RESAMPLES,
      verdict: "sign flips of rounds, step-down maximum over all metrics of a pair",
      level: VERDICT_LEVEL,
      seed: SEED,
    },
  };
}

function blockEntry({ block, figures, isWhole }: MeasuredBlock) {
  const { round, position, startedMs, elapsedNs, completed, failed, latency } = block;
  const { total, minNs, maxNs, sumNs } = latency;
  return {
    round,
    position,
    startedMs,
    elapsedNs,
    completed,
    failed,
    isWhole,
    ...figures,
    latency: { total, minNs, maxNs, sumNs, hdrHistogramV2: encodeCounts(latency) },
  };
}
