// The blocks of a comparison by mode, with their figures.
import { strict as assert } from "node:assert";
import { groupsOf } from "../measurement/groups.ts";
import { latencyIn } from "../measurement/latency-counts.ts";
import type { Direction, Measurement, Setting } from "../measurement/measurement.ts";
import { median } from "../statistics/summary.ts";
import { type Counted, figuresOf, type ModeFigures } from "./compare-figures.ts";

export interface MeasuredBlock extends Counted {
  readonly figures: ModeFigures;
  /** Cut short blocks, and those without I/O, count in the mode's figures but in no comparison. */
  readonly isWhole: boolean;
}

export interface MeasuredMode extends Setting {
  /** Over all blocks. */
  readonly figures: ModeFigures;
  readonly blocks: readonly MeasuredBlock[];
}

/** A block that was interrupted is shorter than half of the others. */
const WHOLE = 0.5;

/**
 * The modes in the order they were asked for. With `direction`, as if only its latencies had been measured; CPU time
 * and interrupts are not told apart and still count the I/Os of both.
 */
export function measuredModes(measurement: Measurement, direction?: Direction): MeasuredMode[] {
  const { workloads, blocks } = measurement;
  assert.equal(new Set(workloads.map(({ name }) => name)).size, workloads.length, "names of modes");
  const typicalNs = median(blocks.map(({ elapsedNs }) => elapsedNs));
  return groupsOf(measurement).map((group) => {
    const counted = group.blocks.map((block): Counted => {
      return { block, latency: latencyIn(block.latencies, direction) };
    });
    const measured = counted.map((one) => ({
      ...one,
      figures: figuresOf([one]),
      isWhole: one.latency.total > 0 && one.block.elapsedNs >= WHOLE * typicalNs,
    }));
    return { ...group.setting, figures: figuresOf(counted), blocks: measured };
  });
}
