// What happened so far, in bounded memory: when there are too many columns, neighbours in time become one, and
// from then on each column is of twice the time. A stream of hours needs no more than one of minutes.
import type { SampleEvent } from "../../live/events.ts";

/** Columns of all modes together. */
export const MOST_COLUMNS = 600;
/** Shorter ones than samples come; grows by doubling. */
const FIRST_STRETCH_S = 0.125;

/** A stretch of time in which one thing was measured. */
export interface LiveColumn {
  /** Mode or point; empty for a run. */
  readonly name: string;
  /** Seconds since the measurement began. */
  readonly startS: number;
  readonly endS: number;
  /** Without gaps, that is the measured part. */
  readonly lengthS: number;
  readonly ios: number;
  /** Of joined samples the highest: percentiles cannot be joined. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
  /** I/Os by the lower edge of their 5 % step, in ns. */
  readonly heat: ReadonlyMap<number, number>;
}

/** Gathers columns from samples that come in the order of time. */
export class Course {
  #columns: LiveColumn[] = [];
  #stretchS = FIRST_STRETCH_S;
  #endS = 0;

  get columns(): readonly LiveColumn[] {
    return this.#columns;
  }

  /** A sample that ends `endS` seconds after the measurement began; one that is not newer than the last is ignored. */
  add(sample: SampleEvent, endS: number): void {
    if (endS <= this.#endS) return;
    this.#endS = endS;
    this.#columns = this.#joined([...this.#columns, columnOf(sample, endS)]);
    while (this.#columns.length > MOST_COLUMNS) this.#coarsen();
  }

  /** Columns of twice the time; where no time joins them, as each is of another point, the oldest go. */
  #coarsen(): void {
    if (this.#stretchS > this.#endS) {
      this.#columns = this.#columns.slice(-MOST_COLUMNS / 2);
      return;
    }
    this.#stretchS *= 2;
    this.#columns = this.#joined(this.#columns);
  }

  /** Columns of one name in one stretch become one. */
  #joined(columns: readonly LiveColumn[]): LiveColumn[] {
    const places = new Map<string, number>();
    const joined: LiveColumn[] = [];
    for (const column of columns) {
      const key = `${Math.floor((column.endS - 1e-6) / this.#stretchS)} ${column.name}`;
      const place = places.get(key);
      if (place === undefined) {
        places.set(key, joined.length);
        joined.push(column);
      } else joined[place] = join(joined[place]!, column);
    }
    return joined;
  }
}

function columnOf(
  { block, periodMs, iops, latencyNs, heat }: SampleEvent,
  endS: number,
): LiveColumn {
  const lengthS = periodMs / 1000;
  const startS = Math.max(0, endS - lengthS);
  const ios = iops * lengthS;
  return { name: block.name, startS, endS, lengthS, ios, ...latencyNs, heat: new Map(heat) };
}

function join(a: LiveColumn, b: LiveColumn): LiveColumn {
  const heat = new Map(a.heat);
  for (const [edge, count] of b.heat) heat.set(edge, (heat.get(edge) ?? 0) + count);
  return {
    name: a.name,
    startS: Math.min(a.startS, b.startS),
    endS: Math.max(a.endS, b.endS),
    lengthS: a.lengthS + b.lengthS,
    ios: a.ios + b.ios,
    p50: highest(a.p50, b.p50),
    p99: highest(a.p99, b.p99),
    p999: highest(a.p999, b.p999),
    max: highest(a.max, b.max),
    heat,
  };
}

function highest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
