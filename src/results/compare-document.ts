// The result document of a comparison. Names are those of docs/comparing.md.
import { analyse } from "../analysis/compare-analysis.ts";
import type { MeasuredBlock } from "../analysis/compare-modes.ts";
import { SEED } from "../analysis/compare-pairs.ts";
import type { Measurement } from "../measurement/measurement.ts";
import { RESAMPLES } from "../statistics/bootstrap.ts";
import { VERDICT_LEVEL } from "../statistics/sign-flip.ts";
import { detailsOf } from "./details.ts";

export type ComparisonDocument = ReturnType<typeof comparisonDocument>;

/** Everything about a comparison, fit for JSON. */
export function comparisonDocument(measurement: Measurement) {
  const { modes, pairs, drift, warnings } = analyse(measurement);
  return {
    ...detailsOf(measurement, warnings),
    method: {
      interval: "symmetric bootstrap-t over rounds",
      confidence: 0.95,
      resamples: RESAMPLES,
      verdict: "sign flips of rounds, step-down maximum over all metrics of a pair",
      level: VERDICT_LEVEL,
      seed: SEED,
    },
    modes: Object.fromEntries(
      modes.map(({ name, figures, blocks }) => [
        name,
        { ...figures, blocks: blocks.map(blockFigures) },
      ]),
    ),
    pairs: pairs.flatMap(({ comparisons }) => comparisons),
    drift,
  };
}

function blockFigures({ block: { position }, figures, isWhole }: MeasuredBlock) {
  return { position, isWhole, ...figures };
}
