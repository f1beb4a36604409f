// What jobs and blocks did, added up. What one of them does not know the sum does not know either.

import { NS_PER_MS } from "../ground/units.ts";
import { largest } from "../statistics/summary.ts";
import type { Job, MergedSource, Work } from "./measurement.ts";

/** The sum over jobs. */
export function workOf(jobs: readonly Job[]): Work {
  return workSum(
    jobs.map(({ completed, failed, usage, waits }) => ({ completed, failed, ...usage, waits })),
  );
}

/** The sum of several. */
export function workSum(works: readonly Work[]): Work {
  const sum = (of: (work: Work) => number): number =>
    works.reduce((total, work) => total + of(work), 0);
  return {
    completed: sum(({ completed }) => completed),
    failed: sumOrNull(works.map(({ failed }) => failed)),
    userNs: sum(({ userNs }) => userNs),
    systemNs: sum(({ systemNs }) => systemNs),
    voluntarySwitches: sumOrNull(works.map(({ voluntarySwitches }) => voluntarySwitches)),
    involuntarySwitches: sumOrNull(works.map(({ involuntarySwitches }) => involuntarySwitches)),
    waits: {
      interrupts: sum(({ waits }) => waits.interrupts),
      wakeups: sum(({ waits }) => waits.wakeups),
      spurious: sum(({ waits }) => waits.spurious),
      lost: sum(({ waits }) => waits.lost),
    },
  };
}

/** The sum; null when one of them is. */
export function sumOrNull(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

type Timed = Pick<Job, "elapsedNs" | "source">;

/**
 * How long was measured: as long as the longest job. Of merged runs, the time that they cover together, so that
 * hosts that ran side by side add up and runs one after the other are averaged.
 */
export function elapsedNsOf(
  jobs: readonly Timed[],
  merged: readonly Pick<MergedSource, "startedMs">[] = [],
): number {
  const longest = (own: readonly Timed[]): number =>
    Math.max(0, largest(own.map(({ elapsedNs }) => elapsedNs)));
  if (merged.length === 0) return longest(jobs);
  const spans = merged.map(({ startedMs }, source): Span => {
    const startNs = startedMs * NS_PER_MS;
    return [startNs, startNs + longest(jobs.filter((job) => job.source === source))];
  });
  return coveredNs(spans);
}

type Span = readonly [startNs: number, endNs: number];

/** Length of the union. */
function coveredNs(spans: readonly Span[]): number {
  let reachedNs = Number.NEGATIVE_INFINITY;
  let sumNs = 0;
  for (const [startNs, endNs] of spans.toSorted(([a], [b]) => a - b)) {
    sumNs += Math.max(0, endNs - Math.max(startNs, reachedNs));
    reachedNs = Math.max(reachedNs, endNs);
  }
  return sumNs;
}
