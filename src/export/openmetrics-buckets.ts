// Latency counts in the two kinds of buckets that OpenMetrics has. HdrHistogram's buckets are narrow, 0.1 %, but
// their ends are not those of others. What lies across an end is counted above it: a sample stands below an end
// only when its whole bucket does. So no count below an end is ever too large, and the end is off by less than
// 0.1 % at most. Ends that no sample lies beyond are exact, for the largest sample is known.

import { NS_PER_S } from "../ground/units.ts";
import { bucketHighNs } from "../measurement/buckets.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";

/** Ten ends in each decade, as people read them. */
const STEPS = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80];
/** From 100 ns to 10 s, whatever was measured: ends that stay the same can be added up over results. */
const ENDS_NS = [
  ...[10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8].flatMap((decade) =>
    STEPS.map((step) => step * decade),
  ),
  1e10,
];

/** [upper end in ns, samples up to it], ends rising and always the same; without the last, which is all. */
export function classicBuckets(latency: LatencyCounts): [endNs: number, upTo: number][] {
  const { counts } = latency;
  let upTo = 0;
  let next = 0;
  return ENDS_NS.map((endNs) => {
    while (next < counts.length && topNs(latency, counts[next]![0]) <= endNs) {
      upTo += counts[next++]![1];
    }
    return [endNs, upTo];
  });
}

/** Native buckets of one schema: ends at 2^(index / 2^schema) seconds. */
export interface NativeBuckets {
  readonly schema: number;
  /** Samples of 0. */
  readonly zeros: number;
  /** [index, samples], rising, none empty. */
  readonly buckets: readonly (readonly [number, number])[];
}

const FINEST_SCHEMA = 8;
const COARSEST_SCHEMA = -4;
/** As many as client libraries allow by default: finer ones cost the reader's memory. */
const MOST_BUCKETS = 160;

/** In the finest schema that needs no more than 160 buckets; readers put different schemas together. */
export function nativeBuckets(latency: LatencyCounts): NativeBuckets {
  for (let schema = FINEST_SCHEMA; ; schema--) {
    const found = bucketsOf(latency, schema);
    if (found.buckets.length <= MOST_BUCKETS || schema === COARSEST_SCHEMA) return found;
  }
}

/** Where a value of `ns`, above 0, is counted: the first bucket whose end is not below it. */
export function nativeIndex(ns: number, schema: number): number {
  const seconds = ns / NS_PER_S;
  const end = (index: number): number => 2 ** (index / 2 ** schema);
  let index = Math.ceil(Math.log2(seconds) * 2 ** schema);
  // the logarithm may be off by its last digit
  while (end(index) < seconds) index++;
  while (end(index - 1) >= seconds) index--;
  return index;
}

function bucketsOf(latency: LatencyCounts, schema: number): NativeBuckets {
  const buckets: [number, number][] = [];
  let zeros = 0;
  for (const [hdrIndex, count] of latency.counts) {
    const ns = topNs(latency, hdrIndex);
    if (ns === 0) {
      zeros += count;
      continue;
    }
    const index = nativeIndex(ns, schema);
    const last = buckets.at(-1);
    if (last?.[0] === index) last[1] += count;
    else buckets.push([index, count]);
  }
  return { schema, zeros, buckets };
}

/** The largest value that a bucket's samples may have. */
function topNs({ maxNs }: LatencyCounts, index: number): number {
  return Math.min(bucketHighNs(index), maxNs);
}
