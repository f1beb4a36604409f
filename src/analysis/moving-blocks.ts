// Blocks of a run's intervals: rates, means and percentiles of any of them together, without adding up histograms
// anew for each resample.
import { bucketHighNs } from "../measurement/buckets.ts";
import { inTime, LatencySum } from "../measurement/latency-sum.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";
import { type BlockFigure, blockCount, blockLength } from "../statistics/interval-blocks.ts";
import type { Figure, Sample } from "./diff-figures.ts";
import { rankOf } from "./histogram.ts";

/** The figures that blocks of intervals give; null for those that only the whole run has. */
export function movingBlockFigures(
  samples: readonly Sample[],
  figures: readonly Figure[],
  whole: Sample,
): (BlockFigure | null)[] {
  const blocks = new MovingBlocks(samples);
  return figures.map((figure) => {
    const value = figure.of(whole);
    if (value === null) return null;
    if (figure.percentile !== undefined) return blocks.percentile(value, figure.percentile, whole);
    if (figure.metric === "latNs.mean") return blocks.quotient(value, blocks.sumsNs, blocks.totals);
    return figure.better === "higher"
      ? blocks.quotient(value, blocks.inTime, blocks.lengths)
      : null;
  });
}

/** What each block of consecutive intervals sums up to; a block begins at each interval but the last few. */
class MovingBlocks {
  readonly #count: number;
  readonly totals: Float64Array;
  /** Without what was drained, which is in no rate. */
  readonly inTime: Float64Array;
  readonly sumsNs: Float64Array;
  readonly lengths: Float64Array;
  /** Buckets that have samples, ascending. */
  readonly #buckets: Int32Array;
  /** Samples of each block up to and with a bucket, bucket by bucket. */
  readonly #upTo: Float64Array;

  constructor(samples: readonly Sample[]) {
    this.#count = blockCount(samples.length);
    this.totals = this.#sums(samples, ({ latency }) => latency.total);
    this.inTime = this.#sums(samples, ({ latency }) => inTime(latency));
    this.sumsNs = this.#sums(samples, ({ latency }) => latency.sumNs);
    this.lengths = this.#sums(samples, ({ elapsedNs }) => elapsedNs);
    this.#buckets = bucketsOf(samples);
    this.#upTo = this.#cumulated(samples);
  }

  #sums(samples: readonly Sample[], of: (sample: Sample) => number): Float64Array {
    const length = blockLength(samples.length);
    return Float64Array.from({ length: this.#count }, (_, block) =>
      samples.slice(block, block + length).reduce((sum, sample) => sum + of(sample), 0),
    );
  }

  /** One window slides over the intervals: what enters is added, what leaves is taken away. */
  #cumulated(samples: readonly Sample[]): Float64Array {
    const place = new Map([...this.#buckets].map((bucket, index) => [bucket, index]));
    const window = new Float64Array(this.#buckets.length);
    const upTo = new Float64Array(this.#buckets.length * this.#count);
    const length = blockLength(samples.length);
    const change = ({ counts }: LatencyCounts, sign: 1 | -1): void => {
      for (const [bucket, count] of counts) window[place.get(bucket)!]! += sign * count;
    };
    for (const { latency } of samples.slice(0, length - 1)) change(latency, 1);
    for (let block = 0; block < this.#count; block++) {
      change(samples[block + length - 1]!.latency, 1);
      let sum = 0;
      for (let index = 0; index < window.length; index++) {
        sum += window[index]!;
        upTo[index * this.#count + block] = sum;
      }
      change(samples[block]!.latency, -1);
    }
    return upTo;
  }

  /**
   * Sums above divided by sums below, scaled so that all intervals together give the run's own value: that is
   * measured more exactly than intervals are, and hosts side by side add up in it.
   */
  quotient(value: number, above: Float64Array, below: Float64Array): BlockFigure {
    const all = Int32Array.from({ length: this.#count }, (_, block) => block);
    const plain = sumOver(above, all) / sumOver(below, all);
    const scale = plain > 0 ? value / plain : 1;
    return {
      value,
      of: (blocks) => {
        const divisor = sumOver(below, blocks);
        // Blocks in which nothing happened say nothing of a mean.
        return divisor > 0 ? (scale * sumOver(above, blocks)) / divisor : value;
      },
      pull: above.map((sum, block) => sum - plain * below[block]!),
    };
  }

  percentile(value: number, percentile: number, { latency }: Sample): BlockFigure {
    const of = (blocks: Int32Array): number => {
      const rank = rankOf(sumOver(this.totals, blocks), percentile);
      return Math.min(bucketHighNs(this.#bucketAt(rank, blocks)), latency.maxNs);
    };
    const all = Int32Array.from({ length: this.#count }, (_, block) => block);
    const place = this.#placeAt(rankOf(sumOver(this.totals, all), percentile), all);
    const pull = this.totals.map(
      (total, block) => (percentile / 100) * total - this.#upTo[place * this.#count + block]!,
    );
    return { value, of, pull };
  }

  #bucketAt(rank: number, blocks: Int32Array): number {
    return this.#buckets[this.#placeAt(rank, blocks)]!;
  }

  /** The first place up to which these blocks have so many samples. */
  #placeAt(rank: number, blocks: Int32Array): number {
    let low = 0;
    let high = this.#buckets.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#samplesUpTo(middle, blocks) >= rank) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #samplesUpTo(place: number, blocks: Int32Array): number {
    const row = place * this.#count;
    let sum = 0;
    for (const block of blocks) sum += this.#upTo[row + block]!;
    return sum;
  }
}

function bucketsOf(samples: readonly Sample[]): Int32Array {
  const all = new LatencySum();
  for (const { latency } of samples) all.add(latency);
  return Int32Array.from(all.take().counts, ([bucket]) => bucket);
}

function sumOver(sums: Float64Array, blocks: Int32Array): number {
  let sum = 0;
  for (const block of blocks) sum += sums[block]!;
  return sum;
}
