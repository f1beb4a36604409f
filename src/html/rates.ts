// Completions per second over the columns of a chart, all together and queue by queue.
import type { Stretch } from "../measurement/groups.ts";
import { inTime } from "../measurement/latency-counts.ts";
import type { Op } from "../measurement/measurement.ts";
import { roundedRate } from "./digits.ts";
import type { Column } from "./grid.ts";

const MS_PER_S = 1000;

export interface Rates {
  readonly all: readonly number[];
  /** By job; none where queues were not told apart. */
  readonly queues: ReadonlyMap<number, readonly number[]>;
}

/**
 * The rates in the columns. What a stretch completed is taken as spread evenly over its time, so that one
 * that lies across two columns counts in both.
 */
export function ratesOf(
  columns: readonly Column[],
  stretches: readonly Stretch[],
  op: Op | undefined,
): Rates {
  const all = new Float64Array(columns.length);
  const queues = new Map<number, Float64Array>();
  const homes = homesOf(columns);
  for (const stretch of stretches) {
    const shares = sharesOf(stretch, columns, homes.get(stretch)!);
    for (const { job, op: of, ...latency } of stretch.latencies) {
      if (op !== undefined && of !== op) continue;
      const total = inTime(latency);
      spread(all, total, shares);
      if (job === null) continue;
      const own = queues.get(job) ?? new Float64Array(columns.length);
      queues.set(job, own);
      spread(own, total, shares);
    }
  }
  const perSecond = (counts: Float64Array): number[] =>
    columns.map(({ lengthMs }, index) =>
      lengthMs > 0 ? roundedRate((counts[index]! * MS_PER_S) / lengthMs) : 0,
    );
  return {
    all: perSecond(all),
    queues: new Map([...queues].map(([job, counts]) => [job, perSecond(counts)])),
  };
}

type Shares = readonly (readonly [column: number, share: number])[];

function spread(sums: Float64Array, total: number, shares: Shares): void {
  for (const [column, share] of shares) sums[column]! += total * share;
}

/** In which column a stretch's histogram is. */
function homesOf(columns: readonly Column[]): ReadonlyMap<Stretch, number> {
  return new Map(
    columns.flatMap(({ stretches }, index) =>
      stretches.map((stretch): [Stretch, number] => [stretch, index]),
    ),
  );
}

/** The columns that the stretch lies in, each with its share of the stretch's time; `home` alone for no time. */
function sharesOf({ startMs, endMs }: Stretch, columns: readonly Column[], home: number): Shares {
  // also one so late that its length is lost beside it
  if (!(endMs > startMs)) return [[home, 1]];
  const shares: [number, number][] = [];
  for (let index = firstEndingAfter(startMs, columns); index < columns.length; index++) {
    const column = columns[index]!;
    if (column.startMs >= endMs) break;
    const sharedMs = Math.min(endMs, column.endMs) - Math.max(startMs, column.startMs);
    shares.push([index, sharedMs / (endMs - startMs)]);
  }
  return shares;
}

/** Columns do not overlap and stand in the order of time. */
function firstEndingAfter(timeMs: number, columns: readonly Column[]): number {
  let low = 0;
  let high = columns.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (columns[middle]!.endMs > timeMs) high = middle;
    else low = middle + 1;
  }
  return low;
}
