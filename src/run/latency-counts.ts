// Latency counts as a whole: none, and several together.
import type { LatencyCounts } from "./measurement.ts";

export const emptyCounts: LatencyCounts = { total: 0, minNs: 0, maxNs: 0, sumNs: 0, counts: [] };

/** The sum of several counts; exact, since all have the same buckets. */
export function mergeCounts(parts: readonly LatencyCounts[]): LatencyCounts {
  const filled = parts.filter((part) => part.total > 0);
  if (filled.length === 0) return emptyCounts;
  const sums = new Map<number, number>();
  for (const { counts } of filled) {
    for (const [index, count] of counts) sums.set(index, (sums.get(index) ?? 0) + count);
  }
  return {
    total: filled.reduce((sum, part) => sum + part.total, 0),
    minNs: Math.min(...filled.map((part) => part.minNs)),
    maxNs: Math.max(...filled.map((part) => part.maxNs)),
    sumNs: filled.reduce((sum, part) => sum + part.sumNs, 0),
    counts: [...sums].sort(([a], [b]) => a - b),
  };
}
