// How long each step of a reset took.

import { bucketIndex } from "../../measurement/buckets.ts";
import { LatencySum } from "../../measurement/latency-sum.ts";
import type { LatencyCounts } from "../../measurement/measurement.ts";

/** In the order in which they come. */
export const stepNames = [
  "shutdown",
  "reset",
  "ready",
  "identify",
  "queues",
  "first-io",
  "total",
] as const;

/**
 * "shutdown": CC.SHN to SHST=2. "reset": until RDY=0. "ready": CC.EN=1 to RDY=1. "identify", "queues": admin commands.
 * "first-io": one read. "total": from the beginning of the reset to the end of that read.
 */
export type StepName = (typeof stepNames)[number];

/** Times of one step over all resets. */
export interface StepTimes {
  readonly name: StepName;
  readonly times: LatencyCounts;
}

/** Takes times, and gives them as histograms. */
export class StepClock {
  readonly #sums = new Map<StepName, LatencySum>();

  /** Runs a step; one that fails has no time. */
  async time<T>(name: StepName, work: () => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    const result = await work();
    this.add(name, performance.now() - startedMs);
    return result;
  }

  add(name: StepName, ms: number): void {
    const ns = Math.max(0, Math.round(ms * 1e6));
    const sum = this.#sums.get(name) ?? new LatencySum();
    this.#sums.set(name, sum);
    sum.add({ total: 1, minNs: ns, maxNs: ns, sumNs: ns, counts: [[bucketIndex(ns), 1]] });
  }

  /** All that was taken; once. */
  take(): StepTimes[] {
    return stepNames.flatMap((name) => {
      const sum = this.#sums.get(name);
      return sum === undefined ? [] : [{ name, times: sum.take() }];
    });
  }
}
