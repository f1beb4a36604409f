// The result document of a comparison. Names are those of docs/comparing.md.

import { analyse } from "../analysis/compare-analysis.ts";
import type { MeasuredBlock } from "../analysis/compare-modes.ts";
import { SEED } from "../analysis/compare-pairs.ts";
import type { ComparisonMeasurement } from "../run/comparison.ts";
import { RESAMPLES } from "../statistics/bootstrap.ts";
import { VERDICT_LEVEL } from "../statistics/sign-flip.ts";
import { savedWorkload } from "./saved-workload.ts";
import { SCHEMA } from "./schema-version.ts";
import { warningText } from "./warnings.ts";

export type ComparisonDocument = ReturnType<typeof comparisonDocument>;

/** Everything about a comparison, fit for JSON. */
export function comparisonDocument(measurement: ComparisonMeasurement) {
  const { modes, pairs, drift, warnings } = analyse(measurement);
  return {
    schema: SCHEMA,
    kind: "compare",
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
  const { version, argv, startedMs, interrupted, merged, host, device, workload } = measurement;
  return {
    version,
    argv,
    startedMs,
    interrupted,
    merged,
    host,
    device,
    workload: savedWorkload(workload),
    modes: measurement.modes.map((mode) => ({ ...mode, workload: savedWorkload(mode.workload) })),
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
  const { mode: _mode, latency: _latency, latencies, ...counted } = block;
  return { isWhole, ...figures, ...counted, latencies };
}
