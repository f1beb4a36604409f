// Adds up histograms, one after the other, in one dense array that is kept.
import { strict as assert } from "node:assert";
import { HISTOGRAM_COUNTS } from "../../assembly/layout.ts";
import { eachCount } from "./histogram-payload.ts";
import type { LatencyCounts, PackedCounts } from "./measurement.ts";

export const emptyCounts: LatencyCounts = { total: 0, minNs: 0, maxNs: 0, sumNs: 0, counts: [] };

/** The same, so many of which were drained. */
export function withDrained<T extends object>(latency: T, drained: number): T {
  return drained > 0 ? { ...latency, drained } : latency;
}

/** How many completed within the measured time: what rates are made of. */
export function inTime({ total, drained = 0 }: Pick<LatencyCounts, "total" | "drained">): number {
  return total - drained;
}

/** A sum that grows, and is emptied for the next. */
export class LatencySum {
  readonly #counts = new Float64Array(HISTOGRAM_COUNTS);
  #first = HISTOGRAM_COUNTS;
  #last = -1;
  #total = 0;
  #minNs = Number.POSITIVE_INFINITY;
  #maxNs = 0;
  #sumNs = 0;
  #drained = 0;

  add({ counts, ...latency }: LatencyCounts): void {
    if (latency.total === 0) return;
    for (const [index, count] of counts) this.#counts[index]! += count;
    this.#widen(counts[0]![0], counts.at(-1)![0]);
    this.#account(latency);
  }

  /** Of what phasebit packed, or checked when it was read: without a list of its counts. */
  addPacked({ hdrHistogramV2, ...latency }: PackedCounts): void {
    if (latency.total === 0) return;
    let counted = 0;
    try {
      eachCount(hdrHistogramV2, (index, count) => {
        this.#counts[index]! += count;
        this.#widen(index, index);
        counted += count;
      });
      assert.equal(counted, latency.total, "the counts and their total");
    } catch (error) {
      this.#clear();
      throw error;
    }
    this.#account(latency);
  }

  #widen(first: number, last: number): void {
    this.#first = Math.min(this.#first, first);
    this.#last = Math.max(this.#last, last);
  }

  #account({ total, minNs, maxNs, sumNs, drained = 0 }: Omit<LatencyCounts, "counts">): void {
    this.#total += total;
    this.#minNs = Math.min(this.#minNs, minNs);
    this.#maxNs = Math.max(this.#maxNs, maxNs);
    this.#sumNs += sumNs;
    this.#drained += drained;
  }

  /** What was added since the last call. */
  take(): LatencyCounts {
    if (this.#total === 0) return emptyCounts;
    const counts: [number, number][] = [];
    for (let index = this.#first; index <= this.#last; index++) {
      const count = this.#counts[index]!;
      if (count > 0) counts.push([index, count]);
    }
    const sum = { total: this.#total, minNs: this.#minNs, maxNs: this.#maxNs, sumNs: this.#sumNs };
    const latency = withDrained({ ...sum, counts }, this.#drained);
    this.#clear();
    return latency;
  }

  #clear(): void {
    this.#counts.fill(0, this.#first, this.#last + 1);
    this.#first = HISTOGRAM_COUNTS;
    this.#last = -1;
    this.#total = 0;
    this.#minNs = Number.POSITIVE_INFINITY;
    this.#maxNs = 0;
    this.#sumNs = 0;
    this.#drained = 0;
  }
}
