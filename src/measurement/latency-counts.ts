// Latency counts as a whole: none, several together, and packed.
import { strict as assert } from "node:assert";
import { packCounts, unpackCounts } from "./histogram-payload.ts";
import { LatencySum } from "./latency-sum.ts";
import type { LatencyCounts, PackedLatency } from "./measurement.ts";

export { emptyCounts } from "./latency-sum.ts";

const sum = new LatencySum();

/** The sum of several counts; exact, since all have the same buckets. */
export function mergeCounts(parts: readonly LatencyCounts[]): LatencyCounts {
  const filled = parts.filter((part) => part.total > 0);
  if (filled.length === 1) return filled[0]!;
  for (const part of filled) sum.add(part);
  return sum.take();
}

/** The counts of one job in one direction, packed. */
export function packLatency(
  latencies: LatencyCounts,
  { op, job }: Pick<PackedLatency, "op" | "job">,
): PackedLatency {
  const { total, minNs, maxNs, sumNs, counts } = latencies;
  return { op, job, total, minNs, maxNs, sumNs, hdrHistogramV2: packCounts(counts) };
}

/** The counts in a packed latency that phasebit packed, or that was checked when it was read. */
export function unpackLatency(packed: PackedLatency): LatencyCounts {
  const { total, minNs, maxNs, sumNs, hdrHistogramV2 } = packed;
  const counts = unpackCounts(hdrHistogramV2);
  assert.equal(
    counts.reduce((sum, [, count]) => sum + count, 0),
    total,
    "total of a packed latency",
  );
  return { total, minNs, maxNs, sumNs, counts };
}
