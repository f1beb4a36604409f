// Completions per second over the columns of a chart, all together and queue by queue.
import type { Column, Stretch } from "./columns.ts";
import { roundedRate } from "./digits.ts";

export interface Rates {
  readonly all: readonly number[];
  /** By `queueKey`. */
  readonly queues: ReadonlyMap<string, readonly number[]>;
}

/**
 * The rates in the columns. What a stretch completed is taken as spread evenly over its time, so that one
 * that lies across two columns counts in both.
 */
export function ratesOf(columns: readonly Column[], stretches: readonly Stretch[]): Rates {
  const all = new Float64Array(columns.length);
  const queues = new Map<string, Float64Array>();
  const homes = homesOf(columns);
  for (const stretch of stretches) {
    const shares = sharesOf(stretch, columns, homes.get(stretch)!);
    for (const { queue, total } of stretch.ios) {
      spread(all, total, shares);
      if (queue === null) continue;
      const own = queues.get(queue) ?? new Float64Array(columns.length);
      queues.set(queue, own);
      spread(own, total, shares);
    }
  }
  const perSecond = (counts: Float64Array): number[] =>
    columns.map(({ lengthS }, index) => (lengthS > 0 ? roundedRate(counts[index]! / lengthS) : 0));
  return {
    all: perSecond(all),
    queues: new Map([...queues].map(([queue, counts]) => [queue, perSecond(counts)])),
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
function sharesOf({ startS, endS }: Stretch, columns: readonly Column[], home: number): Shares {
  // also one so late that its length is lost beside it
  if (!(endS > startS)) return [[home, 1]];
  const shares: [number, number][] = [];
  for (let index = firstEndingAfter(startS, columns); index < columns.length; index++) {
    const column = columns[index]!;
    if (column.startS >= endS) break;
    const sharedS = Math.min(endS, column.endS) - Math.max(startS, column.startS);
    shares.push([index, sharedS / (endS - startS)]);
  }
  return shares;
}

/** Columns do not overlap and stand in the order of time. */
function firstEndingAfter(timeS: number, columns: readonly Column[]): number {
  let low = 0;
  let high = columns.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (columns[middle]!.endS > timeS) high = middle;
    else low = middle + 1;
  }
  return low;
}
