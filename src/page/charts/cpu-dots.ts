// The left half of the CPU figure: latency against CPU time.
import type { GroupData } from "../../html/report-data.ts";
import { latencyAxis, xAxis } from "../axes.ts";
import type { Tip } from "../chart.ts";
import type { Context } from "../context.ts";
import { s } from "../dom.ts";
import { formatNs, orNone, tickNs } from "../format.ts";
import type { Panel, Scales } from "../grid.ts";
import { endLabels, labelMargin } from "../labels.ts";
import { linearTicks, logDomain, logTicks } from "../ticks.ts";
import { DEPTH_RADIUS, depthMarks, type PlacedDepth } from "./depth-marks.ts";

const MARGIN_LEFT = 54;
/** Dearest to cheapest. */
const WIDE = 10;

export interface WithCpu extends GroupData {
  readonly cpuNsPerIo: { readonly user: number; readonly system: number };
}

/** User and system time of an I/O, in ns. */
export function cpuOf({ cpuNsPerIo: { user, system } }: WithCpu): number {
  return user + system;
}

/** A dot for each group, from p50 up to p99; `high` ends the axis of CPU time. */
export function dotPanel(
  groups: readonly WithCpu[],
  context: Context,
  high: number,
  width: number,
  height: number,
): Panel {
  const latencies = groups.flatMap(({ latencyNs: { p50, p99 } }) => [p50 ?? 0, p99 ?? 0]);
  const domain = logDomain(latencies) ?? [1, 10];
  const names = groups.map(({ name }) => name);
  const room = Math.max(24, labelMargin(names, width / 4));
  const x = cpuScale(groups, high, Math.floor((width - MARGIN_LEFT - room) / 60));
  const hasDepths = differInDepth(groups);
  return {
    height,
    margin: [26, room, 42, MARGIN_LEFT],
    x: x.scale,
    y: { type: "log", domain },
    marks: [
      latencyAxis(domain, height - 68, "latency, p50 to p99"),
      xAxis({ ticks: x.ticks, format: tickNs, label: "CPU time per I/O" }),
    ],
    over: (scales) => [
      ...groups.flatMap((group) => stick(group, context, scales)),
      ...(hasDepths
        ? depthMarks(
            groups.map((group) => placedOf(group, context, scales)),
            scales,
          )
        : groups.map((group) => dot(group, context, scales))),
      ...endLabels(
        groups.map((group) => ({
          ...placeOf(group, scales),
          x: placeOf(group, scales).x + (hasDepths ? DEPTH_RADIUS : 0),
          text: group.name,
          colour: context.style(group).colour,
        })),
        scales,
        room,
      ),
    ],
    points: (scales) =>
      groups.map((group) => ({
        ...placeOf(group, scales),
        series: "dots",
        tip: () => cpuTip(group, context),
      })),
  };
}

/** Whether dots must say which depth they are of. */
export function differInDepth(groups: readonly GroupData[]): boolean {
  return new Set(groups.map(({ iodepth }) => iodepth)).size > 1;
}

/** From 0; where the cheapest costs a tenth of the dearest or less, by the logarithm: else it would lie on the axis. */
function cpuScale(groups: readonly WithCpu[], high: number, most: number) {
  const domain = logDomain(groups.map(cpuOf));
  if (!domain || domain[1] / domain[0] < WIDE) {
    return { scale: { domain: [0, high] }, ticks: linearTicks(0, high, most) };
  }
  return { scale: { type: "log", domain } as const, ticks: logTicks(...domain, Math.max(3, most)) };
}

function placeOf(
  group: WithCpu,
  { x, y, left }: Scales,
): { readonly x: number; readonly y: number } {
  // by the logarithm, nothing has no place
  const at = x(cpuOf(group));
  return { x: Number.isFinite(at) ? at : left, y: y(group.latencyNs.p50 ?? 1) };
}

/** From p50 up to p99. */
function stick(group: WithCpu, context: Context, scales: Scales): SVGElement[] {
  const { p99 } = group.latencyNs;
  if (p99 === null) return [];
  const { x, y } = placeOf(group, scales);
  const look = { stroke: context.style(group).colour, "stroke-width": 1.75, fill: "none" };
  return [s("path", { d: `M${x},${y}V${scales.y(p99)}m-4,0h8`, ...look })];
}

function dot(group: WithCpu, context: Context, scales: Scales): SVGElement {
  const { x, y } = placeOf(group, scales);
  const rim = { stroke: "var(--surface)", "stroke-width": 1.5 };
  return s("circle", { cx: x, cy: y, r: 5.5, fill: context.style(group).colour, ...rim });
}

function placedOf(group: WithCpu, context: Context, scales: Scales): PlacedDepth {
  const { x, y } = placeOf(group, scales);
  const { p99 } = group.latencyNs;
  const top = p99 === null ? y : scales.y(p99);
  return { x, y, top, iodepth: group.iodepth, colour: context.style(group).colour };
}

/** The same for the dot and for the bar. */
export function cpuTip(group: WithCpu, context: Context): Tip {
  const { user, system } = group.cpuNsPerIo;
  const { p50, p99 } = group.latencyNs;
  const { colour } = context.style(group);
  return {
    heading: group.name,
    rows: [
      { label: "CPU per I/O", value: formatNs(cpuOf(group)), colour, strong: true },
      { label: "user", value: formatNs(user) },
      { label: "system", value: formatNs(system) },
      { label: "p50", value: orNone(p50, formatNs) },
      { label: "p99", value: orNone(p99, formatNs) },
    ],
  };
}
