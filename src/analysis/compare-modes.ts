// The blocks of a comparison by mode, with their figures.
import { strict as assert } from "node:assert";
import type { ComparedMode, ComparisonBlock, ComparisonMeasurement } from "../run/comparison.ts";
import { median } from "../statistics/summary.ts";
import { figuresOf, type ModeFigures } from "./compare-figures.ts";

export interface MeasuredBlock {
  readonly block: ComparisonBlock;
  readonly figures: ModeFigures;
  /** Cut short blocks, and those without I/O, count in the mode's figures but in no comparison. */
  readonly isWhole: boolean;
}

export interface MeasuredMode extends ComparedMode {
  /** Over all blocks. */
  readonly figures: ModeFigures;
  readonly blocks: readonly MeasuredBlock[];
}

/** A block that was interrupted is shorter than half of the others. */
const WHOLE = 0.5;

/** The modes in the order they were asked for. */
export function measuredModes({ modes, blocks }: ComparisonMeasurement): MeasuredMode[] {
  assert.equal(new Set(modes.map(({ name }) => name)).size, modes.length, "names of modes");
  const typicalNs = median(blocks.map(({ elapsedNs }) => elapsedNs));
  return modes.map((mode) => {
    const { name } = mode;
    const own = blocks.filter((block) => block.mode === name);
    const measured = own.map((block) => ({
      block,
      figures: figuresOf([block]),
      isWhole: block.latency.total > 0 && block.elapsedNs >= WHOLE * typicalNs,
    }));
    return { ...mode, figures: figuresOf(own), blocks: measured };
  });
}
