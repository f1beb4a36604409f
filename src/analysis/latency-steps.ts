// Rows of a heat map: latencies in steps of 5 %. A step begins where the one below ends.
import { HISTOGRAM_COUNTS } from "../../assembly/layout.ts";
import { bucketLowNs } from "../measurement/buckets.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";

const RATIO = 1.05;

/** The lower edge of a step in ns, which is the upper edge of the one below. Step 0 begins at 1 ns. */
export function stepEdgeNs(step: number): number {
  return RATIO ** step;
}

/** The step of each bucket. */
const stepOfBucket = Int16Array.from({ length: HISTOGRAM_COUNTS }, (_, index) => {
  // the buckets are a fiftieth of a step: the few that lie across an edge belong to where they begin
  const ns = Math.max(1, bucketLowNs(index));
  return Math.floor(Math.log(ns) / Math.log(RATIO) + 1e-9);
});

/** The step in which the samples of a histogram's bucket are counted, by the bucket's lowest value. */
export function stepOf(bucket: number): number {
  return stepOfBucket[bucket]!;
}

/** [step, count] of the steps with samples, rising. */
export type Steps = readonly (readonly [number, number])[];

/** The samples by step. */
export function stepsOf({ counts }: LatencyCounts): Steps {
  const steps: [number, number][] = [];
  for (const [bucket, count] of counts) {
    const step = stepOf(bucket);
    const last = steps.at(-1);
    if (last?.[0] === step) last[1] += count;
    else steps.push([step, count]);
  }
  return steps;
}
