// The time axis of a report: stretches that were measured, put into at most so many columns.
import type { LatencyCounts } from "../measurement/measurement.ts";
import { gridded } from "./grid.ts";

/** Something measured in a stretch of time, in one direction: an interval of a run, a block of a mode. */
export interface Stretch {
  /** Which of the merged results it is from. Stretches of one source do not overlap. */
  readonly source: number;
  /** Since the result began. */
  readonly startS: number;
  readonly endS: number;
  /** Completions by queue, which is named by `queueKey`; one without a name where queues were not told apart. */
  readonly ios: readonly { readonly queue: string | null; readonly total: number }[];
  /** Their latencies, piece by piece; unpacks them, so it is called once. */
  latencies(): Iterable<LatencyCounts>;
}

/** One column of a chart over time. */
export interface Column {
  readonly startS: number;
  readonly endS: number;
  /** How much of the time from start to end was measured. */
  readonly lengthS: number;
  /** The stretches whose histograms it has, each in one column. */
  readonly stretches: readonly Stretch[];
}

/** One queue of one of the merged results. */
export function queueKey(source: number, job: number): string {
  return `${source}.${job}`;
}

/** The stretches as columns in the order of time, at most `most` of them. */
export function columnsOf(stretches: readonly Stretch[], most: number): Column[] {
  const inOrder = stretches.toSorted((a, b) => a.startS - b.startS);
  const [first] = inOrder;
  if (first === undefined) return [];
  const isOneSource = inOrder.every(({ source }) => source === first.source);
  return isOneSource ? joined(inOrder, most) : gridded(inOrder, most);
}

/** Equally many stretches in each column; the last may have fewer. */
function joined(stretches: readonly Stretch[], most: number): Column[] {
  const each = Math.ceil(stretches.length / most);
  return Array.from({ length: Math.ceil(stretches.length / each) }, (_, column) => {
    const own = stretches.slice(column * each, (column + 1) * each);
    return {
      startS: own[0]!.startS,
      endS: own.at(-1)!.endS,
      lengthS: own.reduce((sum, { startS, endS }) => sum + endS - startS, 0),
      stretches: own,
    };
  });
}
