// Cells of the map of queues over time: their share of what would be fair, and what they say.
import type { QueueData } from "../../html/report-data.ts";
import { type Cell, levelOf } from "../cells.ts";
import type { Point, Tip } from "../chart.ts";
import { formatCount, formatSeconds } from "../format.ts";
import type { Scales } from "../grid.ts";
import type { Columns } from "./columns.ts";
import type { WithSeries } from "./time.ts";

/** The range of colours is at least this share of the mean, so that noise is not drawn as drama. */
const LEAST_RANGE = 0.1;

/** Lowest and highest share of a queue. */
export type Range = readonly [low: number, high: number];

/** Queues that were kept over time. */
export function rowsOf({ queues, series }: WithSeries): QueueData[] {
  return queues.filter((queue) => queue.series.length === series.endS.length);
}

/** IOPS of the group's mean queue: what would be fair. */
function fairShare(group: WithSeries): number {
  const all = rowsOf(group).flatMap(({ series }) => series);
  return all.reduce((sum, iops) => sum + iops, 0) / all.length || 1;
}

/** Lowest and highest of all rates, as shares of the mean queue's. */
export function rangeOf(groups: readonly WithSeries[]): Range {
  let [low, high] = [1, 1];
  for (const group of groups) {
    const fair = fairShare(group);
    for (const { series } of rowsOf(group)) {
      for (const iops of series) {
        low = Math.min(low, iops / fair);
        high = Math.max(high, iops / fair);
      }
    }
  }
  return [Math.min(low, high - LEAST_RANGE), high];
}

/** Neighbours of one colour are one cell: steady queues are long bars. */
export function* queueCells(
  group: WithSeries,
  columns: Columns,
  [low, high]: Range,
  scales: Scales,
): Generator<Cell> {
  const edges = group.series.endS.map((_, index) => columns.edges(scales, index));
  const fair = fairShare(group);
  for (const [row, { series }] of rowsOf(group).entries()) {
    const [y, height] = [scales.y(row), scales.y(row + 1) - scales.y(row)];
    let open: Cell | undefined;
    for (const [index, [x, right]] of edges.entries()) {
      const level = levelOf(((series[index] ?? 0) / fair - low) / (high - low));
      const isNext = open?.level === level && x - open.x - open.width < 0.5;
      if (open && !isNext) yield open;
      open =
        open && isNext
          ? { ...open, width: right - open.x }
          : { x, y, width: right - x, height, level };
    }
    if (open) yield open;
  }
}

/** A queue is a series. */
export function queuePoints(group: WithSeries, columns: Columns, scales: Scales): Point[] {
  const edges = group.series.endS.map((_, index) => columns.edges(scales, index));
  return rowsOf(group).flatMap((queue, row) => {
    const [top, bottom] = [scales.y(row), scales.y(row + 1)];
    return edges.map(
      ([left, right], index): Point => ({
        ...{ x: (left + right) / 2, y: (top + bottom) / 2 },
        ...{ width: right - left, height: bottom - top },
        series: `${group.id} ${row}`,
        tip: () => tip(group, queue, columns.name(index), index),
      }),
    );
  });
}

function tip({ name, series }: WithSeries, queue: QueueData, column: string, index: number): Tip {
  const end = series.endS[index] ?? 0;
  const start = end - (series.lengthS[index] ?? 0);
  return {
    heading: `${name}, ${queue.name}${column}`,
    rows: [
      { label: "time", value: `${formatSeconds(start)} to ${formatSeconds(end)}` },
      { label: "IOPS", value: formatCount(queue.series[index] ?? 0), strong: true },
      { label: "all queues", value: formatCount(series.iops[index] ?? 0) },
    ],
  };
}
