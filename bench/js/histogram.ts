// assembly/host/histogram.ts in JavaScript: 64-bit counts as two u32.
import {
  HISTOGRAM_HEADER_BYTES,
  HISTOGRAM_MAX,
  HISTOGRAM_MIN,
  HISTOGRAM_SUB_BUCKETS_BITS,
  HISTOGRAM_SUM,
} from "../../assembly/layout.ts";

const SUB_BUCKET_MASK = (1 << HISTOGRAM_SUB_BUCKETS_BITS) - 1;
const NEW_BITS = HISTOGRAM_SUB_BUCKETS_BITS - 1;

/** Where the count of `ns` stands. */
export function countsIndex(ns: number): number {
  if (ns >= 2 ** 32) return countsIndexOfLong(ns);
  const bucket = 32 - HISTOGRAM_SUB_BUCKETS_BITS - Math.clz32(ns | SUB_BUCKET_MASK);
  return (bucket << NEW_BITS) + (ns >>> bucket);
}

function countsIndexOfLong(ns: number): number {
  const bucket = 64 - HISTOGRAM_SUB_BUCKETS_BITS - Math.clz32(ns / 2 ** 32);
  return (bucket << NEW_BITS) + Math.floor(ns / 2 ** bucket);
}

/** Counts one latency in the histogram at `pointer`. */
export function record(words: Uint32Array, pointer: number, ns: number): void {
  addTo(words, (pointer + HISTOGRAM_HEADER_BYTES + (countsIndex(ns) << 3)) >>> 2, 1);
  addTo(words, (pointer + HISTOGRAM_SUM) >>> 2, ns);
  if (ns < read(words, (pointer + HISTOGRAM_MIN) >>> 2)) {
    write(words, (pointer + HISTOGRAM_MIN) >>> 2, ns);
  }
  if (ns > read(words, (pointer + HISTOGRAM_MAX) >>> 2)) {
    write(words, (pointer + HISTOGRAM_MAX) >>> 2, ns);
  }
}

/** The u64 at `index`, which must lie below 2^53. */
export function read(words: Uint32Array, index: number): number {
  return words[index]! + words[index + 1]! * 2 ** 32;
}

/** Stores a whole number below 2^53 as u64. */
export function write(words: Uint32Array, index: number, value: number): void {
  words[index] = value;
  words[index + 1] = value / 2 ** 32;
}

function addTo(words: Uint32Array, index: number, value: number): void {
  write(words, index, read(words, index) + value);
}
