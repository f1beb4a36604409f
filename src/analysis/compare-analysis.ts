// What a comparison shows: each mode's figures, each pair's differences, drift, doubts. The document and the
// terminal view are two renderings of this.

import type { Direction, Measurement, Warning } from "../measurement/measurement.ts";
import { workSum } from "../measurement/work.ts";
import { worstFirst } from "../measurement/worst-first.ts";
import { type Drift, driftsOf, driftWarnings } from "./compare-drift.ts";
import { type MeasuredMode, measuredModes } from "./compare-modes.ts";
import { type Pair, pairsOf } from "./compare-pairs.ts";

export interface Analysis {
  readonly modes: readonly MeasuredMode[];
  readonly pairs: readonly Pair[];
  readonly drift: readonly Drift[];
  /** The measurement's own and what the comparison adds. */
  readonly warnings: readonly Warning[];
}

/** Everything that can be said about the blocks; with `direction`, about its latencies. */
export function analyse(measurement: Measurement, direction?: Direction): Analysis {
  const modes = measuredModes(measurement, direction);
  const pairs = pairsOf(modes);
  const drift = modes.flatMap(driftsOf);
  const added = [...interruptWarnings(measurement), ...driftWarnings(pairs, drift)];
  return { modes, pairs, drift, warnings: worstFirst([...measurement.warnings, ...added]) };
}

/** For a runner that does not look at its blocks itself. */
function interruptWarnings({ blocks, warnings }: Measurement): Warning[] {
  const { waits } = workSum(blocks.map(({ work }) => work));
  const counted = [
    { kind: "lost-interrupts", count: waits.lost },
    { kind: "spurious-interrupts", count: waits.spurious },
  ] as const;
  const known = new Set<string>(warnings.map(({ kind }) => kind));
  if (known.has("interrupts-unclear")) return [];
  return counted.filter(({ kind, count }) => count > 0 && !known.has(kind));
}
