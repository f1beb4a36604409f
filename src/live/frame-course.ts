// The middle of the view: IOPS and latencies over time, one column for each sample.

import type { SampleEvent } from "./events.ts";
import { heatStrip } from "./heat-strip.ts";
import { type Line, piece } from "./line.ts";
import type { Look } from "./look.ts";
import { bars } from "./look.ts";
import type { View } from "./view.ts";

/** As the labels of the heat strip are. */
const LABEL_WIDTH = 8;
const LEAST_HEAT_ROWS = 3;
const MOST_HEAT_ROWS = 16;

const LEAST_ROWS = 1 + LEAST_HEAT_ROWS;

/** Lines that other parts leave for the course while they can. */
export const WANTED_COURSE = LEAST_ROWS + 1;

/** IOPS as bars above the heat strip, in at most `rows` lines; nothing where that is too few. */
export function courseLines(view: View, columns: number, rows: number, look: Look): Line[] {
  if (rows < LEAST_ROWS) return [];
  const samples = separated(view.history).slice(-(columns - LABEL_WIDTH));
  const heatRows = Math.min(MOST_HEAT_ROWS, rows - 1);
  const iops = samples.map((sample) => sample?.iops);
  const strip = heatStrip(
    samples.map((sample) => sample?.heat),
    heatRows,
    look,
  );
  return [[piece("IOPS".padEnd(LABEL_WIDTH), "dim"), piece(bars(iops, look), "cyan")], ...strip];
}

/** With a gap between blocks that had several samples each. */
function separated(history: readonly SampleEvent[]): (SampleEvent | undefined)[] {
  return history.flatMap((sample, index) => {
    const [before, last] = [history[index - 2], history[index - 1]];
    const isNext = last !== undefined && last.block.number !== sample.block.number;
    const wasLong = before?.block.number === last?.block.number;
    return isNext && wasLong ? [undefined, sample] : [sample];
  });
}
