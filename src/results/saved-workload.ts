// A workload as documents have it.
import type { Workload } from "../measurement/workload.ts";

/** JSON has no integers of 64 bits: the seed is text. */
export function savedWorkload(workload: Workload) {
  return { ...workload, seed: workload.seed.toString() };
}
