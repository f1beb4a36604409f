// What the charts over time share.
import type { GroupData, Series } from "../../html/report-data.ts";
import { xAxis } from "../axes.ts";
import type { Context } from "../context.ts";
import { clock } from "../format.ts";
import { timeTicks } from "../ticks.ts";

export interface WithSeries extends GroupData {
  readonly series: Series;
}

/** A last interval that is so much shorter than the first is what was left over when the jobs stopped. */
const FRAGMENT = 0.1;

/** More dots than these would be a band. */
const MOST_DOTS = 120;

/** Of an interval: a ramp is longer. */
const LONGEST_GAP = 0.1;
/** Ends and lengths are rounded to the ms. */
const CLOCK_S = 0.002;

/** Groups that were measured in more than one interval or block; what was left over at the end is not drawn. */
export function withSeries(groups: readonly GroupData[]): WithSeries[] {
  return groups
    .filter((group): group is WithSeries => group.series !== null)
    .map(withoutFragment)
    .filter(({ series }) => series.endS.length > 1);
}

/** In a few ms at the end of a run, rates say nothing, and would be drawn as a stall. */
function withoutFragment(group: WithSeries): WithSeries {
  const { series, queues } = group;
  const [first = 0, last = 0] = [series.lengthS[0], series.lengthS.at(-1)];
  if (last >= first * FRAGMENT) return group;
  const whole = <T>(values: readonly T[]) => values.slice(0, -1);
  return {
    ...group,
    series: {
      ...{ endS: whole(series.endS), lengthS: whole(series.lengthS), iops: whole(series.iops) },
      ...{ p50: whole(series.p50), p99: whole(series.p99), p999: whole(series.p999) },
      max: whole(series.max),
    },
    queues: queues.map((queue) => ({ ...queue, series: whole(queue.series) })),
  };
}

/** The middle of the nth interval, in seconds. */
export function middle({ endS, lengthS }: Series, index: number): number {
  return (endS[index] ?? 0) - (lengthS[index] ?? 0) / 2;
}

/** From the first interval's beginning to the last one's end. */
export function timeDomain(all: readonly Series[]): [number, number] {
  const starts = all.map(({ endS, lengthS }) => (endS[0] ?? 0) - (lengthS[0] ?? 0));
  const ends = all.map(({ endS }) => endS.at(-1) ?? 0);
  return [Math.max(0, Math.min(...starts)), Math.max(...ends)];
}

/** Seconds, or minutes and hours where there are many. */
export function timeAxis([from, to]: readonly [number, number], width: number) {
  const ticks = timeTicks(from, to, Math.max(3, Math.floor(width / 62)));
  const isLong = to - from >= 180;
  const format = isLong ? clock : (seconds: number) => `${Number(seconds.toFixed(3))}s`;
  return xAxis({ ticks, format });
}

/** What a point in time is of. */
export function columnName(groups: readonly WithSeries[], { isLive }: Context): string {
  if (isLive) return "sample";
  return groups.some(({ series }) => isInBlocks(series)) ? "block" : "interval";
}

/** Radius of the dots that show the single measurements: smaller ones of many; null where lines say enough. */
export function dotRadius(groups: readonly WithSeries[]): number | null {
  const points = groups.reduce((sum, { series }) => sum + series.endS.length, 0);
  if (points <= MOST_DOTS) return 2.5;
  // a point that nothing is joined to has no line
  return groups.some(({ series }) => hasGaps(series)) ? 1.5 : null;
}

/** A curve over time. */
export interface Line {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Values at the middles of their intervals, with a break wherever something else ran in between: NaN ends a line. */
export function lineOf(series: Series, values: readonly (number | null)[]): Line {
  const places = values.flatMap((value, index) => {
    const point = [middle(series, index), value ?? Number.NaN] as const;
    return index > 0 && !follows(series, index)
      ? [[point[0], Number.NaN] as const, point]
      : [point];
  });
  return { x: places.map(([x]) => x), y: places.map(([, y]) => y) };
}

/** Whether the nth interval begins where the one before it ended. */
function follows({ endS, lengthS }: Series, index: number): boolean {
  const gapS = (endS[index] ?? 0) - (lengthS[index] ?? 0) - (endS[index - 1] ?? 0);
  const shorterS = Math.min(lengthS[index] ?? 0, lengthS[index - 1] ?? 0);
  return gapS <= Math.max(CLOCK_S, LONGEST_GAP * shorterS);
}

function hasGaps(series: Series): boolean {
  return series.endS.some((_, index) => index > 0 && !follows(series, index));
}

/** Blocks of modes in turn leave gaps between them, which intervals of a run do not. */
export function isInBlocks({ endS, lengthS }: Series): boolean {
  const span = (endS.at(-1) ?? 0) - (endS[0] ?? 0) + (lengthS[0] ?? 0);
  return lengthS.reduce((sum, length) => sum + length, 0) < 0.8 * span;
}
