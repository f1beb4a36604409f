// The time axis of heat maps: a column for each stretch of time.
import type * as Plot from "@observablehq/plot";
import { xAxis } from "../axes.ts";
import type { Context } from "../context.ts";
import type { Scales } from "../grid.ts";
import { wholeTicks } from "../ticks.ts";
import { timeAxis } from "./time.ts";

/** Beginnings and ends of the stretches, in seconds. */
export interface Stretches {
  readonly startS: readonly number[];
  readonly endS: readonly number[];
}

export interface Columns {
  /** "interval", "block" or "sample". */
  readonly unit: string;
  /** What a column is called where it has no time on the axis: "block 3". */
  readonly name: (index: number) => string;
  readonly domain: [number, number];
  /** Below the plot, for the axis. */
  readonly margin: number;
  readonly axis: (width: number) => Plot.Markish;
  /** Left and right edge of a column, in pixels. */
  readonly edges: (scales: Scales, index: number) => readonly [number, number];
}

/** Blocks that took turns stand side by side: on a time axis most of the map would be gaps. */
export function columnsOf({ startS, endS }: Stretches, { isLive }: Context): Columns {
  const measured = endS.reduce((sum, end, index) => sum + end - (startS[index] ?? 0), 0);
  const isInTurns = measured < 0.8 * ((endS.at(-1) ?? 0) - (startS[0] ?? 0));
  if (isInTurns) return sideBySide(endS.length, isLive ? "sample" : "block");
  const domain: [number, number] = [startS[0] ?? 0, endS.at(-1) ?? 1];
  return {
    unit: isLive ? "sample" : "interval",
    name: () => "",
    domain,
    margin: 28,
    axis: (width) => timeAxis(domain, width),
    edges: ({ x }, index) => [x(startS[index] ?? 0), x(endS[index] ?? 0)],
  };
}

function sideBySide(count: number, unit: string): Columns {
  const domain: [number, number] = [0.5, count + 0.5];
  return {
    unit,
    name: (index) => `, ${unit} ${index + 1}`,
    domain,
    margin: 42,
    axis: (width) => xAxis({ ticks: wholeTicks(...domain, Math.floor(width / 40)), label: unit }),
    edges: ({ x }, index) => [x(index + 0.5), x(index + 1.5)],
  };
}
