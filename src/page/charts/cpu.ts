// What a latency costs: CPU time for each I/O beside p50 and p99, and how it divides into user and system time.
import type { Chart, Drawing, Table } from "../chart.ts";
import { type Context, only } from "../context.ts";
import { formatNs, orNone } from "../format.ts";
import { columnsFor, grid, panelWidth } from "../grid.ts";
import { barPanel } from "./cpu-bars.ts";
import { cpuOf, differInDepth, dotPanel, type WithCpu } from "./cpu-dots.ts";

/** Bars of more groups would not fit a page of paper; their table has them. */
const MOST_BARS = 36;

export function cpuChart(context: Context): Chart[] {
  const groups = context.data.groups.filter((group): group is WithCpu => group.cpuNsPerIo !== null);
  // One alone has nothing to be compared with, nor have both directions of a run, whose threads are the same.
  if (new Set(groups.map(cpuOf)).size < 2) return [];
  const each = groups.map((group) => `${group.name} ${formatNs(cpuOf(group))}`);
  return [
    {
      id: "cpu",
      title: "CPU time per I/O against latency",
      caption:
        "A dot is the median, the line above it reaches to p99: lower is faster, further left is cheaper. " +
        (differInDepth(groups) ? "The number in a dot is its depth. " : "") +
        (groups.length <= MOST_BARS
          ? "The bars are the same CPU time, divided into user (full) and system (light)."
          : "The table divides the CPU time into user and system."),
      notes: [],
      summary: `CPU time per I/O: ${each.join(", ")}.`,
      sources: context.sources(groups),
      legend: groups.map(context.entry),
      scale: null,
      draw: (width, shown) => draw(only(groups, shown), context, width),
      table: () => table(groups),
    },
  ];
}

function draw(groups: readonly WithCpu[], context: Context, width: number): Drawing {
  const dots = groups.filter(({ latencyNs }) => latencyNs.p50 !== null);
  const hasBars = groups.length <= MOST_BARS;
  const columns = hasBars && dots.length > 0 ? columnsFor(width, 320, 2) : 1;
  const each = panelWidth(width, columns);
  const high = Math.max(1, ...groups.map(cpuOf)) * 1.06;
  const height = Math.max(270, Math.min(MOST_BARS, groups.length) * 22 + 68);
  const low = columns > 1 ? height : groups.length * 24 + 68;
  const panels = [
    ...(dots.length > 0 ? [dotPanel(dots, context, high, each, Math.min(height, 420))] : []),
    ...(hasBars ? [barPanel(groups, context, high, each, low)] : []),
  ];
  return grid(panels, width, columns);
}

function table(groups: readonly WithCpu[]): Table {
  return {
    head: ["Group", "CPU per I/O", "user", "system", "device CPU", "p50", "p99"],
    rows: groups.map((group) => [
      group.name,
      formatNs(cpuOf(group)),
      formatNs(group.cpuNsPerIo.user),
      formatNs(group.cpuNsPerIo.system),
      orNone(group.deviceCpuNsPerIo, formatNs),
      orNone(group.latencyNs.p50, formatNs),
      orNone(group.latencyNs.p99, formatNs),
    ]),
  };
}
