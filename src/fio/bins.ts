// fio's own latency bins (stat.h of fio: FIO_IO_U_PLAT_BITS is 6, 29 groups of 64), as its json+ output names
// them in `clat_ns.bins`: by the middle of each. Every bucket of HdrHistogram lies in one bin as a whole, so
// the counts are exact.
import { bucketLowNs } from "../measurement/buckets.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";

const BITS = 6;
const PER_GROUP = 2 ** BITS;
/** 1856: what lies above goes into the last. */
const BINS = 29 * PER_GROUP;

/** Counts by the middle of their bin in ns, rising. */
export function fioBins({ counts }: LatencyCounts): Record<string, number> {
  const bins = new Map<number, number>();
  for (const [index, count] of counts) {
    const bin = binOf(bucketLowNs(index));
    bins.set(bin, (bins.get(bin) ?? 0) + count);
  }
  return Object.fromEntries([...bins].map(([bin, count]) => [`${middleNs(bin)}`, count]));
}

/** The first 128 bins are 1 ns wide; from then on each doubling has 64. */
function binOf(ns: number): number {
  const shift = Math.max(0, Math.floor(Math.log2(Math.max(ns, 1))) - BITS);
  return Math.min(BINS - 1, shift * PER_GROUP + Math.floor(ns / 2 ** shift));
}

function middleNs(bin: number): number {
  if (bin < 2 * PER_GROUP) return bin;
  const width = 2 ** (Math.floor(bin / PER_GROUP) - 1);
  return ((bin % PER_GROUP) + PER_GROUP) * width + width / 2;
}
