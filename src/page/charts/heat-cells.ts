// Cells of the latency heat map: where they lie, how strong they are, and what they say.
import type { GroupData, HeatMap } from "../../html/report-data.ts";
import { type Cell, levelOf } from "../cells.ts";
import type { Point, Tip } from "../chart.ts";
import { formatCount, formatNs, formatSeconds } from "../format.ts";
import type { Scales } from "../grid.ts";
import type { Columns } from "./columns.ts";

export interface WithHeat extends GroupData {
  readonly heat: HeatMap;
}

/** Most I/Os of a cell, at least 1. */
export function mostOf({ heat }: WithHeat): number {
  return heat.cells.reduce(
    (most, column) => column.reduce((high, [, count]) => Math.max(high, count), most),
    1,
  );
}

/** Lower edge of the lowest row with I/Os and upper edge of the highest, in ns. */
export function edgeRange(heat: HeatMap): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const column of heat.cells) {
    for (const [row] of column) {
      low = Math.min(low, row);
      high = Math.max(high, row);
    }
  }
  return [heat.edgesNs[low] ?? 1, heat.edgesNs[high + 1] ?? 10];
}

/** The colour goes by the square root of the I/Os; `most` of them have all of it. */
export function* heatCells(
  { heat }: WithHeat,
  columns: Columns,
  scales: Scales,
  most: number,
): Generator<Cell> {
  const ys = heat.edgesNs.map(scales.y);
  for (const [index, column] of heat.cells.entries()) {
    const [x, right] = columns.edges(scales, index);
    for (const [row, count] of column) {
      const [lower, y] = [ys[row] ?? 0, ys[row + 1] ?? 0];
      const level = levelOf(Math.sqrt(count / most));
      yield { x, y, width: right - x, height: lower - y, level };
    }
  }
}

/** A row is a series: the keys go through time and through latencies. */
export function heatPoints(group: WithHeat, columns: Columns, scales: Scales): Point[] {
  const { heat } = group;
  const ys = heat.edgesNs.map(scales.y);
  return heat.cells.flatMap((column, index) => {
    const [left, right] = columns.edges(scales, index);
    return column.map(([row, count]): Point => {
      const [lower, upper] = [ys[row] ?? 0, ys[row + 1] ?? 0];
      return {
        ...{ x: (left + right) / 2, y: (lower + upper) / 2 },
        ...{ width: right - left, height: lower - upper },
        series: `${group.id} ${row}`,
        tip: () => tip(group, columns.name(index), index, row, count),
      };
    });
  });
}

function tip(
  { name, heat }: WithHeat,
  column: string,
  index: number,
  row: number,
  count: number,
): Tip {
  const all = heat.cells[index]!.reduce((sum, [, each]) => sum + each, 0);
  const [start, end] = [heat.startS[index] ?? 0, heat.endS[index] ?? 0];
  const [low, high] = [heat.edgesNs[row] ?? 0, heat.edgesNs[row + 1] ?? 0];
  return {
    heading: `${name}${column}`,
    rows: [
      { label: "time", value: `${formatSeconds(start)} to ${formatSeconds(end)}` },
      { label: "latency", value: `${formatNs(low)} to ${formatNs(high)}` },
      { label: "I/Os", value: `${formatCount(count)} of ${formatCount(all)}`, strong: true },
    ],
  };
}
