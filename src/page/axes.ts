// Axes and grids in one look: horizontal lines only, no frames, small grey figures.
import * as Plot from "@observablehq/plot";
import { tickNs } from "./format.ts";
import { logTicks } from "./ticks.ts";

export const GRID = "var(--grid)";
export const AXIS = "var(--axis)";
const TEXT = "var(--ink-2)";

interface AxisOptions {
  readonly ticks: readonly (number | string)[];
  readonly format?: (value: number) => string;
  readonly label?: string;
}

const look = { fill: TEXT, fontSize: 12, tickSize: 0, tickPadding: 6, labelArrow: "none" } as const;

/** Figures below the plot, with short marks on its base line. */
export function xAxis({ ticks, format, label }: AxisOptions): Plot.Markish {
  return Plot.axisX(ticks as number[], {
    ...look,
    text: texts(ticks, format),
    tickSize: 4,
    tickPadding: 4,
    stroke: AXIS,
    label: label ?? null,
    labelAnchor: "right",
    labelOffset: 34,
  });
}

/** Figures to the left with lines across, and the label above them. */
export function yAxis({ ticks, format, label }: AxisOptions): Plot.Markish[] {
  return [
    Plot.gridY(ticks as number[], { stroke: GRID, strokeOpacity: 1 }),
    Plot.axisY(ticks as number[], {
      ...look,
      text: texts(ticks, format),
      label: label ?? null,
      labelAnchor: "top",
      labelOffset: 46,
    }),
  ];
}

/** As texts and not as a format, which Plot would thin out on log scales. */
function texts(ticks: readonly (number | string)[], format: (value: number) => string = String) {
  return ticks.map((tick) => format(tick as number));
}

/** Latency on a log axis: one mark for about every 34 pixels. */
export function latencyAxis(domain: readonly [number, number], height: number, label?: string) {
  const ticks = logTicks(domain[0], domain[1], Math.max(3, Math.floor(height / 34)));
  return yAxis({ ticks, format: tickNs, ...(label !== undefined && { label }) });
}
