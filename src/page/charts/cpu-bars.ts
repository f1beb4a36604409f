// The right half of the CPU figure: CPU time divided into user and system time.
import * as Plot from "@observablehq/plot";
import { GRID, xAxis } from "../axes.ts";
import type { Context } from "../context.ts";
import { s } from "../dom.ts";
import { formatNs, tickNs } from "../format.ts";
import type { Panel, Scales } from "../grid.ts";
import { shortened, widest } from "../text.ts";
import { linearTicks } from "../ticks.ts";
import { cpuOf, cpuTip, type WithCpu } from "./cpu-dots.ts";

/** A bar for each group; `high` ends the axis. */
export function barPanel(
  groups: readonly WithCpu[],
  context: Context,
  high: number,
  width: number,
  height: number,
): Panel {
  const room = Math.min(widest(groups.map(({ name }) => name)), Math.floor(width * 0.4));
  const left = room + 14;
  const ticks = linearTicks(0, high, Math.max(2, Math.floor((width - left - 58) / 60)));
  const names = new Map(groups.map(({ id, name }) => [id, name]));
  return {
    height,
    margin: [26, 58, 42, left],
    x: { domain: [0, high] },
    y: { type: "band", domain: groups.map(({ id }) => id), padding: 0.3 },
    marks: [
      Plot.gridX(ticks, { stroke: GRID, strokeOpacity: 1 }),
      Plot.axisY({
        ...{ tickSize: 0, tickPadding: 8, fill: "var(--ink)", label: null },
        tickFormat: (id: string) => shortened(names.get(id) ?? "", room),
      }),
      xAxis({ ticks, format: tickNs }),
    ],
    over: (scales) => groups.flatMap((group) => bar(group, context, scales)),
    points: (scales) =>
      groups.map((group) => ({
        x: (scales.left + scales.x(cpuOf(group))) / 2,
        y: scales.y(group.id) + scales.bandY / 2,
        width: scales.x(cpuOf(group)) - scales.left,
        height: scales.bandY,
        series: group.id,
        tip: () => cpuTip(group, context),
      })),
  };
}

function bar(group: WithCpu, context: Context, { x, y, left, bandY }: Scales): SVGElement[] {
  const { user } = group.cpuNsPerIo;
  const look = { y: y(group.id), height: bandY, fill: context.style(group).colour };
  const [middle, end] = [x(user), x(cpuOf(group))];
  const place = { x: end + 6, y: y(group.id) + bandY / 2, dy: "0.32em" };
  return [
    s("rect", { ...look, x: left, width: Math.max(0, middle - left) }),
    s("rect", { ...look, x: middle, width: Math.max(0, end - middle), "fill-opacity": 0.45 }),
    s("text", { ...place, "text-anchor": "start" }, formatNs(cpuOf(group))),
  ];
}
