// HdrHistogram's buckets as the hot loop counts in them: 2048 linear steps, then 1024 for each doubling.
import { HISTOGRAM_SUB_BUCKETS_BITS } from "../../assembly/layout.ts";

/** New sub-buckets of every bucket but the first, which has twice as many. */
const HALF = 2 ** (HISTOGRAM_SUB_BUCKETS_BITS - 1);
/** Of two: a power costs ten times a look-up, and documents have millions of buckets. */
const POWERS = Array.from({ length: 64 }, (_, exponent) => 2 ** exponent);

/** The smallest value that counts at `index`. */
export function bucketLowNs(index: number): number {
  const bucket = Math.floor(index / HALF) - 1;
  return bucket < 0 ? index : ((index % HALF) + HALF) * (POWERS[bucket] ?? 2 ** bucket);
}

/** The largest value that counts at `index`. */
export function bucketHighNs(index: number): number {
  return bucketLowNs(index + 1) - 1;
}

/** Where `ns`, a whole number, is counted: what the loop's countsIndex says. */
export function bucketIndex(ns: number): number {
  const bucket = Math.max(
    0,
    Math.floor(Math.log2(Math.max(ns, 1))) - HISTOGRAM_SUB_BUCKETS_BITS + 1,
  );
  return bucket * HALF + Math.floor(ns / 2 ** bucket);
}
