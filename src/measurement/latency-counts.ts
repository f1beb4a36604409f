// Latency counts as a whole: none, several together, and packed.
import { strict as assert } from "node:assert";
import { packCounts, unpackCounts } from "./histogram-payload.ts";
import { inTime, LatencySum, withDrained } from "./latency-sum.ts";
import type { LatencyCounts, Op, PackedCounts, PackedLatency } from "./measurement.ts";

export { emptyCounts, inTime } from "./latency-sum.ts";

const sum = new LatencySum();

/** The sum of several counts; exact, since all have the same buckets. */
export function mergeCounts(parts: readonly LatencyCounts[]): LatencyCounts {
  const filled = parts.filter((part) => part.total > 0);
  if (filled.length === 1) return filled[0]!;
  for (const part of filled) sum.add(part);
  return sum.take();
}

/** The counts packed. */
export function packed({ counts, ...latency }: LatencyCounts): PackedCounts {
  const { total, minNs, maxNs, sumNs, drained = 0 } = latency;
  return withDrained({ total, minNs, maxNs, sumNs, hdrHistogramV2: packCounts(counts) }, drained);
}

/** The counts of one job in one direction, packed. */
export function packLatency(
  latencies: LatencyCounts,
  { op, job }: Pick<PackedLatency, "op" | "job">,
): PackedLatency {
  return { op, job, ...packed(latencies) };
}

/** The counts in a packed latency that phasebit packed, or that was checked when it was read. */
export function unpackLatency({ hdrHistogramV2, ...latency }: PackedCounts): LatencyCounts {
  const { total, minNs, maxNs, sumNs, drained = 0 } = latency;
  const counts = unpackCounts(hdrHistogramV2);
  assert.equal(
    counts.reduce((sum, [, count]) => sum + count, 0),
    total,
    "the counts and their total",
  );
  return withDrained({ total, minNs, maxNs, sumNs, counts }, drained);
}

/** Packed latencies together: those of one direction, or all of them. */
export function latencyIn(latencies: readonly PackedLatency[], op?: Op): LatencyCounts {
  const chosen = latencies.filter((one) => one.total > 0 && (op === undefined || one.op === op));
  if (chosen.length === 1) return unpackLatency(chosen[0]!);
  for (const one of chosen) sum.addPacked(one);
  return sum.take();
}

/** How many samples they have, without unpacking any. */
export function iosIn(latencies: readonly PackedLatency[], op?: Op): number {
  const chosen = latencies.filter((one) => op === undefined || one.op === op);
  return chosen.reduce((sum, { total }) => sum + total, 0);
}

/** How many of those completed within the measured time. */
export function iosInTime(latencies: readonly PackedLatency[], op?: Op): number {
  const chosen = latencies.filter((one) => op === undefined || one.op === op);
  return chosen.reduce((sum, one) => sum + inTime(one), 0);
}
