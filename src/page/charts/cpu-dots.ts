// The left half of the CPU figure: latency against CPU time.
import type { GroupData } from "../../html/report-data.ts";
import { latencyAxis, xAxis } from "../axes.ts";
import type { Tip } from "../chart.ts";
import type { Context } from "../context.ts";
import { s } from "../dom.ts";
import { formatNs, orNone, tickNs } from "../format.ts";
import type { Panel, Scales } from "../grid.ts";
import { endLabels, labelMargin } from "../labels.ts";
import { linearTicks, logDomain } from "../ticks.ts";

const MARGIN_LEFT = 54;

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
  const ticks = linearTicks(0, high, Math.floor((width - MARGIN_LEFT - room) / 60));
  return {
    height,
    margin: [26, room, 42, MARGIN_LEFT],
    x: { domain: [0, high] },
    y: { type: "log", domain },
    marks: [
      latencyAxis(domain, height - 68, "latency, p50 to p99"),
      xAxis({ ticks, format: tickNs, label: "CPU time per I/O" }),
    ],
    over: (scales) => [
      ...groups.flatMap((group) => lollipop(group, context, scales)),
      ...endLabels(
        groups.map((group) => ({
          ...placeOf(group, scales),
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

function placeOf(group: WithCpu, { x, y }: Scales): { readonly x: number; readonly y: number } {
  return { x: x(cpuOf(group)), y: y(group.latencyNs.p50 ?? 1) };
}

function lollipop(group: WithCpu, context: Context, scales: Scales): SVGElement[] {
  const { p99 } = group.latencyNs;
  const { x, y } = placeOf(group, scales);
  const { colour } = context.style(group);
  const stick = { stroke: colour, "stroke-width": 1.75, fill: "none" };
  const rim = { stroke: "var(--surface)", "stroke-width": 1.5 };
  return [
    ...(p99 === null ? [] : [s("path", { d: `M${x},${y}V${scales.y(p99)}m-4,0h8`, ...stick })]),
    s("circle", { cx: x, cy: y, r: 5.5, fill: colour, ...rim }),
  ];
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
