// The middle of the view: IOPS and latencies over time, one column for each sample, with the names of the blocks.

import { formatMs } from "../ground/units.ts";
import type { SampleEvent } from "./events.ts";
import { blockNames } from "./frame-blocks.ts";
import { heatScale, heatStrip } from "./heat-strip.ts";
import { type Line, piece } from "./line.ts";
import type { Look } from "./look.ts";
import { bars } from "./look.ts";
import type { View } from "./view.ts";

/** As the labels of the heat strip are. */
const LABEL_WIDTH = 8;
const MOST_HEAT_ROWS = 16;
/** With fewer rows of latencies the bars of IOPS give theirs away: the table has the figure. */
const FEW_HEAT_ROWS = 3;

const LEAST_ROWS = 4;

/** Lines that other parts leave for the course while they can. */
export const WANTED_COURSE = LEAST_ROWS + 1;

/** IOPS as bars, whose blocks they are, and the heat strip, in at most `rows` lines; nothing where that is too few. */
export function courseLines(view: View, columns: number, rows: number, look: Look): Line[] {
  if (rows < LEAST_ROWS || view.history.length === 0) return [];
  const samples = separated(view.history).slice(-(columns - LABEL_WIDTH));
  const heads = [...blockLines(view, samples), latencyLine(view.history.at(-1)!, columns, look)];
  const left = rows - heads.length;
  const hasBars = left > FEW_HEAT_ROWS;
  const strip = heatStrip(
    samples.map((sample) => sample?.heat),
    Math.min(MOST_HEAT_ROWS, hasBars ? left - 1 : left),
    look,
  );
  const iops = samples.map((sample) => sample?.iops);
  const barLine = [piece("IOPS".padEnd(LABEL_WIDTH), "dim"), piece(bars(iops, look), "cyan")];
  return [...(hasBars ? [barLine] : []), ...heads, ...strip];
}

/** "latency I/Os in each sample of 250ms, few ░▒▓█ many": what the strip below it is. */
function latencyLine({ periodMs }: SampleEvent, columns: number, look: Look): Line {
  const each = `I/Os in each sample of ${formatMs(Math.round(periodMs / 10) * 10)}, `;
  const scale = [piece("few ", "dim"), ...heatScale(look), piece(" many", "dim")];
  const width = LABEL_WIDTH + each.length + scale.reduce((sum, { text }) => sum + text.length, 0);
  const label = piece("latency".padEnd(LABEL_WIDTH), "dim");
  return [label, piece(width <= columns ? each : "I/Os, ", "dim"), ...scale];
}

/** "mode    poll inte poll": nothing of a run, which is one block. */
function blockLines(
  { start, settings }: View,
  samples: readonly (SampleEvent | undefined)[],
): Line[] {
  if (start.command === "run") return [];
  const label = start.command === "compare" ? "mode" : "point";
  return [[piece(label.padEnd(LABEL_WIDTH), "dim"), piece(blockNames(samples, settings))]];
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
