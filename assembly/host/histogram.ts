// Latency counts in HdrHistogram's own buckets (Tene, 2012): 2048 linear steps to 2047 ns, then 1024 steps
// for each doubling, so that every value keeps three significant digits. A count's index here is its index
// in an HdrHistogram with the same three numbers.
import {
  HISTOGRAM_HEADER_BYTES,
  HISTOGRAM_MAX,
  HISTOGRAM_MIN,
  HISTOGRAM_SUB_BUCKETS_BITS,
  HISTOGRAM_SUM,
} from "../layout.ts";

const SUB_BUCKET_MASK: u64 = (1 << HISTOGRAM_SUB_BUCKETS_BITS) - 1;

/** Where the count of `ns` stands. Bucket 0 holds values below 2048; each further one the next doubling. */
// @ts-ignore: decorator
@inline
export function countsIndex(ns: u64): u32 {
  const bucket: u64 = 64 - HISTOGRAM_SUB_BUCKETS_BITS - clz<u64>(ns | SUB_BUCKET_MASK);
  return ((bucket << (HISTOGRAM_SUB_BUCKETS_BITS - 1)) + (ns >> bucket)) as u32;
}

/** Counts one latency; the sum and the extremes are the caller's. */
// @ts-ignore: decorator
@inline
export function count(histogram: u32, ns: u64): void {
  const place = histogram + (countsIndex(ns) << 3);
  store<u64>(place, load<u64>(place, HISTOGRAM_HEADER_BYTES) + 1, HISTOGRAM_HEADER_BYTES);
}

/** Counts one latency in the histogram at `histogram`, which has room for every value there is. */
// @ts-ignore: decorator
@inline
export function record(histogram: u32, ns: u64): void {
  count(histogram, ns);
  store<u64>(histogram, load<u64>(histogram, HISTOGRAM_SUM) + ns, HISTOGRAM_SUM);
  if (ns < load<u64>(histogram, HISTOGRAM_MIN)) store<u64>(histogram, ns, HISTOGRAM_MIN);
  if (ns > load<u64>(histogram, HISTOGRAM_MAX)) store<u64>(histogram, ns, HISTOGRAM_MAX);
}

/** @returns how many latencies were counted whose bucket lies below that of `ns`. */
export function countBelow(histogram: u32, ns: u64): u64 {
  let below: u64 = 0;
  const end = countsIndex(ns);
  for (let index = countsIndex(load<u64>(histogram, HISTOGRAM_MIN)); index < end; index++) {
    below += load<u64>(histogram + (index << 3), HISTOGRAM_HEADER_BYTES);
  }
  return below;
}
